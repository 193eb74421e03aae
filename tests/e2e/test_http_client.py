"""Python's http.client through wayside: one connection, bodies of every framing, and interim responses."""

import contextlib
import hashlib
import http.client
import json
import socket

import support
from backend import Backend, pattern


class HttpClient(support.TestCase):
    def setUp(self):
        super().setUp()
        self.backend = Backend()
        self.addCleanup(self.backend.stop)
        self.wayside = self.start_wayside(backend=self.backend.url)
        self.connection = http.client.HTTPConnection("127.0.0.1", self.wayside.proxy_port, timeout=support.TIMEOUT_S)
        self.addCleanup(self.connection.close)

    def exchange(self, method, target, **options):
        """Sends a request on the test's connection and reads the whole response."""
        self.connection.request(method, target, **options)
        response = self.connection.getresponse()
        return response, response.read()

    def test_every_kind_of_answer_leaves_the_connection_in_step(self):
        self.connection.connect()
        port = self.connection.sock.getsockname()
        for _ in range(10):
            self.assertEqual(self.exchange("GET", "/bytes/70000")[1], pattern(70_000))
            self.assertEqual(self.exchange("GET", "/chunked/70000")[1], pattern(70_000))
            self.assertEqual(self.exchange("HEAD", "/bytes/70000")[1], b"")
            for status in (204, 304, 404, 500):
                self.assertEqual(self.exchange("GET", f"/status/{status}")[0].status, status)
            seen = json.loads(self.exchange("POST", "/echo", body=b"hello")[1])
            self.assertEqual(seen["length"], 5)
            self.assertEqual(self.connection.sock.getsockname(), port, "never connected anew")
        self.assertEqual(self.backend.connections, 1)

    def test_a_chunked_upload_arrives_whole(self):
        data = pattern(2_000_000)
        pieces = (data[start : start + 9_973] for start in range(0, len(data), 9_973))
        seen = json.loads(self.exchange("POST", "/echo", body=pieces, encode_chunked=True)[1])
        self.assertEqual((seen["length"], seen["md5"]), (len(data), hashlib.md5(data).hexdigest()))
        self.assertIn(["Transfer-Encoding", "chunked"], seen["headers"])
        self.assertEqual(self.exchange("GET", "/bytes/3")[1], pattern(3), "and the connection goes on")

    def start_upload(self, size):
        self.connection.putrequest("PUT", "/echo")
        self.connection.putheader("Content-Length", str(size))
        self.connection.putheader("Expect", "100-continue")
        self.connection.endheaders()

    def test_a_body_may_wait_for_100_continue(self):
        self.start_upload(5)
        interim = b"HTTP/1.1 100 Continue\r\n\r\n"
        support.wait_until(
            lambda: self.connection.sock.recv(len(interim), socket.MSG_PEEK) == interim, "the backend wants the body"
        )
        self.connection.send(b"hello")
        self.assertEqual(json.loads(self.connection.getresponse().read())["length"], 5)

    def test_a_body_need_not_wait_for_100_continue(self):
        self.start_upload(5)
        self.connection.send(b"hello")
        response = self.connection.getresponse()  # skips the 100
        self.assertEqual((response.status, json.loads(response.read())["length"]), (200, 5))

    def test_an_answer_that_is_cut_off_is_known_to_be(self):
        """A body that the backend breaks off must not look whole, whatever its framing."""
        for head in (b"Content-Length: 100", b"Transfer-Encoding: chunked"):
            with self.subTest(head), backend_that_says(b"HTTP/1.1 200 OK\r\n%s\r\n\r\n5\r\nhello\r\n" % head) as url:
                wayside = self.start_wayside(backend=url)
                with self.assertRaises((http.client.IncompleteRead, ConnectionResetError)):
                    support.fetch(wayside.proxy_port, "/")


@contextlib.contextmanager
def backend_that_says(answer):
    """The URL of a backend that answers one request with these bytes and closes."""

    def serve():
        with contextlib.suppress(OSError), listener.accept()[0] as connection:
            connection.recv(65536)
            connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener, support.background(serve):
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


if __name__ == "__main__":
    support.unittest.main()
