"""The kinds of clients. Each is a visit: a connection from its opening to its end, noted in the ledger.

A visit that gets its answer notes the status. One that loses its answer notes how; the end of the run checks whether
a fault explains that (checks.py). An answer of another request and a wrong body, which no fault explains, are failures
at once.
"""

import asyncio
import random
import time
from dataclasses import dataclass

import service
from ledger import CLIENT_LEFT, LOST
from wire import Connection, Ended

# Much longer than any visit may take: a request that hangs is a failure.
PATIENCE_S = 45
UNMATCHED = "unmatched"
LONG_QUERY = "long=" + 1800 * "x"

# A faulty request, the status of its refusal, and the series that counts it: an invalid head has neither route nor
# method. {id} is the request's id.
MALFORMED = [
    (b"GET /small/{id} HTTP/1.1\nHost: x\n\n", 400, UNMATCHED, "OTHER"),
    (b"GET /small/{id} HTTP/1.1\r\n\r\n", 400, UNMATCHED, "OTHER"),
    (b"GET /small/{id} HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", 400, UNMATCHED, "OTHER"),
    (b"GET /small/{id} HTTP/1.1\r\nHost : x\r\n\r\n", 400, UNMATCHED, "OTHER"),
    (b"GET /small/{id} HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", 400, UNMATCHED, "OTHER"),
    (b"GET /small/{id}\x00 HTTP/1.1\r\nHost: x\r\n\r\n", 400, UNMATCHED, "OTHER"),
    (b"GET /small/{id} HTTP/3.0\r\nHost: x\r\n\r\n", 505, UNMATCHED, "OTHER"),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 {id}\r\n\r\n", 400, UNMATCHED, "OTHER"),
    (b"GET /small/{id}?" + b"x" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414, UNMATCHED, "OTHER"),
    (b"GET /small/{id} HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 101 + b"\r\n", 431, UNMATCHED, "OTHER"),
    (b"POST /upload/{id} HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400, None, "POST"),
    (b"POST /upload/{id} HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
     None, "POST"),
    (b"POST /upload/{id} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501, None, "POST"),
    (b"POST /upload/{id} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400, None, "POST"),
]  # fmt: skip


@dataclass
class Client:
    """One client of the load, which makes one visit after another."""

    port: int
    ledger: object
    random: random.Random
    kind: str

    def begin(self, method, route, **options):
        return self.ledger.begin(self.kind, method, route + "/{id}" if route != UNMATCHED else UNMATCHED, **options)

    def head(self, entry, route, query="", fields="", version="1.1"):
        target = f"{route}/{entry.request_id}" + (f"?{query}" if query else "")
        return f"{entry.method} {target} HTTP/{version}\r\nHost: soak\r\n{fields}\r\n".encode()

    async def sleep(self, shortest, longest):
        await asyncio.sleep(self.random.uniform(shortest, longest))

    def settle(self, entry, answer, status=200, body=None):
        """Notes an answer that has begun, and checks its id. True if it answers the request."""
        if answer.status in LOST:
            self.ledger.end(entry, answer.status, loss=str(answer.status))
            return False
        if answer.status != status or answer.fields.get("x-soak-id", entry.request_id) != entry.request_id:
            self.ledger.complain(f"{entry.request_id} was answered {answer.status} {answer.fields}")
        if not answer.is_complete:
            self.ledger.end(entry, answer.status, loss="truncated")
            return False
        if body is not None and answer.body != body:
            self.ledger.complain(f"{entry.request_id} was answered {len(answer.body)} bytes of another body")
        self.ledger.end(entry, answer.status)
        return True

    def lose(self, entry, error):
        """No answer, though the client did not leave: always a failure."""
        self.ledger.complain(f"{entry.request_id} got no answer: {error}")
        self.ledger.end(entry)

    async def ask(self, connection, entry, request, method="GET", pause_s=0.0, **wanted):
        """Sends a request and settles its answer. True if the connection can be used again."""
        try:
            await connection.send(request)
            answer = await connection.answer(method, pause_s)
        except (Ended, ConnectionError) as error:
            self.lose(entry, repr(error))
            return False
        self.settle(entry, answer, **wanted)
        return not answer.closes


# --- visits that stay to the end ------------------------------------------------------------------------------


async def keep_alive(client):
    """Small requests of several methods, on one connection."""
    connection = await Connection.open(client.port)
    for _ in range(client.random.randint(1, 60)):
        method = client.random.choice(["GET"] * 5 + ["HEAD", "DELETE", "POST", "PATCH"])
        route, status = client.random.choice([("/small", 200), ("/status", 404), ("/status", 204), ("/nowhere", 200)])
        entry = client.begin(method, UNMATCHED if route == "/nowhere" else route)
        has_body = method in ("POST", "PATCH")
        body = service.body_of(entry.request_id, 200) if has_body else b""
        fields = f"Content-Length: {len(body)}\r\n" if has_body else ""
        request = client.head(entry, route, f"status={status}", fields) + body
        answer_body = None if method == "HEAD" or status == 204 else service.body_of(entry.request_id, 60)
        if not await client.ask(connection, entry, request, method, status=status, body=answer_body):
            break
        await client.sleep(0, 0.06)
    await connection.close()


async def pipeline(client):
    """Several requests at once, long enough to fill the log's queues while no reader takes the lines.

    After an answer that ends the connection, the other requests were never read.
    """
    connection = await Connection.open(client.port)
    entries = [client.begin("GET", "/small") for _ in range(client.random.randint(2, 20))]
    try:
        await connection.send(b"".join(client.head(entry, "/small", LONG_QUERY) for entry in entries))
        for entry in entries:
            answer = await connection.answer()
            client.settle(entry, answer, body=service.body_of(entry.request_id, 60))
            if answer.closes:
                break
    except (Ended, ConnectionError) as error:
        client.lose(entry, repr(error))
    await connection.close()


async def download(client):
    size = client.random.choice([70_000, 200_000, 2_000_000])
    is_slow = client.random.random() < 0.3
    query = f"bytes={size}" + client.random.choice(["", "&chunked=1"])
    version = client.random.choice(["1.1", "1.1", "1.1", "1.0"])
    connection = await Connection.open(client.port, receive_buffer=32 * 1024 if is_slow else None)
    entry = client.begin("GET", "/large")
    request = client.head(entry, "/large", query, version=version)
    pause_s = 0.02 if is_slow else 0.0
    await client.ask(connection, entry, request, pause_s=pause_s, body=service.body_of(entry.request_id, size))
    await connection.close()


async def upload(client):
    """Uploads with a length or in chunks, fast or slow, some with Expect: 100-continue."""
    is_chunked, is_slow, asks = (client.random.random() < 0.5 for _ in range(3))
    size = client.random.choice([1000, 100_000]) if is_slow else client.random.choice([50_000, 300_000, 2_000_000])
    connection = await Connection.open(client.port)
    entry = client.begin(client.random.choice(["POST", "PUT"]), "/upload")
    body = service.body_of(entry.request_id, size)
    fields = "Transfer-Encoding: chunked\r\n" if is_chunked else f"Content-Length: {size}\r\n"
    fields += "Expect: 100-continue\r\n" if asks else ""
    answering = asyncio.create_task(connection.answer())
    try:
        await connection.send(client.head(entry, "/upload", fields=fields))
        piece_bytes = max(1, size // 10) if is_slow else 64 * 1024
        for at in range(0, size, piece_bytes):
            if answering.done():  # the backend has failed, so the rest is not sent
                break
            piece = body[at : at + piece_bytes]
            await connection.send(b"%x\r\n%s\r\n" % (len(piece), piece) if is_chunked else piece)
            if is_slow:
                await client.sleep(0.01, 0.2)
        if is_chunked and not answering.done():
            await connection.send(b"0\r\n\r\n")
    except ConnectionError:
        pass  # the answer tells the reason
    try:
        client.settle(entry, await answering, body=service.checksum(body))
    except (Ended, ConnectionError) as error:
        client.lose(entry, repr(error))
    await connection.close()


async def events(client):
    connection = await Connection.open(client.port)
    entry = client.begin("GET", "/events")
    count = client.random.randint(1, 30)
    wanted = "".join(f"data: {entry.request_id} {number}\n\n" for number in range(count)).encode()
    await client.ask(connection, entry, client.head(entry, "/events", f"count={count}&ms=50"), body=wanted)
    await connection.close()


async def socket(client):
    """A WebSocket without its frames, which wayside does not read."""
    connection = await Connection.open(client.port)
    entry = client.begin("GET", "/socket")
    try:
        answer = await _upgrade(client, connection, entry)
        if answer.status == 101:
            for number in range(client.random.randint(1, 20)):
                message = service.body_of(f"{entry.request_id}-{number}", client.random.randint(1, 5000))
                await connection.send(message)
                echo = b""
                while len(echo) < len(message):
                    piece = await connection.read(len(message) - len(echo))
                    if not piece:
                        entry.loss = "truncated"
                        break
                    echo += piece
                if not message.startswith(echo):
                    client.ledger.complain(f"{entry.request_id}: the tunnel has changed the bytes")
                if entry.loss:
                    break
                await client.sleep(0, 0.1)
    except (Ended, ConnectionError) as error:
        if entry.statuses:
            entry.loss = "truncated"
        else:
            client.lose(entry, repr(error))
    entry.ended = time.monotonic()
    await connection.close()


async def _upgrade(client, connection, entry):
    await connection.send(client.head(entry, "/socket", fields="Connection: upgrade\r\nUpgrade: websocket\r\n"))
    answer = await connection.answer_head()
    if answer.status != 101:
        answer.is_complete = True
    client.settle(entry, answer, status=101)
    return answer


async def trickle(client):
    """Heads and bodies that come byte by byte, fast enough or until they time out."""
    connection = await Connection.open(client.port)
    part = client.random.choice(["head", "body"])
    is_too_slow = client.random.random() < 0.3
    if part == "head":
        entry = client.begin("GET", UNMATCHED if is_too_slow else "/small")
        request, status = client.head(entry, "/small"), 408 if is_too_slow else 200
        if is_too_slow:
            entry.method = "OTHER"
        at_once = 0
    else:
        entry = client.begin("PUT", "/upload")
        body = service.body_of(entry.request_id, 30)
        head = client.head(entry, "/upload", fields=f"Content-Length: {len(body)}\r\n")
        request, status, at_once = head + body, 408 if is_too_slow else 200, len(head)
    if is_too_slow:
        request = request[: at_once + 7]
    answering = asyncio.create_task(connection.answer())
    try:
        if at_once:
            await connection.send(request[:at_once])
        for at in range(at_once, len(request)):
            await connection.send(request[at : at + 1])
            await client.sleep(0, 0.012)
        client.settle(entry, await answering, status=status)
    except (Ended, ConnectionError) as error:
        answering.cancel()
        client.lose(entry, repr(error))
    await connection.close()


async def malformed(client):
    """A faulty request, sent in any pieces, is refused."""
    text, status, endpoint, method = client.random.choice(MALFORMED)
    entry = client.ledger.begin(client.kind, method, endpoint or "/upload/{id}")
    request = text.replace(b"{id}", entry.request_id.encode())
    connection = await Connection.open(client.port)
    answering = asyncio.create_task(connection.answer())
    try:
        cut = client.random.randint(0, len(request))
        await connection.send(request[:cut])
        await client.sleep(0, 0.05)
        await connection.send(request[cut:])
    except ConnectionError:
        pass  # refused before it was complete
    try:
        client.settle(entry, await answering, status=status)
    except (Ended, ConnectionError) as error:
        client.lose(entry, repr(error))
    await connection.close()


# --- visits that leave early -----------------------------------------------------------------------------------


async def leave_in_the_head(client):
    """A connection without a whole request: nothing is counted."""
    entry = client.begin("GET", "/small")
    connection = await Connection.open(client.port)
    request = client.head(entry, "/small")
    await connection.send(request[: client.random.randint(0, len(request) - 1)])
    await client.sleep(0, 0.05)
    client.ledger.end(entry)
    await _leave(client, connection)


async def leave_in_the_body(client):
    """Leaves once the backend has the head, or with an orderly end, which overtakes no bytes."""
    entry = client.begin("POST", "/upload")
    asks = client.random.random() < 0.5
    connection = await Connection.open(client.port)
    fields = "Content-Length: 100000\r\n" + ("Expect: 100-continue\r\n" if asks else "")
    await connection.send(client.head(entry, "/upload", fields=fields))
    try:
        if asks:
            answer = await connection.answer_head(takes_informational=True)
            if answer.status != 100:
                answer.is_complete = True
                client.settle(entry, answer)
                return await connection.close()
        await connection.send(bytes(client.random.randint(0, 90_000)))
        await client.sleep(0, 0.05)
    except Ended as error:
        client.lose(entry, repr(error))
        return await connection.close()
    except ConnectionError:
        pass  # the backend has failed, and the connection is closed behind the answer
    client.ledger.end(entry, CLIENT_LEFT, *LOST)
    await (_leave(client, connection) if asks else connection.close())


async def leave_while_waiting(client):
    entry = client.begin("GET", "/slow")
    has_news = client.random.random() < 0.5
    connection = await Connection.open(client.port)
    await connection.send(client.head(entry, "/slow", f"ms={client.random.choice([5, 50, 3000])}"))
    try:
        if has_news:
            answer = await connection.answer_head(takes_informational=True)
            if answer.status != 103:
                answer.is_complete = True
                client.settle(entry, answer)
                return await connection.close()
    except Ended as error:
        client.lose(entry, repr(error))
        return await connection.close()
    await client.sleep(0, 0.05)
    client.ledger.end(entry, CLIENT_LEFT, 200, *LOST)
    await (_leave(client, connection) if has_news else connection.close())


async def leave_in_the_answer(client):
    route, query = client.random.choice([("/large", "bytes=3000000"), ("/events", "count=100&ms=20")])
    entry = client.begin("GET", route)
    connection = await Connection.open(client.port, receive_buffer=16 * 1024)
    try:
        await connection.send(client.head(entry, route, query))
        answer = await connection.answer_head()
        answer.is_complete = True  # the client leaves on purpose
        if client.settle(entry, answer):
            await connection.read(client.random.randint(1, 50_000))
            await client.sleep(0, 0.1)
    except (Ended, ConnectionError) as error:
        if not entry.statuses:
            client.lose(entry, repr(error))
    await _leave(client, connection)


async def leave_a_socket(client):
    entry = client.begin("GET", "/socket")
    connection = await Connection.open(client.port)
    try:
        if (await _upgrade(client, connection, entry)).status == 101:
            await connection.send(bytes(1000))
            await client.sleep(0, 0.1)
    except (Ended, ConnectionError) as error:
        if not entry.statuses:
            client.lose(entry, repr(error))
    await _leave(client, connection)


async def _leave(client, connection):
    if client.random.random() < 0.5:
        connection.reset()
    else:
        await connection.close()


# The number of clients of each kind, and the longest pause between two visits of a client in seconds.
LOAD = {
    keep_alive: (10, 0.1),
    pipeline: (4, 0.1),
    download: (2, 0.3),
    upload: (4, 0.2),
    events: (3, 0.2),
    socket: (3, 0.2),
    trickle: (4, 0.2),
    malformed: (2, 0.2),
    leave_in_the_head: (1, 0.3),
    leave_in_the_body: (2, 0.2),
    leave_while_waiting: (2, 0.2),
    leave_in_the_answer: (2, 0.2),
    leave_a_socket: (1, 0.3),
}


def plan(port, ledger, seed):
    """The whole load: [(visit, client, longest pause)]. The same seed makes the same choices."""
    load = []
    for visit, (count, pause_s) in LOAD.items():
        kind = visit.__name__.replace("_", "-")
        for number in range(count):
            load.append((visit, Client(port, ledger, random.Random(f"{seed}/{kind}/{number}"), kind), pause_s))
    return load


async def keep_visiting(visit, client, pause_s, is_over):
    """Makes visits until is_over() is true between two of them."""
    while not is_over():
        try:
            async with asyncio.timeout(PATIENCE_S):
                await visit(client)
        except TimeoutError:
            client.ledger.complain(f"a client of the kind {client.kind} hung for {PATIENCE_S} s")
        except OSError as error:
            client.ledger.complain(f"a client of the kind {client.kind} failed: {error!r}")
        await client.sleep(0, pause_s)
