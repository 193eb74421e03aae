"""Instructions in user space, counted one by one by valgrind, and which files of the source they come from.

Unlike processor time they are the same in every run, so a single one shows a difference of a tenth of a percent; but
they leave out the kernel, where most of a request's time goes.
"""

import re
import subprocess
from pathlib import Path

import load
import support

REQUESTS = 1000


class Counter:
    """valgrind's words before a command, and what it has counted when the process has ended."""

    def __init__(self, folder, name):
        self._file = Path(folder) / f"callgrind-{name}"
        self.words = [
            support.program("valgrind"), "--quiet", "--tool=callgrind", f"--callgrind-out-file={self._file}",
        ]  # fmt: skip

    def by_file(self):
        """Instructions by source file, inlined functions by the file that they stand in."""
        command = [support.program("callgrind_annotate"), "--threshold=100", "--auto=no", self._file]
        listing = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
        counts = {}
        for number, file in re.findall(r"^ *([\d,]+) \([\d. ]+%\)  ([^:\n]+):", listing, re.MULTILINE):
            counts[file] = counts.get(file, 0) + int(number.replace(",", ""))
        return counts


def per_request(start, folder, programs, traffic, cpus):
    """(instructions per request, percentage of them that is metrics) of a proxy.

    `start(words)` is a context in which the proxy runs, with `words` before its command. Two runs of different
    length differ in the requests alone, so that starting and stopping does not count.
    """
    totals = []
    for times in (1, 2):
        counter = Counter(folder, times)
        with start(counter.words) as peer:
            load.exactly(programs, peer.port, traffic, times * REQUESTS, cpus)
        files = counter.by_file()
        totals.append((sum(files.values()), sum(count for file, count in files.items() if "/metrics/" in file)))
    (all_1, metrics_1), (all_2, metrics_2) = totals
    return (all_2 - all_1) / REQUESTS, 100 * (metrics_2 - metrics_1) / (all_2 - all_1)
