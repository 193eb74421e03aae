#!/usr/bin/env python3
"""The cost to clients of a backend that closes idle connections: behind wayside, with --peers also nginx and HAProxy.

The worst case: POSTs come in bursts, and the time between two bursts is just the time for which the backend keeps an
idle connection. So a POST and the end of its connection cross on their way (see idle_backend.py), and nobody may send a
POST again. The backend says in Keep-Alive how long it keeps a connection, as Node does; with --silent it does not. A
POST is lost if it got no answer, or another than 200.
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
from wire import Connection, Ended  # noqa: E402

BACKEND = Path(__file__).resolve().parent / "idle_backend.py"
MAX_CONNECTIONS = 1000
PATIENCE_S = 15
# The POSTs of a burst are spread over the time from EARLIEST_S to LATEST_S, counted from when the end of the connection
# arrives. They are on their way for longer than that.
EARLIEST_S = -0.050
LATEST_S = 0.0
BODY = b"x" * 100
POST = b"POST /order HTTP/1.1\r\nHost: idle\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)


def arguments(words):
    parser = argparse.ArgumentParser(prog="tests/soak/idle_race.py", description=__doc__)
    parser.add_argument("--programs", type=Path, default=ROOT / "build" / "release", help="the folder of wayside")
    parser.add_argument("--peers", action="store_true", help="then also nginx and HAProxy")
    parser.add_argument("--keeps", type=float, default=5, help="seconds that the backend keeps a connection (5)")
    parser.add_argument("--silent", action="store_true", help="the backend does not say so")
    parser.add_argument("--bursts", type=int, default=5, help="behind the one that opens the connections (5)")
    parser.add_argument("--clients", type=int, default=40, help="POSTs in a burst (40)")
    return parser.parse_args(words)


async def post(port):
    """On a connection of its own, so that only the proxy's connections are kept. Returns what went wrong."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            connection = await Connection.open(port)
            try:
                await connection.send(POST)
                answer = await connection.answer("POST")
            finally:
                connection.reset()
    except (Ended, OSError, TimeoutError) as error:
        return type(error).__name__
    return "" if answer.status == 200 and answer.is_complete else str(answer.status)


async def measure(port, chosen):
    lost = collections.Counter()

    async def client(offset_s):
        for burst in range(chosen.bursts + 1):
            failure = await post(port)
            answered_at = time.monotonic()
            if burst and failure:
                lost[failure] += 1
            if burst < chosen.bursts:
                await asyncio.sleep(max(0.0, answered_at + chosen.keeps + offset_s - time.monotonic()))

    async with asyncio.TaskGroup() as group:
        for number in range(chosen.clients):
            share = number / chosen.clients
            group.create_task(client(EARLIEST_S + share * (LATEST_S - EARLIEST_S)))
    return lost


def main(words):
    chosen = arguments(words)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    lost = {}
    for name in ["wayside", "nginx", "HAProxy"] if chosen.peers else ["wayside"]:
        with contextlib.ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wayside-idle-")))
            mode = "silent" if chosen.silent else "header"
            backend = support.Process(sys.executable, BACKEND, f"{chosen.keeps:g}", mode)
            stack.callback(backend.stop)
            port = int(backend.wait_for_line(r"listening on (\d+)").group(1))
            peers = stack.enter_context(
                Peers(chosen.programs.resolve(), folder, None, None, MAX_CONNECTIONS, backend_port=port)
            )
            failures = asyncio.run(measure(peers.get(name).port, chosen))
        lost[name] = failures.total()
        details = ", ".join(f"{count} {failure}" for failure, count in failures.most_common())
        print(f"{name:8} {lost[name]:4} of {chosen.clients * chosen.bursts} POSTs lost"
              f"{': ' if details else ''}{details}", flush=True)
    if lost["wayside"]:
        sys.exit("idle_race: wayside lost a POST")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except AssertionError as failure:  # from support: a program did not start, or is not installed
        sys.exit(f"idle_race: {failure}")
    except KeyboardInterrupt:
        sys.exit("idle_race: interrupted")
