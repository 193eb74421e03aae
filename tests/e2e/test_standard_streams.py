"""Standard output and standard error of every kind: a full or failing sink delays neither requests nor the end."""

import contextlib
import fcntl
import http.client
import json
import os
import re
import resource
import select
import signal
import socket
import threading
import time

import support
from backend import Backend

# The timeout of the last flush of both streams, and an allowance for a busy machine.
FLUSH_TIMEOUT_S = 2
PATIENCE_S = 10

LOG_LINE = re.compile(r'ts=\S+ level=\w+ msg="[^"]*"( \w+=("([^"\\]|\\.)*"|\S+))*')


def fill(descriptor):
    """Writes until there is no room. Opens the sink anew (proc(5)), since the daemon's must not get O_NONBLOCK."""
    with contextlib.suppress(BlockingIOError):
        opened = os.open(f"/proc/self/fd/{descriptor}", os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
        try:
            while True:
                os.write(opened, b"x\n")
        finally:
            os.close(opened)


def fill_socket(descriptor):
    with socket.socket(fileno=os.dup(descriptor)) as writer, contextlib.suppress(BlockingIOError):
        while True:
            writer.send(b"x\n", socket.MSG_DONTWAIT)


class StandardStreams(support.TestCase):
    def setUp(self):
        super().setUp()
        self.backend = Backend()
        self.addCleanup(self.backend.stop)

    def start_logging(self, **options):
        config = "workers: 1\nroutes: [/echo]\n"
        return self.start_wayside(
            "--access-log", "json", "--enable-lifecycle", config=config, backend=self.backend.url, **options
        )

    def reload(self, wayside, count=1):
        """Each reload writes a line to the log before it is answered."""
        connection = http.client.HTTPConnection("127.0.0.1", wayside.metrics_port, timeout=PATIENCE_S)
        with contextlib.closing(connection):
            for _ in range(count):
                connection.request("POST", "/-/reload")
                connection.getresponse().read()

    def assert_ends(self, wayside):
        began = time.monotonic()
        wayside.signal(signal.SIGTERM)
        self.assertEqual(wayside.wait(FLUSH_TIMEOUT_S + PATIENCE_S), 0)
        return time.monotonic() - began

    # The sinks: each yields a descriptor for the daemon.

    @contextlib.contextmanager
    def pipe(self, is_full):
        reader, writer = os.pipe()
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
        if is_full:
            fill(writer)
        else:
            os.close(reader)
        yield writer
        os.close(writer)
        if is_full:
            os.close(reader)

    @contextlib.contextmanager
    def fifo(self):
        path = self.folder / f"fifo{time.monotonic_ns()}"
        os.mkfifo(path)
        reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        writer = os.open(path, os.O_WRONLY)
        fill(writer)
        yield writer
        os.close(writer)
        os.close(reader)

    @contextlib.contextmanager
    def terminal(self):
        controller, terminal = os.openpty()
        fill(terminal)
        yield terminal
        os.close(terminal)
        os.close(controller)

    @contextlib.contextmanager
    def socket(self, kind, is_full):
        reader, writer = socket.socketpair(socket.AF_UNIX, kind)
        with reader, writer:
            if is_full:
                fill_socket(writer.fileno())
            else:
                reader.close()
            yield writer.fileno()

    @contextlib.contextmanager
    def file(self, path):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
        yield descriptor
        os.close(descriptor)

    def sinks(self):
        return {
            "a full pipe": self.pipe(is_full=True),
            "a full FIFO": self.fifo(),
            "a stopped terminal": self.terminal(),
            "a full stream socket": self.socket(socket.SOCK_STREAM, is_full=True),
            "a full datagram socket": self.socket(socket.SOCK_DGRAM, is_full=True),
            "a full socket of packets": self.socket(socket.SOCK_SEQPACKET, is_full=True),
            "a pipe without a reader": self.pipe(is_full=False),
            "a stream socket without a reader": self.socket(socket.SOCK_STREAM, is_full=False),
            "a full disk": self.file("/dev/full"),
            "a file": self.file(self.folder / "out"),
        }

    def is_of_no_concern(self, wayside):
        for _ in range(3):
            self.assertEqual(support.fetch(wayside.proxy_port, "/echo", timeout_s=PATIENCE_S).status, 200)
            self.reload(wayside)
        wayside.wait_for_sample(3.0, "http_requests_total", endpoint="/echo", http_status="200", method="GET")
        self.assert_ends(wayside)

    def test_no_standard_output_concerns_anybody(self):
        for name, sink in self.sinks().items():
            with self.subTest(name), sink as descriptor:
                self.is_of_no_concern(self.start_logging(stdout=descriptor))

    def test_no_standard_error_concerns_anybody(self):
        for name, sink in self.sinks().items():
            with self.subTest(name), sink as descriptor:
                self.is_of_no_concern(self.start_logging(stderr=descriptor))

    def test_both_may_be_the_same(self):
        for name, sink in self.sinks().items():
            with self.subTest(name), sink as descriptor:
                self.is_of_no_concern(self.start_logging(stdout=descriptor, stderr=descriptor))

    # No socket of the daemon may take their numbers, since the log would be written to it.
    def test_both_may_be_closed(self):
        for redirections, closed in ((">&-", [1]), ("2>&-", [2]), ("<&- >&- 2>&-", [0, 1, 2])):
            with self.subTest(redirections):
                wayside = self.start_logging(redirections=redirections)
                for descriptor in closed:
                    self.assertEqual(os.readlink(f"/proc/{wayside.pid}/fd/{descriptor}"), "/dev/null")
                self.is_of_no_concern(wayside)

    def test_whole_lines_arrive_where_both_are_the_same_slow_socket(self):
        reader, writer = socket.socketpair()
        with reader:
            writer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
            wayside = self.start_logging(stdout=writer.fileno(), stderr=writer.fileno())
            writer.close()
            text = bytearray()

            def read():
                while data := reader.recv(1000):
                    text.extend(data)

            with support.background(read):
                connection = http.client.HTTPConnection("127.0.0.1", wayside.proxy_port, timeout=PATIENCE_S)
                with contextlib.closing(connection):
                    for i in range(200):
                        connection.request("GET", "/echo?" + "x" * 1900)
                        connection.getresponse().read()
                        if i % 10 == 0:
                            self.reload(wayside)
                self.assert_ends(wayside)
        lines = text.decode().splitlines()
        entries = [json.loads(line) for line in lines if line.startswith("{")]
        self.assertEqual(len(entries), 200)
        others = [line for line in lines if not line.startswith("{")]
        for line in others:
            self.assertRegex(line, LOG_LINE)
        self.assertEqual(sum('msg="reloaded"' in line for line in others), 20)


class LogThatNobodyReads(support.TestCase):
    """Standard error is a pipe that the test fills at some point."""

    def setUp(self):
        super().setUp()
        self.backend = Backend()
        self.addCleanup(self.backend.stop)
        self.reader, self.writer = os.pipe()
        self.addCleanup(os.close, self.reader)
        self.wayside = self.start_wayside(
            "--enable-lifecycle", config="workers: 1\nroutes: [/echo]\n", backend=self.backend.url, stderr=self.writer
        )
        self.assertIn('msg="listening"', self.read_line())

    def read_line(self):
        line = b""
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([self.reader], [], [], support.TIMEOUT_S)
            self.assertTrue(ready, "there is a line")
            line += os.read(self.reader, 1)
        return line.decode()

    def stop_reading(self):
        fill(self.writer)
        os.close(self.writer)

    def read_again(self):
        """All remaining lines up to the daemon's end, without the filling of the pipe."""
        text = bytearray()

        def read():
            while data := os.read(self.reader, 65536):
                text.extend(data)

        with support.background(read):
            self.wayside.signal(signal.SIGTERM)
            self.assertEqual(self.wayside.wait(), 0)
        return [line for line in text.decode().splitlines() if line != "x"]

    def test_a_reload_delays_no_request(self):
        name = "wayside_config_last_reload_success_timestamp_seconds"
        started = self.wayside.sample(name)
        self.stop_reading()
        self.wayside.signal(signal.SIGHUP)
        support.wait_until(
            lambda: self.wayside.sample(name) > started, "the configuration was read", timeout_s=PATIENCE_S
        )
        for _ in range(3):
            healthy = support.fetch(self.wayside.metrics_port, "/-/healthy", timeout_s=PATIENCE_S)
            self.assertEqual(healthy.status, 200)
        self.assertEqual(support.fetch(self.wayside.proxy_port, "/echo", timeout_s=PATIENCE_S).status, 200)
        self.wayside.signal(signal.SIGTERM)
        self.assertEqual(self.wayside.wait(FLUSH_TIMEOUT_S + PATIENCE_S), 0)

    def test_no_worker_waits_when_descriptors_are_exhausted_too(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.wayside.proxy_port, timeout=PATIENCE_S)
        self.addCleanup(connection.close)
        connection.request("GET", "/echo")
        connection.getresponse().read()
        self.stop_reading()
        limits = resource.prlimit(self.wayside.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(self.wayside.pid, resource.RLIMIT_NOFILE, (3, limits[1]))
        with socket.create_connection(("127.0.0.1", self.wayside.proxy_port)):
            # The newcomer is refused before the first of these is answered, or just after it.
            for _ in range(3):
                connection.request("GET", "/echo")
                self.assertEqual(connection.getresponse().read()[:1], b"{")
            resource.prlimit(self.wayside.pid, resource.RLIMIT_NOFILE, limits)
            lines = self.read_again()
        self.assertTrue(any("cannot accept connections for now" in line for line in lines), lines)

    def test_lines_without_room_are_counted_and_told(self):
        # Longer lines fill the queue sooner.
        (self.folder / "wayside.yaml").write_text("x" * 3000 + ": 1\n")
        self.stop_reading()
        connection = http.client.HTTPConnection("127.0.0.1", self.wayside.metrics_port, timeout=PATIENCE_S)
        self.addCleanup(connection.close)
        reloads = 0

        def drops_lines():
            nonlocal reloads
            for _ in range(100):
                connection.request("POST", "/-/reload")
                connection.getresponse().read()
                reloads += 1
            return self.wayside.sample("wayside_log_lines_dropped_total")

        dropped = support.wait_until(drops_lines, "lines are dropped")
        self.assertEqual(self.wayside.sample("wayside_access_log_dropped_total"), 0)

        lines = self.read_again()
        for line in lines:
            self.assertRegex(line, LOG_LINE)
        self.assertEqual(sum("reload failed" in line for line in lines), reloads - dropped)
        told = [int(found.group(1)) for line in lines if (found := re.search(r"were dropped\" lines=(\d+)", line))]
        self.assertEqual(sum(told), dropped)


if __name__ == "__main__":
    support.unittest.main()
