"""Faults of the daemon and the backend under load, on a schedule that a seed decides."""

import asyncio
import contextlib
import random
import time
from dataclasses import dataclass

import daemon as configurations
from ledger import SHORTAGE

# The delay from a fault to its effect on a client, on a busy machine.
AFTERMATH_S = 0.2
EVERY_S = 0.6
NO_DESCRIPTORS = "there were no descriptors"


@dataclass
class Window:
    """A span of time in which losses of requests under way are explained."""

    what: str
    losses: tuple
    began: float
    ended: float = float("inf")

    def explains(self, entry):
        return (
            entry.loss in self.losses and entry.began <= self.ended + AFTERMATH_S and entry.ended >= self.began
        )


class Faults:
    def __init__(self, daemon, backend, ledger, seed):
        self._daemon = daemon
        self._backend = backend
        self._ledger = ledger
        self._random = random.Random(f"{seed}/faults")
        self.windows = []
        self.counts = dict.fromkeys(KINDS, 0)
        # Two faults of the same kind exclude each other.
        self._locks = {kind: asyncio.Lock() for kind in ("backend", "descriptors", "streams", "reload")}

    def schedule(self, seconds):
        """[(when, the fault, how long it lasts)]: each kind in turn, in an order that is shuffled anew each time."""
        schedule, when, waiting = [], 0.0, []
        while True:
            if not waiting:
                waiting = list(KINDS)
                self._random.shuffle(waiting)
            when += self._random.uniform(0.5 * EVERY_S, 1.5 * EVERY_S)
            lasts = self._random.uniform(0.05, 1.5)
            if when + lasts > seconds:
                return schedule
            schedule.append((when, waiting.pop(), lasts))

    async def run(self, schedule):
        """Runs the schedule, until the last fault is over and its effects are undone."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for when, kind, lasts in schedule:
                await asyncio.sleep(max(0.0, began + when - time.monotonic()))
                group.create_task(self._cause(kind, lasts))

    async def _cause(self, kind, lasts):
        self.counts[kind] += 1
        await KINDS[kind](self, lasts)

    @contextlib.contextmanager
    def _window(self, what, *losses):
        window = Window(what, losses, time.monotonic())
        self.windows.append(window)
        try:
            yield
        finally:
            window.ended = time.monotonic()

    async def kill_the_backend(self, lasts):
        async with self._locks["backend"]:
            # A request that comes while the backend is down waits for it: only the kill itself explains a loss.
            with self._window("the backend was killed", "502", "truncated"):
                await asyncio.to_thread(self._backend.kill)
            await asyncio.sleep(lasts)
            await asyncio.to_thread(self._backend.serve)

    async def pause_the_backend(self, lasts):
        async with self._locks["backend"]:
            self._backend.pause()
            try:
                await asyncio.sleep(lasts)
            finally:
                self._backend.go_on()

    async def deny_descriptors(self, lasts):
        async with self._locks["descriptors"]:
            with self._window(NO_DESCRIPTORS, str(SHORTAGE)):
                self._daemon.deny_descriptors()
                try:
                    await asyncio.sleep(lasts)
                finally:
                    self._daemon.allow_descriptors()

    async def block_the_logs(self, lasts):
        async with self._locks["streams"]:
            both = [self._daemon.access_stream, self._daemon.log_stream]
            streams = self._random.choice([both, both[:1], both[1:]])
            for stream in streams:
                stream.hold()
            try:
                await asyncio.sleep(3 * lasts)  # the queues hold the lines of some seconds
            finally:
                for stream in streams:
                    stream.release()

    async def reload(self, _lasts):
        async with self._locks["reload"]:
            name = self._random.choice(list(configurations.CONFIGURATIONS))
            self._daemon.configure(name)
            if self._random.random() < 0.3:
                self._daemon.process.signal(configurations.RELOAD_SIGNAL)
            else:
                await self._reload_and_look(name)

    async def _reload_and_look(self, name):
        began = time.monotonic()
        status, text = await asyncio.to_thread(self._daemon.reload)
        is_accepted = configurations.CONFIGURATIONS[name][1]
        lacked_descriptors = any(
            window.what == NO_DESCRIPTORS and window.ended + AFTERMATH_S >= began for window in self.windows
        )
        if (status == 200) != is_accepted and not lacked_descriptors:
            self._ledger.complain(f'a reload of the configuration "{name}" was answered {status} {text}')


KINDS = {
    "backend killed": Faults.kill_the_backend,
    "backend paused": Faults.pause_the_backend,
    "no descriptors": Faults.deny_descriptors,
    "logs not read": Faults.block_the_logs,
    "reload": Faults.reload,
}


class Scrapes:
    """Scrapes now and then, as Prometheus does, and checks that no counter has gone down."""

    EVERY_S = 0.25
    SLOW_S = 5.0

    def __init__(self, daemon, ledger):
        self._daemon = daemon
        self._ledger = ledger
        self._before = {}
        self.count = 0
        self.slowest_s = 0.0

    async def run(self, is_over):
        while not is_over():
            began = time.monotonic()
            try:
                samples = await asyncio.to_thread(self._daemon.samples)
            except (OSError, AssertionError) as error:
                self._ledger.complain(f"a scrape failed: {error!r}")
            else:
                self._look_at(samples, time.monotonic() - began)
            await asyncio.sleep(self.EVERY_S)

    def _look_at(self, samples, seconds):
        self.count += 1
        self.slowest_s = max(self.slowest_s, seconds)
        if seconds > self.SLOW_S:
            self._ledger.complain(f"a scrape took {seconds:.1f} s")
        counters = {key: value for key, value in samples.items() if key[0].endswith(("_total", "_count", "_bucket"))}
        for key, before in self._before.items():
            if counters.get(key, -1) < before:
                self._ledger.complain(f"{key[0]}{dict(key[1])} went from {before:g} to {counters.get(key)}")
        self._before = counters
