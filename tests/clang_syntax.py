"""Lets Clang read the sources of the tests and benchmarks, for its warnings. It generates no code, which takes half of the
time of a build: the daemon's own sources are compiled for the fuzz targets, and the tests run as g++ compiled them.

    clang_syntax.py COMPILE_COMMANDS JOBS
"""

import json
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TESTS = Path(__file__).resolve().parent


def problems_of(entry):
    """The diagnostics of one source; empty without any."""
    # Without an object file there is nothing for ccache to keep.
    words = [word for word in shlex.split(entry["command"]) if not word.endswith("ccache")]
    done = subprocess.run([*words, "-fsyntax-only"], cwd=entry["directory"], stderr=subprocess.PIPE, text=True, check=False)
    return done.stderr or ("" if done.returncode == 0 else f"{entry['file']}: exit status {done.returncode}\n")


def main():
    database, jobs = sys.argv[1], int(sys.argv[2])
    entries = [entry for entry in json.loads(Path(database).read_text()) if TESTS in Path(entry["file"]).parents]
    if not entries:
        sys.exit(f"{database}: no source of the tests is in it")
    with ThreadPoolExecutor(jobs) as pool:
        problems = [problem for problem in pool.map(problems_of, entries) if problem]
    sys.stderr.write("".join(problems))
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
