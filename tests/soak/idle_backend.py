#!/usr/bin/env python3
"""A backend on a link with a delay that keeps an idle connection for some seconds, and says so in Keep-Alive or not.

    idle_backend.py SECONDS header|silent

The delay is what makes the race: a request that is on its way when the backend closes the connection finds it closed, and
who sent it learns of the end only after the request. On the loopback interface alone the end arrives at once.
"""

import asyncio
import sys

# In each direction: two regions of one continent, and long beside the lateness of timers on a busy machine.
DELAY_S = 0.050


class Server(asyncio.Protocol):
    keeps_s = 5.0
    fields = b""

    def connection_made(self, transport):
        self._transport = transport
        self._received = b""
        self._is_closed = False
        self._idle = None
        self._stay()

    def connection_lost(self, _):
        self._is_closed = True
        self._idle.cancel()

    def data_received(self, data):
        later(self._arrive, data)

    def _arrive(self, data):
        if self._is_closed:
            return
        self._received += data
        while (request := self._take_request()) is not None:
            later(self._transport.write, b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s" %
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
        self._idle = asyncio.get_running_loop().call_later(self.keeps_s, self._close)

    def _close(self):
        self._is_closed = True
        later(self._transport.abort)


def later(call, *values):
    asyncio.get_running_loop().call_later(DELAY_S, call, *values)


async def serve(seconds, mode):
    Server.keeps_s = float(seconds)
    if mode == "header":
        Server.fields = b"Keep-Alive: timeout=%d\r\n" % Server.keeps_s
    server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0, backlog=1024)
    print(f"listening on {server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
