#!/usr/bin/env python3
"""The backend: a process that may be killed at any moment without losing a record of its requests.

Run as a program, it is that process; `Service` starts, kills and restarts it. Each record is one write(2) to a file
opened for appending, so that it survives SIGKILL. A request is recorded before it is answered.

The path, /KIND/ID, and the query tell how to answer. The answer repeats the ID in X-Soak-Id, and its body is made from
it, so that a client notices the answer of another request.

    /small/ID                     a few bytes
    /status/ID?status=N           the same with another status
    /large/ID?bytes=N&chunked=1   that many, with a length or in chunks
    /slow/ID?ms=N                 103 at once, the answer after that time
    /upload/ID                    reads the body and answers with its length and its CRC
    /events/ID?count=N&ms=M       Server-Sent Events
    /socket/ID                    switches protocols, and sends back what it gets
"""

import asyncio
import collections
import contextlib
import os
import signal
import socket
import subprocess
import sys
import urllib.parse
import zlib
from dataclasses import dataclass

PIECE_BYTES = 64 * 1024


def body_of(request_id, size):
    """`size` bytes that show the request's id everywhere."""
    unit = f"{request_id}.".encode()
    return (unit * (size // len(unit) + 1))[:size]


def checksum(body):
    return f"{len(body)} {zlib.crc32(body)}".encode()


# --- the process ----------------------------------------------------------------------------------------------


class _Server:
    def __init__(self, record_file, service_ms):
        self._record = os.open(record_file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._service_s = service_ms / 1000

    def record(self, *words):
        os.write(self._record, " ".join(map(str, words)).encode() + b"\n")

    async def serve(self, reader, writer):
        self.record("connected")
        try:
            while await self._serve_one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the proxy left in the middle of a message, as it does when its client does
        except (ValueError, IndexError, asyncio.LimitOverrunError) as error:
            self.record("malformed", repr(error))
        finally:
            writer.close()

    async def _serve_one(self, reader, writer):
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as end:
            if end.partial:
                self.record("malformed", repr(end.partial[:80]))
            return False
        request_line, *lines = head.decode("latin-1").split("\r\n")[:-2]
        method, target, _ = request_line.split(" ")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        path, _, query = target.partition("?")
        _, kind, request_id = path.split("/")
        self.record("received", method, request_id)
        asked = dict(urllib.parse.parse_qsl(query))
        if fields.get("expect") == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await self._read_body(reader, fields)
        if self._service_s:
            await asyncio.sleep(self._service_s)
        answer = getattr(self, f"_answer_{kind}", self._answer_small)
        goes_on = await answer(reader, writer, method, request_id, asked, body)
        await writer.drain()
        self.record("answered", method, request_id)
        return goes_on is not False

    @staticmethod
    async def _read_body(reader, fields):
        if fields.get("transfer-encoding") != "chunked":
            return await reader.readexactly(int(fields.get("content-length", 0)))
        pieces = []
        while size := int(await reader.readuntil(b"\r\n"), 16):
            pieces.append(await reader.readexactly(size))
            await reader.readexactly(2)
        while await reader.readuntil(b"\r\n") != b"\r\n":
            pass
        return b"".join(pieces)

    @staticmethod
    def _write(writer, method, request_id, body, status=200):
        head = f"HTTP/1.1 {status} X\r\nX-Soak-Id: {request_id}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        writer.write(head if method == "HEAD" else head + body)

    async def _answer_small(self, _reader, writer, method, request_id, _asked, _body):
        self._write(writer, method, request_id, body_of(request_id, 60))

    async def _answer_status(self, _reader, writer, method, request_id, asked, _body):
        self._write(writer, method, request_id, body_of(request_id, 60), int(asked["status"]))

    async def _answer_slow(self, _reader, writer, method, request_id, asked, _body):
        writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        await asyncio.sleep(int(asked["ms"]) / 1000)
        self._write(writer, method, request_id, body_of(request_id, 60))

    async def _answer_upload(self, _reader, writer, method, request_id, _asked, body):
        self._write(writer, method, request_id, checksum(body))

    async def _answer_large(self, _reader, writer, method, request_id, asked, _body):
        size = int(asked["bytes"])
        body = body_of(request_id, size)
        if "chunked" not in asked:
            return self._write(writer, method, request_id, body)
        pieces = [body[at : at + PIECE_BYTES] for at in range(0, size, PIECE_BYTES)]
        await self._write_chunks(writer, request_id, "", pieces, 0)

    async def _answer_events(self, _reader, writer, _method, request_id, asked, _body):
        events = [f"data: {request_id} {number}\n\n".encode() for number in range(int(asked["count"]))]
        kind = "Content-Type: text/event-stream\r\n"
        await self._write_chunks(writer, request_id, kind, events, int(asked["ms"]) / 1000)

    @staticmethod
    async def _write_chunks(writer, request_id, field, pieces, pause_s):
        head = f"HTTP/1.1 200 OK\r\nX-Soak-Id: {request_id}\r\n{field}Transfer-Encoding: chunked\r\n\r\n"
        writer.write(head.encode())
        for piece in pieces:
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await writer.drain()
            if pause_s:
                await asyncio.sleep(pause_s)
        writer.write(b"0\r\n\r\n")

    async def _answer_socket(self, reader, writer, _method, request_id, _asked, _body):
        head = f"HTTP/1.1 101 X\r\nX-Soak-Id: {request_id}\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"
        writer.write(head.encode())
        while data := await reader.read(PIECE_BYTES):
            writer.write(data)
            await writer.drain()
        return False


async def _run(port, record_file, service_ms):
    server = _Server(record_file, service_ms)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    running = await asyncio.start_server(server.serve, sock=listener, backlog=1024, limit=256 * 1024)
    print("serving", flush=True)
    await running.serve_forever()


def main(port, record_file, service_ms):
    # All modules are loaded. The port is bound once the owner says so, and never if the owner ends first.
    print("loaded", flush=True)
    if sys.stdin.readline():
        asyncio.run(_run(int(port), record_file, int(service_ms)))


# --- the owner's side -----------------------------------------------------------------------------------------


@dataclass
class Records:
    connections: int
    received: collections.Counter  # of (id, method)
    answered: collections.Counter
    malformed: list


class Service:
    """The backend on a fixed port. A loaded successor waits while it serves, so a restart takes milliseconds."""

    def __init__(self, port, record_file, service_ms=0):
        self.port = port
        self._record_file = record_file
        # The kernel kills it if this process dies without ending it.
        guard = ["/usr/bin/setpriv", "--pdeathsig", "KILL"]
        self._command = [*guard, sys.executable, __file__, str(port), str(record_file), str(service_ms)]
        self._spare = self._load()
        self._serving = None

    def serve(self):
        """Returns when the port is listened on."""
        self._serving = self._spare
        self._serving.stdin.write("serve\n")
        self._serving.stdin.flush()
        self._expect(self._serving, "serving")
        self._spare = self._load()

    def kill(self):
        self._serving.kill()
        self._end(self._serving)

    def pause(self):
        self._serving.send_signal(signal.SIGSTOP)

    def go_on(self):
        self._serving.send_signal(signal.SIGCONT)

    def stop(self):
        for process in (self._serving, self._spare):
            if process is not None:
                process.kill()
                self._end(process)

    def records(self):
        found = Records(0, collections.Counter(), collections.Counter(), [])
        counters = {"received": found.received, "answered": found.answered}
        with contextlib.suppress(FileNotFoundError), open(self._record_file) as lines:
            for line in lines:
                kind, *words = line.split()
                if kind == "connected":
                    found.connections += 1
                elif kind == "malformed":
                    found.malformed.append(line.strip())
                else:
                    method, request_id = words
                    counters[kind][request_id, method] += 1
        return found

    def _load(self):
        # It may still be loading: a command waits in its pipe.
        pipe = subprocess.PIPE
        return subprocess.Popen(self._command, stdin=pipe, stdout=pipe, text=True, start_new_session=True)

    @staticmethod
    def _expect(process, word):
        for line in process.stdout:
            if line.strip() == word:
                return
        raise AssertionError(f"the backend ended with status {process.wait()} before it was {word}")

    @staticmethod
    def _end(process):
        process.wait()
        process.stdin.close()
        process.stdout.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
