"""A backend that answers requests without a body with a few bytes, as fast as Python can."""

import socket
import threading

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
END_OF_HEAD = b"\r\n\r\n"


class CannedBackend:
    """`answer_to(head)` returns the answer to a request; without it, all requests get the same answer."""

    def __init__(self, answer_to=None):
        self._answer_to = answer_to
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = "http://127.0.0.1:%d" % self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _answers(self, text):
        if self._answer_to is None:
            return ANSWER * text.count(END_OF_HEAD)
        return b"".join(map(self._answer_to, text.split(END_OF_HEAD)[:-1]))

    def _serve(self, connection):
        tail = b""  # the beginning of an incomplete head
        with connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while True:
                try:
                    received = connection.recv(65536)
                    if not received:
                        return
                    text = tail + received
                    tail = text.rpartition(END_OF_HEAD)[2]
                    connection.sendall(self._answers(text))
                except OSError:
                    return
