"""The load: wrk for as much as the proxy takes, fixed_rate for latency, handshakes, and connections that do nothing.

Every function returns when its load is over, and raises Failed for a single request that did not succeed: a proxy
that answers errors is fast.
"""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

import support

WRK_SCRIPT = Path(__file__).resolve().parent / "wrk.lua"
# Beyond its own duration, before a load counts as hung.
PATIENCE_S = 20
# Idle connections that are asked for at once: few, since what serves them stays in memory too.
BATCH = 16
LOWEST_PRIORITY = 19
IP_BIND_ADDRESS_NO_PORT = 24  # of linux/in.h; Python does not name it


class Failed(Exception):
    """A load that did not go through without errors."""


@dataclass(frozen=True)
class Traffic:
    """What is asked for: how often at once, of which size, with which fields."""

    connections: int
    response_bytes: int = 60
    request_bytes: int = 0  # if any, the request is a PUT
    fields: tuple = ()
    over_tls: bool = False

    @property
    def target(self):
        # One of the routes that wayside is configured with; the backend reads the last segment.
        return f"/service-23/items/4711/{self.response_bytes}"

    @property
    def scheme(self):
        return "https" if self.over_tls else "http"


@dataclass(frozen=True)
class Outcome:
    requests: int
    seconds: float
    p99_us: float

    @property
    def rate(self):
        return self.requests / self.seconds


def _run(command, seconds, is_endless=False):
    """The last line of what the program says, as JSON. An endless one is told to report after `seconds`."""
    with contextlib.ExitStack() as stack:
        process = support.Process(*command)
        stack.callback(process.stop)
        if is_endless and process.is_running_after(seconds):
            process.signal(signal.SIGINT)
        status = process.wait(seconds + PATIENCE_S)
        lines = process.output.strip().splitlines()
    if status != 0 or not lines:
        raise Failed(f"{' '.join(map(str, command))}: exit status {status}:\n{process.output}")
    return json.loads(lines[-1])


def saturate(port, traffic, seconds, cpus):
    """As many requests as the proxy takes: each connection sends the next when it has an answer."""
    fields = [word for field in traffic.fields for word in ("-H", field)]
    # wrk knows whole seconds only, but reports at once when it is interrupted.
    command = [
        *pinned(cpus), support.program("wrk"), "--threads", "1", "--connections", traffic.connections,
        "--duration", "1h", "--timeout", "10s", "--script", WRK_SCRIPT, *fields,
        f"{traffic.scheme}://127.0.0.1:{port}{traffic.target}", "--", traffic.request_bytes,
    ]  # fmt: skip
    report = _run(command, seconds, is_endless=True)
    errors = {kind: count for kind, count in report["errors"].items() if count}
    if errors or report["requests"] == 0:
        raise Failed(f"{' '.join(map(str, command))}: {report['requests']} requests, errors: {errors}")
    return Outcome(report["requests"], report["seconds"], report["p99_us"])


def at_rate(programs, port, traffic, rate, seconds, cpus):
    """Latencies in microseconds of requests that come at a fixed rate: {"p50_us": …, "p99_us": …}."""
    command = [
        *pinned(cpus), programs / "fixed_rate", port, traffic.target, round(rate), traffic.connections, seconds,
    ]  # fmt: skip
    return _run(command, seconds)


def exactly(programs, port, traffic, requests, cpus):
    """That many requests, to the last one, with all connections busy as long as there are requests left."""
    everything_is_due_at_once = 1e6
    at_rate(programs, port, traffic, everything_is_due_at_once, requests / everything_is_due_at_once, cpus)


def handshakes(programs, port, traffic, is_resuming, seconds, cpus):
    """How many connections were made, each by a handshake in TLS 1.3 and for one request."""
    command = [
        *pinned(cpus), programs / "handshakes", port, traffic.target, traffic.connections, seconds,
        "resumed" if is_resuming else "full",
    ]  # fmt: skip
    return _run(command, seconds)["requests"]


@contextlib.contextmanager
def idle_connections(port, count):
    """Within it, `count` connections are open on which a request was answered, and which wait for the next."""
    with contextlib.ExitStack() as stack:
        for first in range(0, count, BATCH):
            # A batch at a time: waiting for each answer alone would take a minute where processors are scarce.
            batch = [stack.enter_context(_ask(port, number)) for number in range(first, min(first + BATCH, count))]
            for connection in batch:
                answer = connection.recv(65536)
                if not answer.startswith(b"HTTP/1.1 200 "):
                    raise Failed(f"an idle connection was answered {answer[:80]!r}")
        yield


def one_of_each(port, targets, methods):
    """Asks for each of the targets with each of the methods, once."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    with contextlib.closing(connection):
        for target in targets:
            for method in methods:
                connection.request(method, target)
                response = connection.getresponse()
                response.read()
                if response.status != 200:
                    raise Failed(f"{method} {target} was answered {response.status}")


@contextlib.contextmanager
def scrapes(port, interval_s, cpus):
    """Within it, /metrics is fetched every `interval_s`. Yields a list that gets the size of each page.

    Whoever scrapes is another machine in life, so what it needs itself may not show: it runs on `cpus`, and only
    when nobody else wants them.
    """
    sizes = []
    is_over = threading.Event()

    def scrape():
        thread = threading.get_native_id()
        os.sched_setaffinity(thread, cpus)
        os.setpriority(os.PRIO_PROCESS, thread, LOWEST_PRIORITY)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        with contextlib.closing(connection):
            while not is_over.wait(interval_s):
                connection.request("GET", "/metrics")
                sizes.append(len(connection.getresponse().read()))

    thread = threading.Thread(target=scrape)
    thread.start()
    try:
        yield sizes
    finally:
        is_over.set()
        thread.join()


def _ask(port, number):
    """A connection with a request under way."""
    connection = socket.socket()
    try:
        connection.settimeout(PATIENCE_S)
        # From several addresses of the loopback, as one has fewer ports than this may need; and with the port chosen
        # at connect, when the kernel knows which are taken towards this destination.
        connection.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        connection.bind((f"127.0.1.{1 + number % 8}", 0))
        connection.connect(("127.0.0.1", port))
        connection.sendall(f"GET {Traffic(1).target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    except BaseException:
        connection.close()
        raise
    return connection


def pinned(cpus):
    return [support.program("taskset"), "--cpu-list", ",".join(map(str, cpus))]


def version_of_wrk():
    # It says its version with its usage, and exits with 1.
    done = subprocess.run(["wrk", "--version"], capture_output=True, text=True, timeout=10, check=False)
    return done.stdout.split("[")[0].strip()
