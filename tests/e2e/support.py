"""Helpers of the end-to-end tests: processes that end with the test, ports, conditions, a plain HTTP client.

Every process listens on the loopback, has a separate session, and dies with the thread that started it, so that
even a killed test run leaves nothing behind. No wait is for a fixed time: each names a condition, and a timeout that
is a failure.
"""

import contextlib
import http.client
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
from dataclasses import dataclass
from pathlib import Path

# The root of the checkout.
SOURCE = Path(__file__).resolve().parents[2]

# Generous, since only a condition that never comes true waits this long.
TIMEOUT_S = 30.0


def wait_until(condition, what, timeout_s=TIMEOUT_S):
    """Calls condition() again and again, and returns its first true value.

    Fails after the timeout with `what`: a text, or a function that is called only then and returns one.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            waited_for = what() if callable(what) else what
            raise AssertionError(f"timed out after {timeout_s:g} s waiting until {waited_for}")
        time.sleep(0.01)


def free_port():
    """A port for a program that cannot be told to take port 0.

    Drawn from below the range of outgoing connections (32768 and up), so that a test that runs in parallel cannot
    take it before the program binds it.
    """
    while True:
        port = random.randint(12000, 32000)
        with socket.socket() as probe:
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port


def program(name):
    """The path of an installed program. A test without it fails, since a skipped test proves nothing."""
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/bin")
    if path is None:
        raise AssertionError(f"{name} is not installed: run ./dev deps")
    return path


def environment(additions=None):
    """The environment without the variables that configure the daemon, which each test sets itself."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("WAYSIDE_")}
    return {**inherited, **(additions or {})}


class Process:
    """A child process whose output (both streams) is collected line by line as it appears.

    `stdout` and `stderr` are file descriptors that take its standard output and error instead, and are not collected.
    `pass_fds` are descriptors that it gets under the same numbers.
    """

    def __init__(self, *command, env=None, cwd=None, stdout=None, stderr=None, pass_fds=()):
        self.command = [str(word) for word in command]
        self._lines = []
        self._changed = threading.Condition()
        self._popen = subprocess.Popen(
            # setpriv has the kernel kill the program if this process dies without ending it, then executes it.
            [program("setpriv"), "--pdeathsig", "KILL", *self.command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if stdout is None else stdout,
            stderr=stderr if stderr is not None else subprocess.STDOUT if stdout is None else subprocess.PIPE,
            start_new_session=True,
            env=environment(env),
            cwd=cwd,
            pass_fds=pass_fds,
            text=True,
            errors="replace",
        )
        self._collected = self._popen.stdout or self._popen.stderr or open(os.devnull)
        self._reader = threading.Thread(target=self._collect, daemon=True)
        self._reader.start()

    @property
    def pid(self):
        return self._popen.pid

    @property
    def output(self):
        with self._changed:
            return "".join(self._lines)

    def is_running(self):
        return self._popen.poll() is None

    def is_running_after(self, seconds):
        """Waits that long for the process to end by itself."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(seconds)
        return self.is_running()

    def wait_for_line(self, pattern, timeout_s=TIMEOUT_S):
        """Waits for the first line, past ones included, in which `pattern` is found, and returns the match."""
        deadline = time.monotonic() + timeout_s
        checked = 0
        with self._changed:
            while True:
                for line in self._lines[checked:]:
                    found = re.search(pattern, line)
                    if found:
                        return found
                checked = len(self._lines)
                ended = not self._reader.is_alive() and self._popen.poll() is not None
                if ended or not self._changed.wait(min(0.1, max(0.0, deadline - time.monotonic()))):
                    if ended or time.monotonic() >= deadline:
                        state = f"exit status {self._popen.returncode}" if ended else "no such line in time"
                        raise AssertionError(
                            f"{self.command[0]}: {state}, waiting for /{pattern}/ in:\n{''.join(self._lines)}"
                        )

    def signal(self, number):
        self._popen.send_signal(number)

    def wait(self, timeout_s=TIMEOUT_S):
        """The exit status (negative: the signal that ended it), with all output collected."""
        try:
            status = self._popen.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.command[0]} did not end in time; it said:\n{self.output}") from None
        self._reader.join(timeout_s)
        return status

    def stop(self):
        """Ends the process, by SIGTERM first, and all processes of its session that outlive it."""
        if self.is_running():
            self._popen.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._popen.wait(5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait()
        self._reader.join()
        self._collected.close()

    def _collect(self):
        for line in self._collected:
            with self._changed:
                self._lines.append(line)
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()


class Wayside(Process):
    """The daemon under test, on ports the kernel chose, ready when the constructor returns.

    `config` is the text of a configuration file, which says where to listen if `configures_listeners`; `log_fields`
    are those of the log line "listening", and empty if `stderr` takes the log. `redirections` are a shell's.
    """

    def __init__(
        self, folder, *args, config=None, configures_listeners=False, backend=None, env=None, stdout=None,
        stderr=None, redirections=""
    ):  # fmt: skip
        words = [] if configures_listeners else ["--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"]
        if backend is not None:
            words += ["--backend", backend]
        if config is not None:
            file = Path(folder) / "wayside.yaml"
            file.write_text(config)
            words += ["--config", file]
        command = [wayside_binary(), *words, *args]
        if redirections:
            command = ["/bin/sh", "-c", f'exec "$0" "$@" {redirections}', *command]
        super().__init__(*command, env=env, stdout=stdout, stderr=stderr)
        try:
            if stderr is None and "2>" not in redirections:
                self._read_ports_from_the_log()
            else:
                self._find_ports()
        except BaseException:
            self.stop()
            raise

    def _read_ports_from_the_log(self):
        line = self.wait_for_line(r'msg="?listening"?.*').group(0)
        fields = re.findall(r'(\w+)=("[^"]*"|\S+)', line)
        self.log_fields = {name: value.strip('"') for name, value in fields}
        self.proxy_port = self._first_port_of("proxy")
        self.metrics_port = self._first_port_of("metrics")

    def _first_port_of(self, listener):
        """None where it listens on unix sockets alone."""
        addresses = self.log_fields[listener].split(", ")
        ports = [int(address.rpartition(":")[2]) for address in addresses if not address.startswith("unix:")]
        return ports[0] if ports else None

    def _find_ports(self):
        self.log_fields = {}
        wait_until(lambda: len(listening_ports(self.pid)) == 2, f"{self.command[0]} listens on two ports")
        # The metrics listener is opened last.
        self.proxy_port, self.metrics_port = listening_ports(self.pid)
        if fetch(self.metrics_port, "/-/healthy").text != "wayside is healthy.\n":
            raise AssertionError(f"port {self.metrics_port} is not the metrics listener's")

    def metrics(self):
        response = fetch(self.metrics_port, "/metrics")
        if response.status != 200:
            raise AssertionError(f"/metrics answered {response.status}: {response.text}")
        return response.text

    def sample(self, name, **labels):
        """The value of one series; 0.0 if it does not exist (yet)."""
        return samples(self.metrics()).get((name, frozenset(labels.items())), 0.0)

    def wait_for_sample(self, value, name, **labels):
        """Waits, since an exchange may be counted a moment after its client has the last byte."""
        wait_until(
            lambda: self.sample(name, **labels) == value,
            lambda: f"{name}{labels} is {value}; metrics are:\n{self.metrics()}",
            timeout_s=10,
        )

    def peak_memory_mib(self):
        """The peak of its resident memory."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE).group(1)) / 1024


def wayside_binary():
    path = os.environ.get("WAYSIDE_BINARY")
    if not path:
        raise AssertionError("set WAYSIDE_BINARY to the path of the program under test")
    return path


def run_wayside(*args, env=None):
    """Runs wayside to its end: (exit status, its output on stdout, on stderr)."""
    done = subprocess.run(
        [wayside_binary(), *map(str, args)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        env=environment(env),
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def version():
    """What CMakeLists.txt says, and nothing else says by itself."""
    return re.search(r"^project\(wayside VERSION ([0-9.]+)", (SOURCE / "CMakeLists.txt").read_text(), re.MULTILINE).group(1)


def samples(exposition):
    """The sample lines of a text exposition: {(name, frozenset of (label, value) pairs): value}."""
    result = {}
    for line in exposition.splitlines():
        found = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line)
        if found:
            labels = re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', found.group(2) or "")
            result[found.group(1), frozenset(labels)] = float(found.group(3))
    return result


@dataclass
class Response:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self):
        return self.body.decode()


def fetch(port, target, method="GET", body=None, headers=None, timeout_s=TIMEOUT_S, **connection_options):
    """One request on a new connection. Redirects are not followed, and no status is an error."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s, **connection_options)
    with contextlib.closing(connection):
        connection.request(method, target, body=body, headers=headers or {})
        response = connection.getresponse()
        return Response(response.status, response.headers, response.read())


def listening_ports(pid):
    """The TCP ports that a process listens on, in the order in which it opened them (proc(5), /proc/net/tcp)."""
    inodes = {}
    for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        if words[3] == "0A":
            inodes[f"socket:[{words[9]}]"] = int(words[1].rpartition(":")[2], 16)
    descriptors = sorted(Path(f"/proc/{pid}/fd").iterdir(), key=lambda path: int(path.name))
    ports = []
    for descriptor in descriptors:
        with contextlib.suppress(FileNotFoundError):
            ports.append(inodes.get(os.readlink(descriptor)))
    return [port for port in dict.fromkeys(ports) if port is not None]


def accepts_connections(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


@contextlib.contextmanager
def background(work):
    """Runs work() on a separate thread, which has ended when the context ends."""
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        thread.join(TIMEOUT_S)
        if thread.is_alive():
            raise AssertionError("the background thread did not end")


class TestCase(unittest.TestCase):
    """A test with a temporary folder, which ends the processes it started, the last one first."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="wayside-e2e-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def start(self, *command, **options):
        process = Process(*command, **options)
        self.addCleanup(process.stop)
        return process

    def start_node(self, script, *args):
        """One of the scripts in node/. Only Debian's Node finds the modules of Debian's packages."""
        modules = {"NODE_PATH": "/usr/share/nodejs"}
        return self.start(program("node"), Path(__file__).with_name("node") / script, *args, env=modules)

    def start_wayside(self, *args, **options):
        wayside = Wayside(self.folder, *args, **options)
        self.addCleanup(wayside.stop)
        return wayside
