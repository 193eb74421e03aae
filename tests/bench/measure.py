"""What the kernel knows about a process: its processor time, its memory, its system calls.

A process here is the whole of it: every thread, and every child, since nginx does its work in one.
"""

import contextlib
import re
import signal
import subprocess
from pathlib import Path

import support

SENDS = {"send", "sendto", "sendmsg", "sendmmsg", "write", "writev", "sendfile", "splice"}
RECEIVES = {"recv", "recvfrom", "recvmsg", "recvmmsg", "read", "readv"}


def family(pid):
    """The process and its descendants."""
    pids = [pid]
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for child in (thread / "children").read_text().split():
            pids += family(int(child))
    return pids


def cpu_ns(pid):
    """Nanoseconds that all its threads have been running, ever.

    The kernel brings the number up to date whenever a thread stops running, so it is exact for one that waits.
    """
    total = 0
    for member in family(pid):
        for thread in Path(f"/proc/{member}/task").iterdir():
            with contextlib.suppress(FileNotFoundError):  # a thread may end meanwhile
                total += int((thread / "schedstat").read_text().split()[0])
    return total


def _memory_bytes(pid, field):
    total = 0
    for member in family(pid):
        status = Path(f"/proc/{member}/status").read_text()
        total += int(re.search(rf"^{field}:\s+(\d+) kB$", status, re.MULTILINE).group(1)) * 1024
    return total


def resident_bytes(pid):
    return _memory_bytes(pid, "VmRSS")


def peak_resident_bytes(pid):
    return _memory_bytes(pid, "VmHWM")


class SystemCalls:
    """Counts the system calls of a process between start and stop: {name: calls}. The process is slow meanwhile."""

    def __init__(self, pid, folder):
        self._report = Path(folder) / f"strace-{pid}"
        pids = [word for member in family(pid) for word in ("-p", member)]
        self._strace = support.Process(
            support.program("strace"), "-f", "-c", "-U", "name,calls", "-o", self._report, *pids
        )
        try:
            self._strace.wait_for_line("attached")
        except BaseException:
            self._strace.stop()
            raise

    def stop(self):
        self._strace.signal(signal.SIGINT)
        try:
            self._strace.wait()
        finally:
            self._strace.stop()
        counts = {}
        for line in self._report.read_text().splitlines():
            found = re.fullmatch(r"\s*(\w+)\s+(\d+)\s*", line)
            if found and found.group(1) != "total":
                counts[found.group(1)] = int(found.group(2))
        return counts


def first_line_of(*command):
    """What a program says about its version, on either stream."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=10, check=False)
    return (done.stdout + done.stderr).strip().splitlines()[0]
