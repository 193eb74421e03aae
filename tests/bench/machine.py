"""Where a benchmark ran, on what, and which versions of everything took part."""

import contextlib
import os
import platform
import re
import resource
from pathlib import Path

import load
import support
from measure import first_line_of


def processors():
    """(the proxies' processor, the load's). The same one, if we may use only one."""
    usable = sorted(os.sched_getaffinity(0))
    return usable[0], usable[1 % len(usable)]


def raise_file_limit(wanted):
    """As many open files as we may have, `wanted` at most; what is started later inherits it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit in ((wanted, max(wanted, hard)), (min(wanted, hard), hard)):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, limit)
            return limit[0]
        except (ValueError, OSError):
            continue
    return soft


def take_precedence():
    """Before what else runs on the machine, where we may; what is started later inherits it."""
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, -10)


def describe():
    info = Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*:\s*(.*)$", info, re.MULTILINE)
    proxy, other = processors()
    control = Path("/proc/sys/net/ipv4/tcp_congestion_control").read_text().strip()
    pinning = f"proxies on processor {proxy}, load and backend on {other}" if proxy != other else "all on one"
    return (
        f"{model.group(1) if model else platform.machine()}, {os.cpu_count()} processors ({pinning}), "
        f"Linux {platform.release()}, congestion control {control}"
    )


def versions(wayside):
    found = {
        "wayside": first_line_of(wayside, "--version").removeprefix("wayside "),
        "nginx": first_line_of(support.program("nginx"), "-v").rpartition("/")[2],
        "HAProxy": first_line_of(support.program("haproxy"), "-v").split()[2],
        "wrk": load.version_of_wrk().removeprefix("wrk "),
    }
    # Only one line needs it, and the tests do without.
    with contextlib.suppress(AssertionError):
        found["Caddy"] = first_line_of(support.program("caddy"), "version").split()[0]
    return ", ".join(f"{name} {version}" for name, version in found.items())


def noise():
    """How much else was running: the load average of the last minute."""
    return os.getloadavg()[0]
