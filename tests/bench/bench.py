#!/usr/bin/env python3
"""wayside and other proxies, measured side by side. Run it with `./dev bench`, which builds what it needs.

Everything is on the loopback, proxies on one processor, load and backend on another. It takes ten minutes at most:
an experiment that would start later is left out, and the table says so.
"""

import argparse
import datetime
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "e2e"))  # for support.py: processes that end with their owner

import experiments  # noqa: E402
import load  # noqa: E402
import machine  # noqa: E402
import micro  # noqa: E402
import report  # noqa: E402
from peers import Peers  # noqa: E402

# When no further round begins. The last one, and the peers' end, still fit into ten minutes.
DEADLINE_S = 550
IDLE_CONNECTIONS = 10_000
MICRO = "micro"
ALL_NAMES = [experiment.name for experiment in experiments.ALL] + [MICRO]


def arguments(words):
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"what to measure; all without: {' '.join(ALL_NAMES)}")
    parser.add_argument("--quick", action="store_true", help="few short rounds: about a minute, and a rough idea")
    parser.add_argument("--rounds", type=int, help="rounds of each experiment (12; quick: 2)")
    parser.add_argument("--seconds", type=float, help="length of one turn (0.6; quick: 0.3)")
    parser.add_argument("--idle-connections", type=int, help=f"for 'idle' ({IDLE_CONNECTIONS}; quick: 1000)")
    parser.add_argument("--before", type=Path, metavar="WAYSIDE", help="another build of wayside to compare with")
    parser.add_argument("--write-docs", action="store_true", help="put the table into docs/benchmarks.md (whole runs only)")
    parser.add_argument("--programs", type=Path, default=ROOT / "build" / "bench", help=argparse.SUPPRESS)
    chosen = parser.parse_args(words)
    if unknown := set(chosen.names) - set(ALL_NAMES):
        parser.error(f"no such experiment: {' '.join(sorted(unknown))}; there are: {' '.join(ALL_NAMES)}")
    if chosen.write_docs and (chosen.names or chosen.quick or chosen.rounds or chosen.seconds or chosen.before):
        parser.error("--write-docs stands alone: the page shows a whole run")
    if chosen.before and not chosen.before.is_file():
        parser.error(f"--before: no such file: {chosen.before}")
    # As seen from wherever the programs will run.
    chosen.programs = chosen.programs.resolve()
    chosen.before = chosen.before and chosen.before.resolve()
    chosen.names = chosen.names or ALL_NAMES
    chosen.rounds = chosen.rounds or (2 if chosen.quick else 12)
    chosen.seconds = chosen.seconds or (0.3 if chosen.quick else 0.6)
    chosen.idle_connections = chosen.idle_connections or (1000 if chosen.quick else IDLE_CONNECTIONS)
    return chosen


def say(text):
    print(text, file=sys.stderr, flush=True)


def run(experiment, bench, rounds, seconds, deadline):
    """The Measured lines of one experiment: as many rounds of it as there is time for."""
    values = [{subject: [] for subject in experiment.subjects} for _ in experiment.lines]
    if experiment.prepare and time.monotonic() < deadline:
        bench.prepared[experiment.name] = experiment.prepare(bench, seconds)
    for number in range(experiment.rounds or experiment.patience * rounds):
        if time.monotonic() > deadline:
            break
        # Another one begins each time: whoever follows the one that heats the machine is not always the same.
        shift = number % len(experiment.subjects)
        for subject in experiment.subjects[shift:] + experiment.subjects[:shift]:
            for of_line, value in zip(values, experiment.turn(bench, subject, seconds), strict=True):
                of_line[subject].append(value)
    return [report.Measured(line, of_line) for line, of_line in zip(experiment.lines, values, strict=True)]


def with_before(experiment):
    """The experiment with the other build of wayside beside this one, if it may take part."""
    if not experiment.takes_before:
        return experiment
    return experiments.replace(experiment, subjects=(*experiment.subjects, "wayside before"))


def measure_all(chosen, folder):
    """The Measured lines of all that was chosen, and the names of the experiments that failed."""
    proxy_cpu, load_cpu = machine.processors()
    connections = chosen.idle_connections + 1000
    # A proxy has up to two descriptors for a connection, and HAProxy insists on having them all.
    files = machine.raise_file_limit(2 * connections + 1000)
    connections = min(connections, (files - 1000) // 2)
    idle_connections = min(chosen.idle_connections, connections - 500)
    deadline = time.monotonic() + DEADLINE_S
    results, failed = [], []
    with Peers(chosen.programs, folder, proxy_cpu, load_cpu, connections, chosen.before) as peers:
        bench = experiments.Bench(peers, chosen.programs, folder, proxy_cpu, load_cpu, idle_connections)

        def micro_benchmarks():
            return list(micro.measure(chosen.programs, 3, 0.1, load.pinned([proxy_cpu]), deadline))

        turns = {MICRO: micro_benchmarks}
        for experiment in experiments.ALL:
            wanted = with_before(experiment) if chosen.before else experiment
            turns[experiment.name] = partial(run, wanted, bench, chosen.rounds, chosen.seconds, deadline)
        for name in [name for name in ALL_NAMES if name in chosen.names]:
            began = time.monotonic()
            try:
                results += turns[name]()
                say(f"{name}: {time.monotonic() - began:.0f} s")
            except (load.Failed, AssertionError, subprocess.SubprocessError) as failure:
                # The others are worth having all the same. Whoever has died cannot be reached, which is all that the
                # load knows.
                say("\n".join((f"{name}: failed: {failure}", *peers.casualties())))
                failed.append(name)
    return results, failed


def main(words):
    chosen = arguments(words)
    # Ctrl-C and a supervisor's TERM both end in an exception, so that every process that was started is ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    machine.take_precedence()
    began = time.monotonic()
    noise_before = machine.noise()
    with tempfile.TemporaryDirectory(prefix="wayside-bench-") as folder:
        results, failed = measure_all(chosen, Path(folder))
    text = "\n\n".join(
        (
            report.table(results),
            "A cell is `median (min–max)` of the rounds; a ratio is wayside's median by the other's, in brackets the "
            "extremes of the rounds.",
            f"{datetime.date.today()}, `{shlex.join(['./dev', 'bench', *words])}`, "
            f"{time.monotonic() - began:.0f} s, load average before {noise_before:.1f}. {machine.describe()}. "
            f"{machine.versions(chosen.programs / 'wayside')}.",
        )
    )
    print(text)
    if failed:
        sys.exit(f"./dev bench: failed: {' '.join(failed)}; see above")
    if chosen.write_docs:
        page = ROOT / "docs" / "benchmarks.md"
        page.write_text(report.replace_between_markers(page.read_text(), text))
        say("docs/benchmarks.md: written")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except AssertionError as failure:  # of support: the backend did not start, or a program is not installed
        sys.exit(f"./dev bench: {failure}")
    except KeyboardInterrupt:
        sys.exit("./dev bench: interrupted")
