"""What the daemon tells a service manager, over the socket of sd_notify(3)."""

import contextlib
import ctypes
import os
import re
import signal
import socket
import time
from pathlib import Path

import support
from backend import Backend

PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_DETACH = 0x4206, 0x4207, 17
WALL = 0x40000000  # __WALL, waitpid(2)


def ptrace(request, thread):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(ctypes.c_long(request), ctypes.c_long(thread), None, None) != 0:
        raise OSError(ctypes.get_errno(), f"ptrace({request:#x})")


@contextlib.contextmanager
def stopped(thread):
    """Stops one thread of a process, as a debugger does: a signal would stop all of them."""
    ptrace(PTRACE_SEIZE, thread)
    ptrace(PTRACE_INTERRUPT, thread)
    os.waitpid(thread, WALL)
    try:
        yield
    finally:
        ptrace(PTRACE_DETACH, thread)


def workers_of(pid):
    """The threads that wait for sockets, but for that of the metrics listener, which has a nice value."""

    def is_worker(task):
        nice = int((task / "stat").read_text().rpartition(")")[2].split()[16])
        return nice == 0 and (task / "wchan").read_text() == "ep_poll"

    tasks = sorted(Path(f"/proc/{pid}/task").iterdir())
    return [int(task.name) for task in tasks if is_worker(task)]


class Supervision(support.TestCase):
    def setUp(self):
        super().setUp()
        self.backend = Backend()
        self.addCleanup(self.backend.stop)
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.manager.close)
        self.manager.settimeout(support.TIMEOUT_S)

    def start_under(self, address, config="", variables=None):
        self.manager.bind(address.replace("@", "\0", 1))
        return self.start_wayside(
            config=config, backend=self.backend.url, env={"NOTIFY_SOCKET": address, **(variables or {})}
        )

    def next(self):
        return self.manager.recv(4096).decode()

    def test_tells_the_phases_of_the_process(self):
        wayside = self.start_under(str(self.folder / "notify"))
        self.assertEqual(self.next(), "READY=1\nSTATUS=serving")
        self.assertEqual(support.fetch(wayside.proxy_port, "/echo").status, 200, "it is ready")
        began_us = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        wayside.signal(signal.SIGHUP)
        told_us = int(re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=(\d+)", self.next()).group(1))
        self.assertLessEqual(began_us, told_us)
        self.assertLessEqual(told_us, time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000)
        self.assertEqual(self.next(), "READY=1")
        wayside.wait_for_line('msg="reloaded"')
        wayside.signal(signal.SIGTERM)
        self.assertEqual(self.next(), "STOPPING=1\nSTATUS=draining")
        self.assertEqual(wayside.wait(), 0)

    def test_shows_rates(self):
        wayside = self.start_under(f"@wayside-test-{os.getpid()}")
        self.next()
        for target in ["/echo"] * 9 + ["/status/500"]:
            support.fetch(wayside.proxy_port, target)
        found = re.fullmatch(
            r"STATUS=([0-9.]+) requests/s, ([0-9.]+) errors/s, 0 requests in flight, 0 streams among them",
            self.next(),
        )
        self.assertIsNotNone(found)
        self.assertAlmostEqual(float(found.group(1)), 1.0, delta=0.2)
        self.assertAlmostEqual(float(found.group(2)), 0.1, delta=0.1)

    def test_a_worker_that_hangs_ends_the_signs_of_life(self):
        wayside = self.start_under(
            f"@wayside-test-{os.getpid()}", "workers: 2\n", {"WATCHDOG_USEC": "200000"}
        )
        self.assertEqual(self.next(), "READY=1\nSTATUS=serving")
        for _ in range(3):
            self.assertEqual(self.next(), "WATCHDOG=1")
        for worker in workers_of(wayside.pid):
            with stopped(worker):
                support.wait_until(self.is_silent_for_a_second, "no sign of life comes", timeout_s=10)
            self.assertEqual(self.next(), "WATCHDOG=1")

    def is_silent_for_a_second(self):
        began = time.monotonic()
        self.manager.settimeout(1)
        try:
            self.next()
            return False
        except TimeoutError:
            return time.monotonic() - began >= 1
        finally:
            self.manager.settimeout(support.TIMEOUT_S)


if __name__ == "__main__":
    support.unittest.main()
