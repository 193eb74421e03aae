"""A small HTTP/1.1 backend in the test's process, which the test can inspect and delay.

    any method, /echo        JSON: method, target, the header fields in order, length and MD5 of the body
    /status/N                status N, with a short body where N may have one
    /bytes/N                 N bytes of a fixed pattern, with Content-Length
    /chunked/N               the same body, in chunks
    /hold                    answers once release() has been called
    /after/MS                answers after MS milliseconds of service time
    /events                  Server-Sent Events, one for each call of send_event()
"""

import contextlib
import hashlib
import json
import queue
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CHUNK_BYTES = 64 * 1024


def pattern(size):
    """`size` bytes, different at every position within a block."""
    block = bytes(range(251))
    return (block * (size // len(block) + 1))[:size]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        with self.server.lock:
            self.server.connections += 1

    def answer(self):
        body = self._read_body()
        with self.server.lock:
            self.server.requests.append(f"{self.command} {self.path}")
        _, kind, *rest = self.path.partition("?")[0].split("/")
        routes = {
            "echo": self._echo,
            "status": self._status,
            "bytes": self._bytes,
            "chunked": self._chunked,
            "hold": self._hold,
            "after": self._after,
            "events": self._events,
        }
        routes.get(kind, self._unknown)(body, *rest)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer

    def _read_body(self):
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = bytearray()
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline() not in (b"\r\n", b""):
            pass
        return bytes(body)

    def _send(self, status, body=b"", content_type="text/plain"):
        self.send_response(status)
        may_have_body = status not in (204, 304)
        if may_have_body:
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if may_have_body and self.command != "HEAD":
            self.wfile.write(body)

    def _echo(self, body):
        seen = {
            "method": self.command,
            "target": self.path,
            "headers": self.headers.items(),
            "length": len(body),
            "md5": hashlib.md5(body).hexdigest(),
        }
        self._send(200, json.dumps(seen).encode(), "application/json")

    def _status(self, _body, status):
        self._send(int(status), b"as you wish\n")

    def _bytes(self, _body, size):
        self._send(200, pattern(int(size)), "application/octet-stream")

    def _begin_chunked(self, content_type):
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _write_chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def _chunked(self, _body, size):
        self._begin_chunked("application/octet-stream")
        data = pattern(int(size))
        for start in range(0, len(data), CHUNK_BYTES):
            self._write_chunk(data[start : start + CHUNK_BYTES])
        self._write_chunk(b"")

    def _hold(self, _body):
        self.server.released.wait()
        self._send(200, b"held\n")

    def _after(self, _body, milliseconds):
        time.sleep(int(milliseconds) / 1000)
        self._send(200, b"late\n")

    def _events(self, _body):
        self._begin_chunked("text/event-stream")
        while (event := self.server.events.get()) is not None:
            self._write_chunk(f"data: {event}\n\n".encode())
        self._write_chunk(b"")

    def _unknown(self, _body, *_rest):
        self._send(404, b"no such page\n")

    def log_message(self, *_args):
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass  # a peer that leaves in the middle is part of some tests

    def server_bind(self):
        # HTTPServer's would look up the host name, which a unix socket does not have.
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "backend", 0

    def get_request(self):
        request, address = super().get_request()
        return request, address or ("unix", 0)


class _UnixHandler(_Handler):
    disable_nagle_algorithm = False


class Backend:
    """Serves from construction until stop(). `url` is what `wayside --backend` takes."""

    def __init__(self, family=socket.AF_INET, path=None):
        address = {socket.AF_INET: ("127.0.0.1", 0), socket.AF_INET6: ("::1", 0), socket.AF_UNIX: str(path)}[family]
        handler = _UnixHandler if family == socket.AF_UNIX else _Handler
        server_class = type("Server", (_Server,), {"address_family": family})
        self._server = server_class(address, handler)
        self._server.lock = threading.Lock()
        self._server.requests = []
        self._server.connections = 0
        self._server.released = threading.Event()
        self._server.events = queue.Queue()
        bound = self._server.server_address
        self.url = {
            socket.AF_INET: lambda: f"http://127.0.0.1:{bound[1]}",
            socket.AF_INET6: lambda: f"http://[::1]:{bound[1]}",
            socket.AF_UNIX: lambda: f"unix:{path}",
        }[family]()
        self.port = None if family == socket.AF_UNIX else bound[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    @property
    def requests(self):
        """"METHOD target" of every request so far, in order of arrival."""
        with self._server.lock:
            return list(self._server.requests)

    @property
    def connections(self):
        """The number of connections that were ever accepted."""
        with self._server.lock:
            return self._server.connections

    def release(self):
        self._server.released.set()

    def send_event(self, data):
        self._server.events.put(data)

    def end_events(self):
        self._server.events.put(None)

    def stop(self):
        self.release()
        self.end_events()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextlib.contextmanager
def refusing_url():
    """A backend URL that refuses every connection: the port is bound, but not listened on."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
