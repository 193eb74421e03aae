#!/usr/bin/env python3
"""The cost to clients of a backend that is killed every second: behind wayside, with --peers also nginx and HAProxy.

Requests are sent at a fixed rate, independent of earlier ones, on keep-alive connections. Nine of ten are GETs, the
others POSTs with unique ids. The backend needs a few milliseconds for each, is killed once a second, and listens again
a moment later. A request has failed if it got no answer, a truncated answer, or another status than 200. No POST may
arrive twice.
"""

import argparse
import asyncio
import collections
import contextlib
import signal
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "tests" / "bench"), str(ROOT / "tests" / "e2e")]

import support  # noqa: E402
from peers import Peers  # noqa: E402
from service import Service, body_of  # noqa: E402
from wire import Connection, Ended  # noqa: E402

KILL_EVERY_S = 1.0
MAX_CONNECTIONS = 1000
PATIENCE_S = 15


def arguments(words):
    parser = argparse.ArgumentParser(prog="tests/soak/restart.py", description=__doc__)
    parser.add_argument("--programs", type=Path, default=ROOT / "build" / "release", help="the folder of wayside")
    parser.add_argument("--peers", action="store_true", help="then also nginx and HAProxy")
    parser.add_argument("--seconds", type=float, default=60, help="of load for each proxy (60)")
    parser.add_argument("--rate", type=float, default=200, help="requests per second (200)")
    parser.add_argument("--down-ms", type=float, default=20, help="from the kill to the successor's start (20)")
    parser.add_argument("--service-ms", type=int, default=5, help="service time of the backend (5)")
    return parser.parse_args(words)


class Visitors:
    """Sends requests at a fixed rate, on as many connections as needed."""

    def __init__(self, port, name):
        self._port = port
        self._name = name
        self._idle = collections.deque()
        self.failures = collections.Counter()  # of (method, result)
        self.sent = collections.Counter()

    async def run(self, rate, seconds):
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(round(rate * seconds)):
                await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
                group.create_task(self._ask("POST" if number % 10 == 9 else "GET", number))
        for connection in self._idle:
            await connection.close()

    async def _ask(self, method, number):
        self.sent[method] += 1
        try:
            async with asyncio.timeout(PATIENCE_S):
                failure = await self._answer_to(method, f"{self._name}-{number}")
        except (Ended, OSError, TimeoutError) as error:
            failure = type(error).__name__
        if failure:
            self.failures[method, failure] += 1

    async def _answer_to(self, method, request_id):
        connection = self._idle.pop() if self._idle else await Connection.open(self._port)
        body = body_of(request_id, 100) if method == "POST" else b""
        fields = f"Content-Length: {len(body)}\r\n" if body else ""
        head = f"{method} /small/{request_id} HTTP/1.1\r\nHost: restart\r\n{fields}\r\n"
        try:
            await connection.send(head.encode() + body)
            answer = await connection.answer(method)
        except BaseException:
            connection.reset()
            raise
        if answer.closes:
            await connection.close()
        else:
            self._idle.append(connection)
        if not answer.is_complete:
            return "truncated"
        return "" if answer.status == 200 else str(answer.status)


async def kill_now_and_then(service, down_s):
    kills = 0
    try:
        while True:
            await asyncio.sleep(KILL_EVERY_S - down_s)
            await asyncio.to_thread(service.kill)
            await asyncio.sleep(down_s)
            await asyncio.to_thread(service.serve)
            kills += 1
    except asyncio.CancelledError:
        return kills


async def measure(name, port, service, chosen):
    visitors = Visitors(port, name)
    killing = asyncio.create_task(kill_now_and_then(service, chosen.down_ms / 1000))
    await visitors.run(chosen.rate, chosen.seconds)
    killing.cancel()
    return visitors, await killing


def main(words):
    chosen = arguments(words)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    failed = {}
    repeated = {}
    for name in ["wayside", "nginx", "HAProxy"] if chosen.peers else ["wayside"]:
        with contextlib.ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wayside-restart-")))
            service = Service(support.free_port(), folder / "records", chosen.service_ms)
            stack.callback(service.stop)
            service.serve()
            peers = stack.enter_context(
                Peers(chosen.programs.resolve(), folder, None, None, MAX_CONNECTIONS, backend_port=service.port)
            )
            visitors, kills = asyncio.run(measure(name, peers.get(name).port, service, chosen))
            arrived = service.records().received
        failed[name] = visitors.failures.total()
        repeated[name] = sum(count - 1 for (_, method), count in arrived.items() if method == "POST")
        sent = visitors.sent.total()
        details = ", ".join(f"{count} {method} {result}" for (method, result), count in visitors.failures.most_common())
        print(
            f"{name:8} {failed[name]:4} of {sent} failed ({100 * failed[name] / sent:.2f} %) in {kills} kills; "
            f"{repeated[name]} of {visitors.sent['POST']} POSTs arrived twice; {details or 'no failures'}",
            flush=True,
        )
    problems = [f"more failed than with {name}" for name in failed if failed["wayside"] > failed[name]]
    if repeated["wayside"]:
        problems.append("a POST arrived twice")
    if problems:
        sys.exit("restart: " + "; ".join(problems))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except AssertionError as failure:  # from support: a program did not start, or is not installed
        sys.exit(f"restart: {failure}")
    except KeyboardInterrupt:
        sys.exit("restart: interrupted")
