"""More clients than the process has descriptors for."""

import concurrent.futures
import contextlib
import http.client
import re
import signal
import socket
import unittest

import support
from canned_backend import CannedBackend

CLIENTS = 150
REQUESTS = 20  # of each client


def ask(port, count):
    """The statuses of that many requests, on one connection as long as the daemon keeps it."""
    statuses = []
    connection = None
    for _ in range(count):
        if connection is None:
            connection = socket.create_connection(("127.0.0.1", port), timeout=support.TIMEOUT_S)
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        response = b""
        while not response.endswith(b"\r\n\r\n"):
            piece = connection.recv(4096)
            if not piece:
                break
            response += piece
        statuses.append(response[9:12].decode() or "closed")
        if not response or b"\r\nConnection: close\r\n" in response:
            connection.close()
            connection = None
    if connection is not None:
        connection.close()
    return statuses


class Descriptors(support.TestCase):
    def test_every_client_is_served_without_an_error(self):
        backend = CannedBackend(lambda head: b"HTTP/1.1 204 No Content\r\n\r\n")
        self.addCleanup(backend.close)
        daemon = self.start(
            "prlimit", "--nofile=128", support.wayside_binary(),
            "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0", "--backend", backend.url,
        )  # fmt: skip
        line = daemon.wait_for_line(r'msg="?listening"?.*').group(0)
        proxy_port, metrics_port = (int(re.search(rf"{name}=\S+:(\d+)", line).group(1)) for name in ("proxy", "metrics"))
        shares = dict(re.findall(r"(\w+)=(\d+)", daemon.wait_for_line("the limit of open files .*").group(0)))
        self.assertEqual(sum(map(int, shares.values())), 2 * 128, "the shares are as much as the limit")

        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
            statuses = [status for each in pool.map(ask, [proxy_port] * CLIENTS, [REQUESTS] * CLIENTS) for status in each]
        # A connection may be closed to make room while its client sends a request.
        self.assertLessEqual(statuses.count("closed"), CLIENTS)
        self.assertEqual(set(statuses) - {"closed"}, {"204"})
        metrics = support.samples(support.fetch(metrics_port, "/metrics").text)
        errors = [value for (name, _), value in metrics.items() if name == "wayside_backend_errors_total"]
        self.assertEqual(sum(errors), 0)
        self.assertNotIn("Too many open files", daemon.output)


class Threads(support.TestCase):
    STACK = 64 << 20  # of each thread, in addresses

    def is_ready(self, port):
        """A start that fails behind the line "listening" makes it ready never."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            return support.fetch(int(port), "/-/ready", timeout_s=1).status == 200
        return False

    def starts_within(self, addresses):
        """Whether it starts. A start that fails says why, and ends."""
        daemon = self.start(
            "prlimit", f"--stack={self.STACK}", f"--as={addresses}", support.wayside_binary(), "--workers", "2",
            "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0",
        )  # fmt: skip
        line = daemon.wait_for_line("msg=.?listening.* metrics=127.0.0.1:(\\d+)|cannot start a thread: Resource temporarily unavailable$")
        support.wait_until(lambda: not daemon.is_running() or (line.group(1) and self.is_ready(line.group(1))), "it ends or is ready")
        daemon.signal(signal.SIGTERM)
        status = daemon.wait(10)
        if status == 1:
            self.assertIn("wayside: cannot start a thread: Resource temporarily unavailable\n", daemon.output)
        else:
            self.assertEqual(status, 0, daemon.output)
        return status == 0

    def test_a_thread_that_cannot_be_started_is_a_clear_error(self):
        """The limit grows by half a thread, so that each of them is the first to fail."""
        limits = range(2 * self.STACK, 32 * self.STACK, self.STACK // 2)
        failures = next(count for count, addresses in enumerate(limits) if self.starts_within(addresses))
        self.assertGreater(failures, 4)


if __name__ == "__main__":
    unittest.main()
