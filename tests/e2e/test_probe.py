"""`wayside probe`: the health check of images that have no curl."""

import contextlib
import re
import signal
import socket
import socketserver
import threading
import time
import unittest

import support


class Answering(socketserver.StreamRequestHandler):
    """Reads a head and sends the answer of its server; with none, it says nothing until the client leaves."""

    def handle(self):
        head = []
        while (line := self.rfile.readline().strip()) != b"":
            head.append(line.decode())
        self.server.heads.append(head)
        if self.server.answer is None:
            self.rfile.read()
        else:
            self.wfile.write(self.server.answer)


@contextlib.contextmanager
def answering(answer, path=None):
    """A server on a port, or on a unix socket, that answers all requests alike."""
    kind = socketserver.ThreadingUnixStreamServer if path else socketserver.ThreadingTCPServer
    with kind(str(path) if path else ("127.0.0.1", 0), Answering) as server:
        server.daemon_threads = True
        server.answer, server.heads = answer, []
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


OK = b"HTTP/1.1 204 No Content\r\n\r\n"


class Probe(support.TestCase):
    def probe(self, *args, env=None):
        return support.run_wayside("probe", *args, env=env)

    def test_a_wayside_that_is_ready(self):
        wayside = self.start_wayside()
        url = f"http://127.0.0.1:{wayside.metrics_port}/-/ready"
        self.assertEqual(self.probe(url), (0, f"{url}: 200 OK\n", ""))

    def test_the_metrics_listener_of_the_configuration_is_the_default(self):
        wayside = self.start_wayside()
        # A document that would fail to load makes no difference: the daemon has read it.
        everywhere = f"0.0.0.0:{wayside.metrics_port}"
        file = self.folder / "probe.yaml"
        file.write_text(f"openapi: missing.json\nmetrics: {{listen: '{everywhere}'}}\n")
        expected = (0, f"http://127.0.0.1:{wayside.metrics_port}/-/ready: 200 OK\n", "")
        self.assertEqual(self.probe("--config", file), expected)
        self.assertEqual(self.probe(env={"WAYSIDE_CONFIG": str(file)}), expected)
        self.assertEqual(self.probe("--metrics-listen", everywhere), expected)
        self.assertEqual(self.probe(env={"WAYSIDE_METRICS_LISTEN": f":{wayside.metrics_port}"}), expected)

    def test_a_wayside_that_is_not_ready_says_why(self):
        port = support.free_port()
        backend = f"127.0.0.1:{port}"
        wayside = self.start_wayside(
            config="backend: {health: {path: /, interval: 50ms}}\nreadiness: backend\ntimeouts: {drain_delay: 1m}\n",
            backend=f"http://{backend}",
        )
        url = f"http://127.0.0.1:{wayside.metrics_port}/-/ready"
        wayside.wait_for_line("the backend fails")
        down = f"{url}: 503 Service Unavailable: the backend is down: {backend}: Connection refused\n"
        self.assertEqual(self.probe(url), (1, down, ""))
        wayside.signal(signal.SIGTERM)
        wayside.wait_for_line("msg=.?draining")
        self.assertEqual(self.probe(url), (1, f"{url}: 503 Service Unavailable: draining\n", ""))
        wayside.signal(signal.SIGTERM)  # at once
        wayside.wait()

    def test_the_target_goes_as_it_is_written(self):
        for written, target in (("", "/"), ("/healthz?deep=1#x", "/healthz?deep=1"), ("?x", "/?x")):
            with self.subTest(written), answering(OK) as server:
                authority = f"127.0.0.1:{server.server_address[1]}"
                self.assertEqual(self.probe(f"http://{authority}{written}")[0], 0)
                self.assertEqual(server.heads[0][0], f"GET {target} HTTP/1.1")
                self.assertIn(f"Host: {authority}", server.heads[0])

    def test_a_unix_socket(self):
        path = self.folder / "metrics.sock"
        with answering(OK, path) as server:
            self.assertEqual(self.probe(f"unix:{path}"), (0, f"unix:{path}:/-/ready: 204 No Content\n", ""))
            self.assertEqual(server.heads[0][0], "GET /-/ready HTTP/1.1")
            page = f"unix:{path}:/healthz?deep=1"
            self.assertEqual(self.probe(page), (0, f"{page}: 204 No Content\n", ""))
            self.assertEqual(server.heads[1][0], "GET /healthz?deep=1 HTTP/1.1")
        status, out, _ = self.probe(f"unix:{self.folder}/missing.sock")
        self.assertEqual(status, 1)
        self.assertIn("No such file or directory", out)

    def test_every_other_status_is_a_no(self):
        for answer, said in (
            (b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", "503 Service Unavailable"),
            (b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", "302 Found"),
            (b"HTTP/1.1 404 Nope\r\n\r\n", "404 Not Found"),
            (b"HTTP/1.1 503 No\r\nContent-Length: 12\r\n\r\nno \x1b[1m room\n", r"503 Service Unavailable: no \[1m room"),
            (b"HTTP/1.1 500 No\r\nContent-Length: 9\r\n\r\ncut", "500 Internal Server Error: cut"),
            (b"HTTP/1.1 500 No\r\n\r\none\r\ntwo\r\n", "500 Internal Server Error: one"),
            (b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n3\r\nne\n\r\n0\r\n\r\n", "500 Internal Server Error: one"),
            (b"HTTP/1.1 500 No\r\n\r\n" + b"x" * 9999, "500 Internal Server Error: x{512}"),
        ):  # fmt: skip
            with self.subTest(said), answering(answer) as server:
                status, out, err = self.probe(f"http://127.0.0.1:{server.server_address[1]}/")
                self.assertEqual((status, err), (1, ""))
                self.assertRegex(out, rf"^http://127\.0\.0\.1:\d+/: {said}\n$")

    def test_what_is_no_http_is_a_no(self):
        for answer in (b"SSH-2.0-OpenSSH_9.2\r\n", b"", b"HTTP/1.1 2"):
            with self.subTest(answer), answering(answer) as server:
                status, out, err = self.probe(f"http://127.0.0.1:{server.server_address[1]}/")
                self.assertEqual((status, out.count("\n"), err), (1, 1, ""))

    def test_a_port_that_nobody_listens_on_is_a_no(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            status, out, _ = self.probe(f"http://127.0.0.1:{unused.getsockname()[1]}/")
        self.assertEqual(status, 1)
        self.assertTrue(out.endswith("/: Connection refused\n"), out)

    def test_silence_ends_in_time(self):
        with answering(None) as server:
            begin = time.monotonic()
            status, out, _ = self.probe(f"http://127.0.0.1:{server.server_address[1]}/")
            self.assertLess(time.monotonic() - begin, 10)
        self.assertEqual(status, 1)
        self.assertTrue(re.search(r": no answer within 3000 ms\n$", out), out)

    def test_what_is_no_url_is_an_error(self):
        for url in ("https://", "ftp://127.0.0.1/", "127.0.0.1:80", "http://", "http://a b/", "unix:relative", "http://127.0.0.1:99999/"):
            with self.subTest(url):
                status, out, err = self.probe(url)
                self.assertEqual((status, out), (1, ""))
                self.assertRegex(err, r"^probe: expected .+, found .+\n$")


if __name__ == "__main__":
    unittest.main()
