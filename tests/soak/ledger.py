"""The clients' ledger: what each request may be counted as, and whether wayside's counters say the same.

A client knows the status that it was sent. One that leaves without an answer may not know which way the race between
its end and the answer went: its entry then names several statuses, and it is counted as exactly one of them. All
entries of an endpoint and method together have to account for the counters to the last request: counted_otherwise()
says where they cannot.
"""

import collections
import itertools
import time
from dataclasses import dataclass, field

CLIENT_LEFT = 499
# What wayside answers in the backend's place, and where it has no descriptors itself.
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
    # What it may be counted as. Empty: nothing that wayside would count has arrived.
    statuses: frozenset = frozenset()
    # How the client knows that something went wrong on the other side: one of LOST, or "truncated".
    loss: str = ""
    may_repeat: bool = False  # idempotent and without a body: may be sent to the backend twice


class Ledger:
    def __init__(self):
        self.entries = {}
        self.kinds = collections.Counter()
        # What no fault explains: each is a failure of the whole run.
        self.complaints = []
        self._ids = itertools.count(1)

    def begin(self, kind, method, endpoint, may_repeat=None):
        """An entry under way. `kind` is what the report counts it as."""
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

    The entries of a group fit the counters if there are as many of them, and if for every set of statuses the counters
    have room for the entries that can be nowhere else (Hall's theorem: then there is a way to tell each where it is).
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
