"""wayside under soak: its configuration, its start, and its state as seen from outside.

Its standard streams are pipes whose readers can be told to stop reading. A sanitizer's report goes to a file.
"""

import json
import os
import re
import resource
import signal
import threading
from pathlib import Path

import support

# Short, since a run may last 30 seconds only.
REQUEST_HEAD_S = 2
REQUEST_BODY_S = 3
DRAIN_S = 10
HUGE_ROUTES = 3000
MAX_ROUTES = 20000
RELOAD_SIGNAL = signal.SIGHUP

CONFIG = f"""\
workers: 2
access_log: json
trailing_slash: strict
timeouts:
  request_head: {REQUEST_HEAD_S}s
  request_body: {REQUEST_BODY_S}s
  drain: {DRAIN_S}s
metrics:
  enable_lifecycle: true
  max_series: 500000  # room for each label, also where the huge table was before it
routes:
  - /small/{{id}}
  - /status/{{id}}
  - /large/{{id}}
  - /slow/{{id}}
  - /upload/{{id}}
  - /events/{{id}}
  - /socket/{{id}}
"""


def more_routes(count):
    return CONFIG + "".join(f"  - /more-{number}/{{id:[0-9]+}}/{{rest...}}\n" for number in range(count))


# The files of reloads, and whether each is valid.
CONFIGURATIONS = {
    "good": (CONFIG, True),
    "other": (more_routes(3), True),
    "huge": (more_routes(HUGE_ROUTES), True),
    "broken": (CONFIG + "  - /not/{closed\n", False),
    "no YAML": ("routes: [\n", False),
    "beyond the limit": (more_routes(MAX_ROUTES), False),
}


def sanitizer_of(binary):
    """"address", "thread" or None, by the symbols of its runtime."""
    content = Path(binary).read_bytes()
    for name, symbol in (("address", b"__asan_init"), ("thread", b"__tsan_init")):
        if symbol in content:
            return name
    return None


class Stream:
    """A pipe that the daemon writes to. It is not read between hold() and release()."""

    def __init__(self, on_line):
        self._on_line = on_line
        self._reader, self.descriptor = os.pipe()
        self._is_read = threading.Event()
        self._is_read.set()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def hold(self):
        self._is_read.clear()

    def release(self):
        self._is_read.set()

    def close_our_end(self):
        os.close(self.descriptor)

    def read_to_the_end(self):
        self.release()
        self._thread.join(support.TIMEOUT_S)
        if self._thread.is_alive():
            raise AssertionError("a standard stream has not ended with the daemon")

    def _read(self):
        rest = b""
        # The size of one read: a read that is under way when hold() is called takes no more.
        while piece := os.read(self._reader, 4096):
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                self._on_line(line)
            self._is_read.wait()
        os.close(self._reader)


class Daemon:
    def __init__(self, folder, backend_port, binary):
        self.sanitizer = sanitizer_of(binary)
        self._folder = Path(folder)
        self.log = []
        self.access_log = {}  # {the request's id: [(status, outcome)]}
        self.access_log_lines = 0
        self.malformed_lines = []
        self.access_stream = Stream(self._on_access_line)
        self.log_stream = Stream(lambda line: self.log.append(line.decode(errors="replace")))
        reports = f"log_path={self._folder}/report:exitcode=66"
        self.process = support.Wayside(
            folder,
            config=CONFIG,
            backend=f"http://127.0.0.1:{backend_port}",
            env={f"{name}_OPTIONS": reports for name in ("ASAN", "UBSAN", "TSAN", "LSAN")},
            stdout=self.access_stream.descriptor,
            stderr=self.log_stream.descriptor,
        )
        for stream in (self.access_stream, self.log_stream):
            stream.close_our_end()
        self._limit = resource.prlimit(self.process.pid, resource.RLIMIT_NOFILE)

    @property
    def port(self):
        return self.process.proxy_port

    def configure(self, name):
        # Atomic: a reload reads either the old file or the new one.
        draft = self._folder / "draft.yaml"
        draft.write_text(CONFIGURATIONS[name][0])
        draft.rename(self._folder / "wayside.yaml")

    def reload(self):
        """The status of the answer, and the reason if the reload is refused."""
        answer = support.fetch(self.process.metrics_port, "/-/reload", "POST", timeout_s=90)
        return answer.status, answer.text.strip()

    def samples(self):
        return support.samples(self.process.metrics())

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def deny_descriptors(self):
        """Limits the descriptors to those that are open now."""
        numbers = sorted(map(int, os.listdir(f"/proc/{self.process.pid}/fd")))
        resource.prlimit(self.process.pid, resource.RLIMIT_NOFILE, (len(numbers), self._limit[1]))

    def allow_descriptors(self):
        resource.prlimit(self.process.pid, resource.RLIMIT_NOFILE, self._limit)

    def resident_mib(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE).group(1)) / 1024

    def reports(self):
        """The report of a sanitizer."""
        return [file.read_text() for file in sorted(self._folder.glob("report*"))]

    def _on_access_line(self, line):
        self.access_log_lines += 1
        try:
            entry = json.loads(line)
            request_id = entry.get("target", "").partition("?")[0].rpartition("/")[2]
            self.access_log.setdefault(request_id, []).append((entry["status"], entry["outcome"]))
        except (ValueError, KeyError):
            self.malformed_lines.append(line)


def total(samples, name, **labels):
    """The sum of the series with that name and these labels. A label's value may be a set."""

    def fits(series):
        found = dict(series)
        return all(found.get(label) in (wanted if isinstance(wanted, set) else {wanted})
                   for label, wanted in labels.items())

    return sum(value for (family, series), value in samples.items() if family == name and fits(series))


def request_counters(samples):
    """{(endpoint, method, status): count}"""
    counters = {}
    for (name, labels), value in samples.items():
        if name == "http_requests_total" and value:
            found = dict(labels)
            # A status without room for its label is "2xx", which counts as a difference.
            status = int(found["http_status"].replace("x", "0"))
            counters[found["endpoint"], found["method"], status] = value
    return counters
