#!/usr/bin/env python3
"""A backend that keeps an idle connection for some seconds, to the millisecond, and says so in Keep-Alive or not.

    idle_backend.py SECONDS header|silent

It works for a millisecond on each request, as applications do. A request that waits for it in the kernel meanwhile does
not keep it from closing the connection once the time is up: Node too looks at its timers before it reads.
"""

import asyncio
import sys
import time

WORK_S = 0.001


class Server(asyncio.Protocol):
    keeps_s = 5.0
    fields = b""

    def connection_made(self, transport):
        self._transport = transport
        self._received = b""
        self._idle = None
        self._stay()

    def connection_lost(self, _):
        self._idle.cancel()

    def data_received(self, data):
        if not self._received and asyncio.get_running_loop().time() >= self._idle.when():
            self._transport.abort()
            return
        self._received += data
        while (request := self._take_request()) is not None:
            until = time.perf_counter() + WORK_S
            while time.perf_counter() < until:
                pass
            self._transport.write(b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s" %
                                  (self.fields, len(request), request))
            self._stay()

    def _take_request(self):
        """The body of the next whole request."""
        head, end, rest = self._received.partition(b"\r\n\r\n")
        if not end:
            return None
        lengths = [int(line.partition(b":")[2]) for line in head.lower().split(b"\r\n") if
                   line.startswith(b"content-length:")]
        length = lengths[0] if lengths else 0
        if len(rest) < length:
            return None
        self._received = rest[length:]
        return rest[:length]

    def _stay(self):
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(self.keeps_s, self._transport.abort)


async def serve(seconds, mode):
    Server.keeps_s = float(seconds)
    if mode == "header":
        Server.fields = b"Keep-Alive: timeout=%d\r\n" % Server.keeps_s
    server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0, backlog=1024)
    print(f"listening on {server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
