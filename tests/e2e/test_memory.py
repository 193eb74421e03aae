"""Bodies stream: a gigabyte in either direction takes no more memory than a kilobyte."""

import socket
import threading
import unittest

import support

BODY_BYTES = 1 << 30
PEAK_LIMIT_MIB = 64
PIECE = bytes(1 << 20)


def read_head(connection):
    """The head of a message, and the bytes that came with it."""
    received = b""
    while b"\r\n\r\n" not in received:
        data = connection.recv(65536)
        if not data:
            raise AssertionError(f"the connection ended within a head: {received!r}")
        received += data
    head, _, rest = received.partition(b"\r\n\r\n")
    return head.decode(), rest


def count_body(connection, expected):
    """Reads `expected` bytes, or up to the end of the connection, and returns their number."""
    buffer = bytearray(1 << 20)
    count = 0
    while count < expected:
        size = connection.recv_into(buffer)
        if size == 0:
            break
        count += size
    return count


def send_body(connection):
    for _ in range(BODY_BYTES // len(PIECE)):
        connection.sendall(PIECE)


class RawBackend:
    """Serves one connection: reads one request, counts the bytes of its body, and answers with a large body."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.body_bytes = None  # of the request; set before its answer is sent
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self):
        self._listener.close()

    def _serve(self):
        connection, _ = self._listener.accept()
        with connection:
            head, rest = read_head(connection)
            if head.startswith("GET"):
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % BODY_BYTES)
                send_body(connection)
            else:
                self.body_bytes = len(rest) + count_body(connection, BODY_BYTES - len(rest))
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            connection.recv(1)  # until wayside closes it


class Memory(support.TestCase):
    def setUp(self):
        super().setUp()
        self.backend = RawBackend()
        self.addCleanup(self.backend.stop)
        self.wayside = self.start_wayside(backend=self.backend.url)

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.wayside.proxy_port), timeout=60)
        self.addCleanup(connection.close)
        return connection

    def test_a_gigabyte_down(self):
        connection = self.connect()
        connection.sendall(b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n")
        head, rest = read_head(connection)
        self.assertTrue(head.startswith("HTTP/1.1 200 "), head)
        self.assertEqual(len(rest) + count_body(connection, BODY_BYTES - len(rest)), BODY_BYTES)
        self.assertLess(self.wayside.peak_memory_mib(), PEAK_LIMIT_MIB)

    def test_a_gigabyte_up(self):
        connection = self.connect()
        connection.sendall(b"PUT /big HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % BODY_BYTES)
        send_body(connection)
        head, _ = read_head(connection)
        self.assertTrue(head.startswith("HTTP/1.1 200 "), head)
        self.assertEqual(self.backend.body_bytes, BODY_BYTES)
        self.assertLess(self.wayside.peak_memory_mib(), PEAK_LIMIT_MIB)


if __name__ == "__main__":
    unittest.main()
