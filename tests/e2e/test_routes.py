"""Routes: the page of the inspector, guesses, reloads under load, and a scanner."""

import json
import signal
import socket
import threading
import unittest

import support
from canned_backend import CannedBackend

ENDPOINT_SERIES = "http_requests_total{"


class Routes(support.TestCase):
    def setUp(self):
        super().setUp()
        self.backend = CannedBackend()
        self.addCleanup(self.backend.close)

    def start_with(self, config, *args):
        return self.start_wayside(*args, config=config, backend=self.backend.url)

    def inspect(self, wayside):
        response = support.fetch(wayside.metrics_port, "/routes")
        self.assertEqual(response.status, 200)
        return json.loads(response.text)

    def test_a_newcomer_sees_templates_at_once(self):
        wayside = self.start_with("")
        for user in range(5):
            support.fetch(wayside.proxy_port, f"/users/{user}?q")
        wayside.wait_for_sample(5.0, "http_requests_total", endpoint="/users/{id}", method="GET", http_status="200")

    def test_the_inspector_counts_routes_and_proposes_those_that_are_missing(self):
        wayside = self.start_with("routes: ['/users/<int:id>', /never]\n")
        support.fetch(wayside.proxy_port, "/users/1")
        support.fetch(wayside.proxy_port, "/orders/17")
        support.fetch(wayside.proxy_port, "/orders/18", method="DELETE")
        support.wait_until(lambda: self.inspect(wayside)["unmatched_requests"] == 2, "both requests are counted")
        page = self.inspect(wayside)
        self.assertEqual([(route["path"], route["hits"]) for route in page["routes"]], [("/users/<int:id>", 1), ("/never", 0)])
        self.assertEqual(page["never_hit"], ["/never"])
        (missing,) = page["unmatched"]
        self.assertEqual(missing["suggested_template"], "/orders/{id}")
        self.assertEqual((missing["path"], missing["count"]), ("/orders/17", 2))
        self.assertEqual((missing["methods"], missing["statuses"]), (["GET", "DELETE"], [200]))
        text = support.fetch(wayside.metrics_port, "/routes?format=text").text
        self.assertIn("- /orders/{id}", text)

    def test_a_catch_all_is_suggested_where_paths_go_on(self):
        wayside = self.start_with("routes: [/never, '/files/{p}']\n")
        support.fetch(wayside.proxy_port, "/files/a")
        support.fetch(wayside.proxy_port, "/files/a/b/c")
        support.wait_until(lambda: self.inspect(wayside)["unmatched_requests"] == 1, "the request is counted")
        page = self.inspect(wayside)
        self.assertEqual([(route["path"], route["hits"]) for route in page["routes"]], [("/files/{p}", 1), ("/never", 0)])
        (hint,) = page["catch_alls"]
        self.assertEqual((hint["path"], hint["yaml"]), ("/files/{p}", "- /files/{p:path}"))
        # The line does what it promises.
        (self.folder / "wayside.yaml").write_text(f"routes:\n  {hint['yaml']}\n")
        wayside.signal(signal.SIGHUP)
        wayside.wait_for_line("msg=.?reloaded.*routes=1")
        support.fetch(wayside.proxy_port, "/files/a/b/c")
        wayside.wait_for_sample(1.0, "http_requests_total", endpoint="/files/{p:path}", method="GET", http_status="200")
        self.assertEqual(self.inspect(wayside)["catch_alls"], [])

    def test_an_open_stream_is_a_hit(self):
        with socket.create_server(("127.0.0.1", 0)) as backend:
            wayside = self.start_wayside(config="routes: [/events]\n", backend=f"http://127.0.0.1:{backend.getsockname()[1]}")
            with socket.create_connection(("127.0.0.1", wayside.proxy_port), timeout=30) as client:
                client.sendall(b"GET /events HTTP/1.1\r\nHost: h\r\n\r\n")
                backend.settimeout(30)
                answering, _ = backend.accept()
                with answering:
                    answering.recv(4096)
                    answering.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n")
                    support.wait_until(lambda: self.inspect(wayside)["routes"][0]["hits"] == 1, "the open stream counts")
                    self.assertIsNotNone(self.inspect(wayside)["routes"][0]["last_used"])
                    self.assertEqual(wayside.sample("http_requests_total", endpoint="/events", method="GET", http_status="200"), 0.0)
            wayside.wait_for_sample(1.0, "http_requests_total", endpoint="/events", method="GET", http_status="200")
            self.assertEqual(self.inspect(wayside)["routes"][0]["hits"], 1)

    def test_paths_are_not_shown_where_examples_are_off(self):
        wayside = self.start_with("routes: [/a]\ninspector: {examples: off}\n")
        support.fetch(wayside.proxy_port, "/orders/4711?key=secret")
        support.fetch(wayside.proxy_port, "/" + "x" * 30 + "/secret" * 30)
        support.wait_until(lambda: self.inspect(wayside)["unmatched_requests"] == 2, "both requests are counted")
        shown = [(path["suggested_template"], path["path"]) for path in self.inspect(wayside)["unmatched"]]
        self.assertCountEqual(shown, [("/orders/{id}", None), (None, None)])
        for form in ("json", "text"):
            page = support.fetch(wayside.metrics_port, f"/routes?format={form}").text
            self.assertNotIn("4711", page)
            self.assertNotIn("secret", page)

    def test_an_excluded_route_is_forwarded_and_not_measured(self):
        wayside = self.start_with("routes: [{path: /healthz, exclude: true}]\n")
        self.assertEqual(support.fetch(wayside.proxy_port, "/healthz").text, "ok")
        support.wait_until(lambda: self.inspect(wayside)["routes"][0]["hits"] == 1, "it is counted by the inspector")
        self.assertNotIn("/healthz", wayside.metrics())

    def test_a_group_is_one_series(self):
        wayside = self.start_with("routes: [{group: ['/css/*', '/js/*'], name: assets}]\n")
        support.fetch(wayside.proxy_port, "/css/a")
        support.fetch(wayside.proxy_port, "/js/b")
        wayside.wait_for_sample(2.0, "http_requests_total", endpoint="assets", method="GET", http_status="200")

    def test_a_reload_that_fails_changes_nothing(self):
        wayside = self.start_with("routes: [/a]\n", "--enable-lifecycle")
        (self.folder / "wayside.yaml").write_text("routes: [/a, /b{]\n")
        answer = support.fetch(wayside.metrics_port, "/-/reload", method="POST")
        self.assertEqual(answer.status, 500)
        self.assertIn("wayside.yaml:1:", answer.text)
        wayside.wait_for_line(r'level=error msg="reload failed')
        self.assertEqual(wayside.sample("wayside_config_last_reload_successful"), 0.0)
        support.fetch(wayside.proxy_port, "/a")
        wayside.wait_for_sample(1.0, "http_requests_total", endpoint="/a", method="GET", http_status="200")

        (self.folder / "wayside.yaml").write_text("routes: [/b]\n")
        self.assertEqual(support.fetch(wayside.metrics_port, "/-/reload", method="POST").status, 200)
        self.assertEqual(wayside.sample("wayside_config_last_reload_successful"), 1.0)

    def test_reloads_over_the_network_have_to_be_enabled(self):
        wayside = self.start_with("routes: [/a]\n")
        self.assertEqual(support.fetch(wayside.metrics_port, "/-/reload", method="POST").status, 403)

    def test_a_reload_says_what_it_cannot_change(self):
        wayside = self.start_wayside(config="routes: [{path: /stays, slo: 1s}]\n")
        (self.folder / "wayside.yaml").write_text("routes: [{path: /stays, slo: 2s}, /new]\n")
        wayside.signal(signal.SIGHUP)
        wayside.wait_for_line('level=warn.*restart to change them.*endpoint="?/stays')
        wayside.wait_for_line("msg=.?reloaded.*routes=2")

    def test_a_hundred_reloads_under_load_lose_nothing(self):
        wayside = self.start_with("routes: [/stays, /goes]\n", "--workers", "2")
        stop = threading.Event()
        sent = []
        failures = []

        def visit():
            count = 0
            while not stop.is_set():
                for path in ("/stays", "/goes"):
                    response = support.fetch(wayside.proxy_port, path)
                    count += 1
                    if (response.status, response.text) != (200, "ok"):
                        failures.append(response)
            sent.append(count)

        visitors = [threading.Thread(target=visit) for _ in range(4)]
        for visitor in visitors:
            visitor.start()
        try:
            last = {}
            for i in range(100):
                (self.folder / "wayside.yaml").write_text("routes: [/stays]\n" if i % 2 == 0 else "routes: [/stays, /goes]\n")
                wayside.signal(signal.SIGHUP)
                now = support.samples(wayside.metrics())
                for key, value in last.items():
                    if key[0].endswith(("_total", "_count", "_bucket")):
                        self.assertGreaterEqual(now.get(key, -1), value, key)
                last = now
        finally:
            stop.set()
            for visitor in visitors:
                visitor.join()
        self.assertEqual(failures, [])

        def counted():
            return sum(value for key, value in support.samples(wayside.metrics()).items() if key[0] == "http_requests_total")

        support.wait_until(lambda: counted() == sum(sent), lambda: f"{counted()} are {sum(sent)}")

    def test_a_scanner_with_a_million_paths_is_bounded(self):
        wayside = self.start_with("unmatched: guess\n")
        before = wayside.peak_memory_mib()
        requests, batch = 1_000_000, 500
        word = str.maketrans("0123456789", "abcdefghij")  # letters only, so that no guess folds them

        def request(number):
            return b"GET /scan/%s HTTP/1.1\r\nHost: h\r\n\r\n" % str(number).translate(word).encode()

        with socket.create_connection(("127.0.0.1", wayside.proxy_port)) as client:
            client.settimeout(60)
            client.sendall(request(0))
            answer_size = len(client.recv(65536))  # all responses have the same size
            for first in range(1, requests, batch):
                numbers = range(first, min(first + batch, requests))
                client.sendall(b"".join(map(request, numbers)))
                missing = answer_size * len(numbers)
                while missing > 0:
                    received = client.recv(missing)
                    self.assertTrue(received, "the connection stays open")
                    missing -= len(received)
        metrics = wayside.metrics()
        series = sum(1 for line in metrics.splitlines() if not line.startswith("#"))
        self.assertLess(series, 25_000)
        self.assertLess(wayside.peak_memory_mib() - before, 128)
        counted = sum(value for key, value in support.samples(metrics).items() if key[0] == "http_requests_total")
        self.assertGreaterEqual(counted, requests - 1)
        self.assertLessEqual(len(self.inspect(wayside)["unmatched"]), 128)


class Guesses(support.TestCase):
    """Without a configuration, in front of a backend that knows a few words."""

    ANSWERS = {
        b"/checkout": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"/checkout?who": b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno",
        b"/checkout?fail": b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\n\r\nno",
    }
    NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"

    def setUp(self):
        super().setUp()
        backend = CannedBackend(lambda head: self.ANSWERS.get(head.split(b" ", 2)[1], self.NOT_FOUND))
        self.addCleanup(backend.close)
        self.wayside = self.start_wayside("--workers", "2", backend=backend.url)

    def scan(self, requests, batch=500):
        word = str.maketrans("0123456789", "abcdefghij")
        with socket.create_connection(("127.0.0.1", self.wayside.proxy_port), timeout=60) as client:
            for first in range(0, requests, batch):
                paths = (str(number).translate(word) for number in range(first, first + batch))
                client.sendall("".join(f"GET /{path} HTTP/1.1\r\nHost: h\r\n\r\n" for path in paths).encode())
                answers = b""
                while answers.count(b"\r\n\r\nno") < batch:
                    received = client.recv(65536)
                    self.assertTrue(received, "the connection stays open")
                    answers += received

    def test_a_scan_leaves_room_for_what_is_there(self):
        self.scan(20_000)
        for query, status, count in (("", 200, 2), ("?who", 403, 1), ("?fail", 500, 1)):
            for _ in range(count):
                self.assertEqual(support.fetch(self.wayside.proxy_port, "/checkout" + query).status, status)
        labels = {"endpoint": "/checkout", "method": "GET"}
        self.wayside.wait_for_sample(2.0, "http_requests_total", http_status="200", **labels)
        self.wayside.wait_for_sample(1.0, "http_requests_total", http_status="403", **labels)
        self.wayside.wait_for_sample(1.0, "http_requests_total", http_status="500", **labels)
        self.wayside.wait_for_sample(20_000.0, "http_requests_total", endpoint="unmatched", method="GET", http_status="404")
        self.assertLess(self.wayside.sample("wayside_series"), 200)


if __name__ == "__main__":
    unittest.main()
