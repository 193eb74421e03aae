"""What is measured: the experiments, who takes part in each, and which ratio each is to reach.

An experiment runs in rounds. In each round every subject has its turn, one after the other, so that what disturbs
the machine for a while disturbs all of them; a turn gives one number for each line of the experiment. Ratios are
formed within one run only.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import instructions
import load
import measure
import peers
from load import Traffic

RIVALS = ("nginx", "HAProxy")
# Who counts by route as wayside does.
COUNTING = "nginx Lua"

# What a browser sends beside Host.
BROWSER_FIELDS = (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language: en-US,en;q=0.5",
    "Accept-Encoding: gzip, deflate, br",
    "Referer: http://localhost/service-23/items",
    "Cookie: session=3f2a9c1e5b7d4f608192a3b4c5d6e7f8; theme=dark",
    "Upgrade-Insecure-Requests: 1",
    "Sec-Fetch-Dest: document",
    "Sec-Fetch-Mode: navigate",
    "Sec-Fetch-Site: same-origin",
)

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SCRAPE_INTERVAL_S = 0.1

SMALL = Traffic(connections=64)
FEW = Traffic(connections=4)
HANDSHAKES = Traffic(connections=16, over_tls=True)


@dataclass(frozen=True)
class Goal:
    """At most `factor` times the best of `rivals`, or, without rivals, at most `factor`."""

    factor: float
    rivals: tuple = ()


@dataclass(frozen=True)
class Line:
    """One line of the table: a number that each subject has."""

    title: str
    unit: str
    goals: tuple = ()


@dataclass(frozen=True)
class Experiment:
    """`turn(bench, subject, seconds)` returns a number for each of `lines`."""

    name: str
    lines: tuple
    subjects: tuple
    turn: Callable
    rounds: int | None = None  # if not as many as the whole benchmark has
    patience: int = 1  # times as many rounds: tails need them, and loads that leave a proxy time to sleep
    # For what has to be known or done before the first turn; its result is in bench.prepared[name].
    prepare: Callable | None = None
    takes_before: bool = True  # whether another build of wayside may take part


@dataclass
class Bench:
    """What a turn may use."""

    peers: object
    programs: object
    folder: object
    proxy_cpu: int
    load_cpu: int
    idle_connections: int
    prepared: dict = field(default_factory=dict)

    @property
    def all_cpus(self):
        return [self.proxy_cpu, self.load_cpu]


# --- turns ----------------------------------------------------------------------------------------------------


def _cpu_us_per_request(peer, drive):
    """What the proxy needs where `drive()` is the load, which returns the number of its requests."""
    before = measure.cpu_ns(peer.pid)
    requests = drive()
    return (measure.cpu_ns(peer.pid) - before) / requests / 1e3


def _saturated(bench, peer, traffic, seconds):
    return _cpu_us_per_request(peer, lambda: load.saturate(peer.port, traffic, seconds, [bench.load_cpu]).requests)


def cpu(traffic):
    """A turn that saturates a proxy: microseconds of processor time per request."""

    def turn(bench, subject, seconds):
        return [_saturated(bench, bench.peers.get(subject, over_tls=traffic.over_tls), traffic, seconds)]

    return turn


def handshakes(is_resuming):
    """A turn of connections over TLS for one request each: microseconds of processor time for each of them."""

    def turn(bench, subject, seconds):
        peer = bench.peers.get(subject, over_tls=True)

        def drive():
            return load.handshakes(bench.programs, peer.port, HANDSHAKES, is_resuming, seconds, [bench.load_cpu])

        return [_cpu_us_per_request(peer, drive)]

    return turn


def cpu_over_unix(bench, subject, seconds):
    """The same, with a unix socket between proxy and backend, but for the subject that says it has none."""
    name = subject.removesuffix(" over TCP")
    peer = bench.peers.get(name, over_unix=name == subject)
    return [_saturated(bench, peer, SMALL, seconds)]


def half_of_saturation(bench, seconds):
    """Requests per second that are half of what the slowest of those who are compared takes."""
    names = ("wayside", *RIVALS)
    return min(
        load.saturate(bench.peers.get(name).port, SMALL, seconds, [bench.load_cpu]).rate / 2 for name in names
    )


def latency(bench, subject, seconds):
    rate = bench.prepared["latency"]
    port = bench.peers.get(subject).port
    report = load.at_rate(bench.programs, port, SMALL, rate, seconds, [bench.load_cpu])
    return [report["p50_us"], report["p99_us"]]


def workers(bench, subject, seconds):
    """Requests per second and their tail where the load, the backend and all workers share both processors."""
    peer = bench.peers.get("wayside", workers=1 if subject == "one worker" else 2, cpus=tuple(bench.all_cpus))
    outcome = load.saturate(peer.port, SMALL, seconds, bench.all_cpus)
    return [outcome.rate, outcome.p99_us]


def many_series(bench, _):
    """Series of every route of wayside under every method: thousands."""
    targets = [f"/service-{route}/items/1/60" for route in range(peers.ROUTES)]
    load.one_of_each(bench.peers.get("wayside").port, targets, METHODS)


def scraped(bench, subject, seconds):
    """The tail under full load, while all series are scraped unless the subject says otherwise."""
    peer = bench.peers.get("wayside")
    if subject == "not scraped":
        return [load.saturate(peer.port, SMALL, seconds, [bench.load_cpu]).p99_us]
    with load.scrapes(peer.metrics_port, SCRAPE_INTERVAL_S, [bench.load_cpu]) as sizes:
        outcome = load.saturate(peer.port, SMALL, seconds, [bench.load_cpu])
    if not sizes:
        raise load.Failed("nothing was scraped")
    return [outcome.p99_us]


def idle_memory(bench, subject, _):
    """Bytes that a proxy which has served one connection needs more for each of many idle ones."""
    with bench.peers.fresh(subject) as peer:
        with load.idle_connections(peer.port, 1):
            before = measure.resident_bytes(peer.pid)
        with load.idle_connections(peer.port, bench.idle_connections):
            return [(measure.resident_bytes(peer.pid) - before) / bench.idle_connections]


def peak_memory(bench, subject, seconds):
    """The most that a proxy has ever needed, in MiB, after many bodies at once in both directions."""
    with bench.peers.fresh(subject) as peer:
        for traffic in (Traffic(256, response_bytes=64 << 10), Traffic(64, request_bytes=1 << 20)):
            load.saturate(peer.port, traffic, seconds, [bench.load_cpu])
        return [measure.peak_resident_bytes(peer.pid) / 2**20]


def system_calls(bench, subject, _):
    """Calls per request: those that send, those that receive, all of them."""
    requests = 1000
    peer = bench.peers.get(subject)

    def drive():
        load.exactly(bench.programs, peer.port, FEW, requests, [bench.load_cpu])

    drive()  # its connections to the backend stand
    calls = measure.SystemCalls(peer.pid, bench.folder)
    try:
        drive()
    finally:
        counts = calls.stop()
    totals = [
        sum(count for name, count in counts.items() if name in measure.SENDS),
        sum(count for name, count in counts.items() if name in measure.RECEIVES),
        sum(counts.values()),
    ]
    return [total / requests for total in totals]


def instruction_count(bench, subject, _):
    """Instructions in user space per request, and how many percent of them are the metrics'."""

    def start(words):
        return bench.peers.fresh(subject, under=words)

    return instructions.per_request(start, bench.folder, bench.programs, FEW, [bench.load_cpu])


# --- the list -------------------------------------------------------------------------------------------------


def _cpu_line(title, *goals):
    return (Line(title, "µs CPU", goals),)


ALL = (
    Experiment(
        "small",
        _cpu_line("GET, 60 B, 64 connections", Goal(0.60, (COUNTING,)), Goal(0.95, RIVALS), Goal(1.15, ("raw relay",))),
        ("raw relay", *RIVALS, COUNTING, "Caddy", "wayside"),
        cpu(SMALL),
    ),
    Experiment(
        "fields",
        _cpu_line("GET, 60 B, 64 connections, 10 fields", Goal(0.95, RIVALS)),
        ("raw relay", "nginx", "HAProxy", "wayside"),
        cpu(Traffic(connections=64, fields=BROWSER_FIELDS)),
    ),
    Experiment(
        "four",
        _cpu_line("GET, 60 B, 4 connections", Goal(1.00, RIVALS)),
        ("raw relay", "nginx", "HAProxy", "wayside"),
        cpu(FEW),
        patience=2,
    ),
    Experiment(
        "64k",
        _cpu_line("GET, 64 KiB, 32 connections", Goal(0.75, ("HAProxy",))),
        ("raw relay", "raw splice", "nginx", "HAProxy", "wayside"),
        cpu(Traffic(connections=32, response_bytes=64 << 10)),
    ),
    Experiment(
        "1m-down",
        _cpu_line("GET, 1 MiB, 8 connections", Goal(0.30, ("HAProxy",))),
        ("raw relay", "raw splice", "nginx", "HAProxy", "wayside"),
        cpu(Traffic(connections=8, response_bytes=1 << 20)),
    ),
    Experiment(
        "1m-up",
        _cpu_line("PUT, 1 MiB, 8 connections", Goal(0.30, ("HAProxy",))),
        ("raw relay", "raw splice", "nginx", "HAProxy", "wayside"),
        cpu(Traffic(connections=8, request_bytes=1 << 20)),
    ),
    Experiment(
        "close",
        _cpu_line("GET, 60 B, a connection for each", Goal(1.05, ("nginx",))),
        (*RIVALS, "wayside"),
        cpu(Traffic(connections=64, fields=("Connection: close",))),
    ),
    Experiment(
        "tls",
        _cpu_line("GET, 60 B, 64 connections, TLS", Goal(0.95, RIVALS)),
        (*RIVALS, "wayside"),
        cpu(replace(SMALL, over_tls=True)),
    ),
    Experiment(
        "tls-1m-down",
        _cpu_line("GET, 1 MiB, 8 connections, TLS", Goal(1.00, ("nginx",))),
        (*RIVALS, "wayside"),
        cpu(Traffic(connections=8, response_bytes=1 << 20, over_tls=True)),
    ),
    Experiment(
        "tls-full",
        _cpu_line("TLS 1.3, full handshake + GET, 60 B", Goal(1.00, ("nginx",))),
        (*RIVALS, "wayside"),
        handshakes(is_resuming=False),
    ),
    Experiment(
        "tls-resumed",
        _cpu_line("TLS 1.3, resumed handshake + GET, 60 B", Goal(1.00, ("nginx",))),
        (*RIVALS, "wayside"),
        handshakes(is_resuming=True),
    ),
    Experiment(
        "unix",
        _cpu_line("GET, 60 B, 64 connections, unix socket"),
        ("raw relay", *RIVALS, "wayside", "wayside over TCP"),
        cpu_over_unix,
    ),
    Experiment(
        "latency",
        (
            Line("latency at half of saturation, p50", "µs", (Goal(1.0, RIVALS),)),
            Line("latency at half of saturation, p99", "µs", (Goal(1.0, RIVALS),)),
        ),
        (*RIVALS, "wayside", "direct"),
        latency,
        patience=2,
        prepare=half_of_saturation,
    ),
    Experiment(
        "workers",
        (
            Line("two workers, both processors", "requests/s"),
            Line("two workers, both processors, p99", "µs"),
        ),
        ("wayside", "one worker"),
        workers,
        takes_before=False,
    ),
    Experiment(
        "scraped",
        (Line("p99 under full load, scraped every 100 ms", "µs", (Goal(1.05, ("not scraped",)),)),),
        ("wayside", "not scraped"),
        scraped,
        patience=2,
        prepare=many_series,
        takes_before=False,
    ),
    Experiment(
        "syscalls",
        (
            Line("sends per GET, 60 B, 4 connections", "calls", (Goal(2),)),
            Line("receives per GET", "calls", (Goal(4),)),
            Line("all system calls per GET", "calls"),
        ),
        (*RIVALS, COUNTING, "wayside"),
        system_calls,
        rounds=1,
    ),
    Experiment(
        "instructions",
        (
            Line("instructions per GET, user space", "instructions"),
            Line("of these for metrics", "%", (Goal(1),)),
        ),
        ("wayside",),
        instruction_count,
        rounds=1,
    ),
    Experiment(
        "idle",
        (Line("memory of an idle connection", "bytes", (Goal(1024),)),),
        (*RIVALS, COUNTING, "wayside"),
        idle_memory,
        rounds=1,
    ),
    Experiment(
        "memory",
        (Line("peak memory, GET 64 KiB × 256, PUT 1 MiB × 64", "MiB", (Goal(64),)),),
        (*RIVALS, "wayside"),
        peak_memory,
        rounds=1,
    ),
)
