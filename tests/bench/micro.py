"""The Google Benchmarks of single functions, as lines of the same table.

Each program bench_* beside wayside is one; its benchmarks become lines. Beside wayside stands the yardstick
(yardstick.hpp), a fixed piece of work that was measured in turn with the benchmark: the machine's speed changes too
much from one quarter of an hour to the next for goals in nanoseconds.
"""

import json
import re
import subprocess
import time

from experiments import Goal, Line
from load import Failed
from report import Measured

YARDSTICK = "yardstick"
# Goals by the name of the benchmark, as multiples of the yardstick, which takes about 100 ns at the machine's normal
# speed: processor time of an iteration, or of a line where the benchmark has a counter "lines".
GOALS = {
    r"observe": Goal(0.5, (YARDSTICK,)),
    r"match.*/1000$": Goal(1.5, (YARDSTICK,)),
    r"render": Goal(0.6, (YARDSTICK,)),
    r"guess": Goal(7, (YARDSTICK,)),
}
NANOSECONDS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}
TIMEOUT_S = 40


def programs(folder):
    """The Google Benchmarks of a build."""
    return sorted(path for path in folder.glob("bench_*") if path.is_file())


def lines_of(report, program):
    """The Measured lines of one program's JSON report."""
    values = {}
    for run in report["benchmarks"]:
        if run["run_type"] != "iteration":
            continue  # an aggregate of the others
        lines = run.get("lines")
        duration = run["cpu_time"] * NANOSECONDS[run["time_unit"]] / (lines or 1)
        of_line = values.setdefault((run["run_name"], "ns/line" if lines else "ns"), {"wayside": [], YARDSTICK: []})
        of_line["wayside"].append(duration)
        of_line[YARDSTICK].append(run[YARDSTICK])
    for (name, unit), of_line in values.items():
        goals = tuple(goal for pattern, goal in GOALS.items() if re.search(pattern, name, re.IGNORECASE))
        yield Measured(Line(f"{program}: {name}", unit, goals), of_line)


def measure(folder, rounds, seconds, pinned, deadline):
    """Runs every program that there is, pinned by the words of `pinned`, unless the deadline has come."""
    for program in programs(folder):
        if time.monotonic() > deadline:
            break
        command = [
            *pinned, program, "--benchmark_format=json", f"--benchmark_repetitions={rounds}",
            f"--benchmark_min_time={seconds}",
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
        if done.returncode != 0:
            raise Failed(f"{program.name}: exit status {done.returncode}:\n{done.stderr}")
        yield from lines_of(json.loads(done.stdout), program.name)
