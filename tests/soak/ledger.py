"""The clients' ledger: the statuses that each request may be counted as, and a comparison with wayside's counters.

A client knows the status that it received. One that leaves without an answer may not know whether its end or the
answer came first: its entry then has several statuses, and it is counted as exactly one of them. All entries of an
endpoint and method together have to explain every request in the counters: counted_otherwise() returns the differences.
"""

import collections
import itertools
import time
from dataclasses import dataclass, field

CLIENT_LEFT = 499
# wayside's responses in the backend's place, and without a free descriptor.
BACKEND_FAILED = frozenset({502, 504})
SHORTAGE = 503
LOST = BACKEND_FAILED | {SHORTAGE}


@dataclass
class Entry:
    request_id: str
    endpoint: str
    method: str
    began: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    # The statuses that it may be counted as. Empty if wayside has received nothing that it counts.
    statuses: frozenset = frozenset()
    # The failure that the client noticed: one of LOST, or "truncated".
    loss: str = ""
    may_repeat: bool = False  # idempotent and without a body: may be sent to the backend twice


class Ledger:
    def __init__(self):
        self.entries = {}
        self.kinds = collections.Counter()
        # Failures that no fault explains: each fails the whole run.
        self.complaints = []
        self._ids = itertools.count(1)

    def begin(self, kind, method, endpoint, may_repeat=None):
        """An entry under way. The report counts it under `kind`."""
        request_id = f"{kind}-{next(self._ids)}"
        if may_repeat is None:
            may_repeat = method in ("GET", "HEAD", "DELETE", "OPTIONS")
        self.entries[request_id] = entry = Entry(request_id, endpoint, method, may_repeat=may_repeat)
        self.kinds[kind] += 1
        return entry

    def end(self, entry, *statuses, loss=""):
        entry.statuses = frozenset(statuses)
        entry.loss = loss
        entry.ended = time.monotonic()

    def complain(self, text):
        self.complaints.append(text)

    def expected(self):
        """{(endpoint, method): Counter of the statuses' sets}"""
        groups = collections.defaultdict(collections.Counter)
        for entry in self.entries.values():
            if entry.statuses:
                groups[entry.endpoint, entry.method][entry.statuses] += 1
        return groups

    def total(self):
        return sum(1 for entry in self.entries.values() if entry.statuses)

    def losses(self):
        return [entry for entry in self.entries.values() if entry.loss]


def counted_otherwise(expected, counters):
    """The texts of all differences between Ledger.expected() and {(endpoint, method, status): count}.

    The entries of a group fit the counters if their numbers are equal, and if for every set of statuses the counters
    have room for the entries that cannot be outside it (Hall's theorem: then each entry can be assigned a status).
    """
    counted = collections.defaultdict(dict)
    for (endpoint, method, status), count in counters.items():
        counted[endpoint, method][status] = count
    differences = []
    for group in sorted(expected.keys() | counted.keys()):
        entries, counts = expected.get(group, collections.Counter()), counted.get(group, {})
        name = f"{group[1]} {group[0]}"
        if sum(counts.values()) != entries.total():
            differences.append(f"{name}: {entries.total()} sent, counted as {describe(counts)}")
        statuses = sorted(set().union(*entries, counts))
        for size in range(1, len(statuses) + 1):
            for chosen in itertools.combinations(statuses, size):
                nowhere_else = sum(count for allowed, count in entries.items() if allowed <= set(chosen))
                room = sum(counts.get(status, 0) for status in chosen)
                if nowhere_else > room:
                    differences.append(f"{name}: {nowhere_else} were answered {describe_set(chosen)}, counted {room}")
    return differences


def describe(counts):
    return ", ".join(f"{count:g} × {status}" for status, count in sorted(counts.items())) or "nothing"


def describe_set(statuses):
    return " or ".join(map(str, sorted(statuses)))
