"""A client's connection to wayside that can send any bytes and end in any way."""

import asyncio
import socket
import struct
from dataclasses import dataclass, field


class Ended(Exception):
    """The connection ended before an answer began."""


@dataclass
class Answer:
    status: int
    fields: dict = field(repr=False)
    body: bytes = field(repr=False, default=b"")
    is_complete: bool = False  # otherwise the connection ended within the body

    @property
    def closes(self):
        return not self.is_complete or self.fields.get("connection", "").lower() == "close"


class Connection:
    def __init__(self, reader, writer):
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port, receive_buffer=None):
        connected = socket.socket()
        connected.setblocking(False)
        if receive_buffer:
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        try:
            await asyncio.get_running_loop().sock_connect(connected, ("127.0.0.1", port))
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return cls(*await asyncio.open_connection(sock=connected, limit=64 * 1024))
        except BaseException:
            connected.close()
            raise

    async def send(self, data):
        """Raises ConnectionError if the peer has closed; there may be an answer nevertheless."""
        self._writer.write(data)
        await self._writer.drain()

    async def read(self, size):
        return await self._reader.read(size)

    async def answer_head(self, method="GET", takes_informational=False):
        """The head of the answer, or of an interim response if `takes_informational`."""
        while True:
            try:
                head = await self._reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError) as error:
                raise Ended(repr(error)) from None
            status_line, *lines = head.decode("latin-1").split("\r\n")[:-2]
            fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            answer = Answer(int(status_line.split(" ")[1]), fields)
            if answer.status >= 200 or answer.status == 101 or takes_informational:
                answer.is_complete = method == "HEAD" or answer.status in (101, 204, 304)
                return answer

    async def answer(self, method="GET", pause_s=0.0):
        """The whole answer. `pause_s` is a slow reader's pause between two pieces."""
        answer = await self.answer_head(method)
        if answer.is_complete:
            return answer
        pieces = []
        try:
            async for piece in self._pieces(answer.fields, pause_s):
                pieces.append(piece)
            answer.is_complete = True
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        answer.body = b"".join(pieces)
        return answer

    async def _pieces(self, fields, pause_s):
        if fields.get("transfer-encoding") == "chunked":
            while size := int(await self._reader.readuntil(b"\r\n"), 16):
                yield await self._reader.readexactly(size)
                await self._reader.readexactly(2)
                await asyncio.sleep(pause_s)
            await self._reader.readexactly(2)
            return
        left = int(fields["content-length"]) if "content-length" in fields else None
        while left is None or left > 0:
            piece = await self._reader.read(16 * 1024 if left is None else min(left, 16 * 1024))
            if not piece:
                if left is None:
                    return
                raise asyncio.IncompleteReadError(b"", left)
            yield piece
            left = left and left - len(piece)
            await asyncio.sleep(pause_s)

    def end_sending(self):
        self._writer.write_eof()

    async def close(self):
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            pass

    def reset(self):
        """Drops the bytes under way in either direction (SO_LINGER of zero)."""
        transport = self._writer.transport
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
