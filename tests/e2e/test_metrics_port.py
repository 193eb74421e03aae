"""The metrics port under a crowd: silent clients, slow scrapers, and a probe that has to be answered nevertheless."""

import gzip
import re
import socket
import unittest
from pathlib import Path

import support
from canned_backend import CannedBackend

CONNECTIONS = 128  # the metrics listener's places, without those reserved for /-/
ROUTES = 2_000     # make a page of some megabytes
GZIP = b"GET /metrics HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n"


def resident_mib(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE).group(1)) / 1024


class Crowd(support.TestCase):
    """A daemon with a page of some megabytes."""

    def setUp(self):
        super().setUp()
        backend = CannedBackend()
        self.addCleanup(backend.close)
        routes = "".join(f"  - /a/rather/long/path/as/they/are/{number}\n" for number in range(ROUTES))
        config = "metrics: {max_series: 100000}\nroutes:\n" + routes
        self.wayside = self.start_wayside(config=config, backend=backend.url)
        self.visit_every_route()

    def visit_every_route(self):
        request = "GET /a/rather/long/path/as/they/are/%d HTTP/1.1\r\nHost: h\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self.wayside.proxy_port), timeout=30) as client:
            for first in range(0, ROUTES, 100):
                client.sendall("".join(request % number for number in range(first, first + 100)).encode())
                answers = b""
                while answers.count(b"\r\n\r\nok") < 100:
                    answers += client.recv(65536)

    def connect(self, receive_buffer=None):
        client = socket.socket()
        self.addCleanup(client.close)
        if receive_buffer is not None:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.settimeout(30)
        client.connect(("127.0.0.1", self.wayside.metrics_port))
        return client

    def scrape_slowly(self, request=GZIP):
        """A connection on which the response has begun and is not read."""
        client = self.connect(receive_buffer=4096)
        client.sendall(request)
        return client

    def expect_probes_to_be_answered(self):
        for path in ("/-/healthy", "/-/ready"):
            for _ in range(3):
                self.assertEqual(support.fetch(self.wayside.metrics_port, path, timeout_s=5).status, 200, path)

    def test_silent_clients_make_room(self):
        for _ in range(CONNECTIONS):
            self.connect()
        self.expect_probes_to_be_answered()
        self.assertEqual(support.fetch(self.wayside.metrics_port, "/metrics").status, 200)

    def test_idle_clients_make_room(self):
        for _ in range(CONNECTIONS):
            client = self.connect()
            client.sendall(b"GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertTrue(client.recv(4096).startswith(b"HTTP/1.1 200 "))
        self.expect_probes_to_be_answered()
        self.assertEqual(support.fetch(self.wayside.metrics_port, "/metrics").status, 200)

    def test_probes_are_answered_while_all_are_busy(self):
        slow = [self.scrape_slowly(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n") for _ in range(CONNECTIONS)]
        for client in slow:
            self.assertTrue(client.recv(12).startswith(b"HTTP/1.1 200"))
        # Further silent clients do not take the places reserved for probes.
        for _ in range(CONNECTIONS):
            self.connect()
        self.expect_probes_to_be_answered()
        refused = support.fetch(self.wayside.metrics_port, "/metrics")
        self.assertEqual((refused.status, refused.headers["Connection"]), (503, "close"))

    def test_slow_scrapers_share_their_memory(self):
        page = support.fetch(self.wayside.metrics_port, "/metrics", headers={"Accept-Encoding": "gzip"})
        self.assertGreater(len(gzip.decompress(page.body)), 3_000_000)
        idle = resident_mib(self.wayside.pid)
        slow = [self.scrape_slowly() for _ in range(CONNECTIONS)]
        answers = [client.recv(1024) for client in slow]
        self.assertLess(resident_mib(self.wayside.pid) - idle, 32)
        for answer, client in zip(answers, slow):
            self.assertIn(b"\r\nContent-Encoding: gzip\r\n", answer)
            client.close()
        support.wait_until(
            lambda: resident_mib(self.wayside.pid) - idle < 8,
            lambda: f"{resident_mib(self.wayside.pid):.1f} MiB are no more than {idle:.1f} and a little",
            timeout_s=10,
        )

    def test_different_pages_have_a_bound_too(self):
        self.wayside.metrics()
        idle = resident_mib(self.wayside.pid)
        request = "GET /metrics?name[]=http_request_duration_seconds&name[]=%d HTTP/1.1\r\nHost: x\r\n\r\n"
        slow = [self.scrape_slowly((request % number).encode()) for number in range(CONNECTIONS)]
        # A probe does not wait for all pages, and the last client is answered though the others read nothing.
        self.assertEqual(support.fetch(self.wayside.metrics_port, "/-/healthy", timeout_s=5).status, 200)
        self.assertTrue(slow[-1].recv(12).startswith(b"HTTP/1.1 200"))
        self.assertLess(resident_mib(self.wayside.pid) - idle, 64)

    def test_a_scrape_shows_what_was_counted_before_it(self):
        path = "/a/rather/long/path/as/they/are/7"
        labels = {"endpoint": path, "method": "GET", "http_status": "200"}
        before = self.wayside.sample("http_requests_total", **labels)
        for count in range(1, 20):
            support.fetch(self.wayside.proxy_port, path)
            self.wayside.wait_for_sample(before + count, "http_requests_total", **labels)


if __name__ == "__main__":
    unittest.main()
