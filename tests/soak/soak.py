#!/usr/bin/env python3
"""wayside under every kind of client and fault at once, and every request accounted for. Run it with `./dev soak`.

Clients keep their connections alive, upload, download, stream, upgrade, trickle, pipeline, send invalid HTTP, and
leave in every phase, while the backend is killed and paused, descriptors run out, the logs are not read, and reloads
and scrapes go on. At the end the counters have to equal the clients' ledger, the access log and the backend's records.

The seed decides the choices of clients and faults; their timing depends on the machine.
"""

import argparse
import asyncio
import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "e2e"))  # for support.py: processes that end with their owner

import checks  # noqa: E402
import clients  # noqa: E402
import support  # noqa: E402
from daemon import DRAIN_S, Daemon, request_counters, total  # noqa: E402
from faults import Faults, Scrapes  # noqa: E402
from ledger import Ledger  # noqa: E402
from service import Service  # noqa: E402

# After that time under load, pools, caches and malloc no longer grow.
WARM_UP_SHARE, WARM_UP_AT_MOST_S = 0.2, 20
REPORT_EVERY_S = 5
# After the clients' last byte: wayside's longest wait for clients that left.
SETTLE_S = 15
DRAIN_LOAD_S = 1
# For the last lines of both logs, on a busy machine.
FLUSH_S = 2
PATIENCE_S = 3


def arguments(words):
    parser = argparse.ArgumentParser(prog="tests/soak/soak.py", description=__doc__)
    parser.add_argument("--binary", type=Path, required=True, help="the wayside to test")
    parser.add_argument("--seconds", type=float, default=30, help="of load, warming up included (30)")
    parser.add_argument("--seed", type=int, help="for the choices of clients and faults (default: random)")
    chosen = parser.parse_args(words)
    if not chosen.binary.is_file():
        parser.error(f"--binary: no such file: {chosen.binary}")
    chosen.binary = chosen.binary.resolve()
    if chosen.seed is None:
        chosen.seed = random.randrange(10**6)
    return chosen


def say(text):
    print(text, flush=True)


class Load:
    """All clients at once, until the context ends; then each finishes its visit."""

    def __init__(self, port, ledger, seed):
        self._plan = clients.plan(port, ledger, seed)
        self._is_over = False

    async def __aenter__(self):
        self._group = asyncio.TaskGroup()
        await self._group.__aenter__()
        for visit, client, pause_s in self._plan:
            self._group.create_task(clients.keep_visiting(visit, client, pause_s, lambda: self._is_over))
        return self

    async def __aexit__(self, *error):
        self._is_over = True
        return await self._group.__aexit__(*error)


class Soak:
    def __init__(self, chosen, daemon, backend):
        self._seed = chosen.seed
        self._seconds = chosen.seconds
        self._daemon = daemon
        self._backend = backend
        self._ledger = Ledger()
        self._faults = Faults(daemon, backend, self._ledger, chosen.seed)
        self._scrapes = Scrapes(daemon, self._ledger)
        self._began = time.monotonic()

    async def run(self):
        """The checks after the load."""
        warm_up_s = min(WARM_UP_SHARE * self._seconds, WARM_UP_AT_MOST_S)
        await self._warm_up(warm_up_s)
        before = checks.State.of(self._daemon)
        await self._go_on(self._seconds - warm_up_s)
        samples = await self._settle()
        # The last lines of the access log may still be on their way.
        expected_lines = total(samples, "http_requests_total") - total(samples, "wayside_access_log_dropped_total")
        await self._wait_until(lambda: self._daemon.access_log_lines >= expected_lines)
        judged = [
            checks.requests_are_counted(self._ledger, request_counters(samples)),
            checks.answers_are_complete(self._ledger, self._faults.windows),
            checks.backend_agrees(self._ledger, self._backend.records(), samples),
            checks.log_agrees(self._ledger, self._daemon, samples),
            checks.counters_agree(samples),
            checks.gauges_are_zero(samples),
            checks.descriptors_are_flat(before, after := checks.State.of(self._daemon)),
            checks.memory_is_flat(before, after, is_judged=self._daemon.sanitizer is None),
            await self._end(),
            checks.nothing_is_reported(self._daemon),
        ]
        say(self._summary())
        say(checks.table(judged))
        return judged

    async def _warm_up(self, seconds):
        """Warms up without faults, and with the largest table of routes."""
        async with Load(self._daemon.port, self._ledger, f"{self._seed}/warming up"):
            for name in ("huge", "good"):
                self._daemon.configure(name)
                await asyncio.to_thread(self._daemon.reload)
            await self._report_for(seconds)
        await self._settle()

    async def _go_on(self, seconds):
        schedule = self._faults.schedule(seconds)
        say("faults: " + ", ".join(f"{when:.1f} s {kind} ({lasts:.1f} s)" for when, kind, lasts in schedule))
        is_over = False
        scraping = asyncio.create_task(self._scrapes.run(lambda: is_over))
        async with Load(self._daemon.port, self._ledger, self._seed):
            faults = asyncio.create_task(self._faults.run(schedule))
            await self._report_for(seconds)
            await faults
        is_over = True
        await scraping
        self._daemon.configure("good")
        await asyncio.to_thread(self._daemon.reload)

    async def _settle(self):
        """The samples once nothing is in flight and the counts equal the ledger's, or after a timeout."""
        samples = {}

        def is_settled():
            nonlocal samples
            samples = self._daemon.samples()
            is_quiet = checks.gauges_are_zero(samples).passed
            return is_quiet and total(samples, "http_requests_total") >= self._ledger.total()

        await self._wait_until(is_settled)
        return samples

    async def _end(self):
        """SIGTERM under load: no answer that has begun is lost."""
        ledger = Ledger()
        load = [
            asyncio.create_task(self._visit_until_refused(visit, client))
            for visit, client, _ in clients.plan(self._daemon.port, ledger, f"{self._seed}/end")
        ]
        await asyncio.sleep(DRAIN_LOAD_S)
        began = time.monotonic()
        self._daemon.process.signal(signal.SIGTERM)
        at_most_s = DRAIN_S + FLUSH_S + PATIENCE_S
        try:
            status = await asyncio.to_thread(self._daemon.process.wait, at_most_s)
        except AssertionError:
            status = "none"
        seconds = time.monotonic() - began
        for visit in load:
            visit.cancel()
        await asyncio.gather(*load, return_exceptions=True)
        for stream in (self._daemon.access_stream, self._daemon.log_stream):
            await asyncio.to_thread(stream.read_to_the_end)
        return checks.ends_well(status, seconds, at_most_s, ledger.losses())

    @staticmethod
    async def _visit_until_refused(visit, client):
        with contextlib.suppress(OSError):
            while True:
                await visit(client)

    @staticmethod
    async def _wait_until(condition):
        deadline = time.monotonic() + SETTLE_S
        while not await asyncio.to_thread(condition) and time.monotonic() < deadline:
            await asyncio.sleep(0.1)

    async def _report_for(self, seconds):
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            await asyncio.sleep(min(left, REPORT_EVERY_S))
            say(
                f"{time.monotonic() - self._began:5.0f} s: {len(self._ledger.entries)} requests, "
                f"{len(self._ledger.losses())} lost, {sum(self._faults.counts.values())} faults, "
                f"{self._daemon.descriptors()} descriptors, {self._daemon.resident_mib():.1f} MiB"
                + (f", {len(self._ledger.complaints)} COMPLAINTS" if self._ledger.complaints else "")
            )
            if not self._daemon.process.is_running():
                last = self._daemon.log[-20:] + self._daemon.reports()
                raise AssertionError("wayside has ended:\n" + "\n".join(last))

    def _summary(self):
        kinds = ", ".join(f"{count} {kind}" for kind, count in self._ledger.kinds.items())
        faults = ", ".join(f"{count} × {kind}" for kind, count in self._faults.counts.items())
        return (
            f"requests: {kinds}\nfaults: {faults}; {self._scrapes.count} scrapes, the slowest of which took "
            f"{1000 * self._scrapes.slowest_s:.0f} ms"
        )


def main(words):
    chosen = arguments(words)
    # Ctrl-C and a supervisor's TERM both end in an exception, so that every process that was started is ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    os.environ["WAYSIDE_BINARY"] = str(chosen.binary)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wayside-soak-")))
        backend = Service(support.free_port(), folder / "records")
        stack.callback(backend.stop)
        backend.serve()
        daemon = Daemon(folder, backend.port, chosen.binary)
        stack.callback(daemon.process.stop)
        say(f"{chosen.binary}, {chosen.seconds:g} s, --seed {chosen.seed}")
        judged = asyncio.run(Soak(chosen, daemon, backend).run())
    failed = [check.name for check in judged if not check.passed]
    if failed:
        sys.exit(f"soak: failed with --seed {chosen.seed}: " + "; ".join(failed))
    say("soak: passed")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except AssertionError as failure:  # from support: a program did not start, or has ended
        sys.exit(f"soak: {failure}")
    except KeyboardInterrupt:
        sys.exit("soak: interrupted")
