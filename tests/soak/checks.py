"""Checks after the load: each has a name, its figures, and the texts of its failures."""

import collections
import re
from dataclasses import dataclass, field

from daemon import total
from ledger import BACKEND_FAILED, CLIENT_LEFT, counted_otherwise

# Pipes for splice(2) that a worker keeps, each two descriptors (net/pipe.hpp), and a descriptor that a thread may have
# just now, of two workers and the process.
SPARE_DESCRIPTORS = 2 * 2 * 16 + 4
# The memory that malloc keeps varies by a few MiB from run to run.
MEMORY_MIB = 8.0
REFUSED = {"400", "408", "413", "414", "431", "501", "503", "505"}
AT_MOST_SHOWN = 10


@dataclass
class Check:
    name: str
    figures: str
    problems: list = field(default_factory=list)

    @property
    def passed(self):
        return not self.problems


@dataclass
class State:
    """The daemon without any load."""

    descriptors: int
    idle_connections: int  # idle connections to the backend are kept
    memory_mib: float

    @classmethod
    def of(cls, daemon):
        samples = daemon.samples()
        idle = total(samples, "wayside_backend_connections", state="idle")
        return cls(daemon.descriptors(), int(idle), daemon.resident_mib())


def requests_are_counted(ledger, counters):
    counted = sum(counters.values())
    return Check(
        "every request is counted once, with the status that its client saw",
        f"{ledger.total()} in the ledger, {counted:g} counted, {len(counters)} series",
        counted_otherwise(ledger.expected(), counters),
    )


def answers_are_complete(ledger, windows):
    losses = ledger.losses()
    by_kind = collections.Counter(entry.loss for entry in losses)
    losses_by_kind = ", ".join(f"{count} × {loss}" for loss, count in sorted(by_kind.items()))
    problems = [
        f"{entry.request_id}: {entry.loss} after {entry.ended - entry.began:.2f} s, and no fault explains it"
        for entry in losses
        if not any(window.explains(entry) for window in windows)
    ]
    return Check(
        "every request is answered, or its loss explained by the backend or a lack of descriptors",
        f"{losses_by_kind or 'none'} in {len(windows)} faults",
        ledger.complaints + problems,
    )


def log_agrees(ledger, daemon, samples):
    problems = [f"not a line of the log: {line!r}" for line in daemon.malformed_lines]
    # Some requests have no readable target.
    known = {request_id: lines for request_id, lines in daemon.access_log.items() if request_id in ledger.entries}
    for request_id, lines in known.items():
        allowed = ledger.entries[request_id].statuses
        if len(lines) != 1 or lines[0][0] not in allowed:
            problems.append(f"{request_id}, answered {sorted(allowed)}, is logged as {lines}")
    dropped = total(samples, "wayside_access_log_dropped_total")
    counted = total(samples, "http_requests_total")
    if daemon.access_log_lines + dropped != counted:
        problems.append(f"{daemon.access_log_lines} lines and {dropped:g} dropped ones of {counted:g} requests")
    return Check(
        "the access log has a line for each request, or counts it as dropped",
        f"{daemon.access_log_lines} lines, {dropped:g} dropped",
        problems,
    )


def backend_agrees(ledger, records, samples):
    problems = [f"the backend got an unknown request: {text}" for text in records.malformed]
    repeated = 0
    for (request_id, method), count in records.received.items():
        entry = ledger.entries.get(request_id)
        if entry is None or entry.method != method:
            problems.append(f"the backend got {method} {request_id}, which no client sent")
            continue
        repeated += count - 1
        if count > (2 if entry.may_repeat else 1):
            problems.append(f"{method} {request_id} arrived {count} times at the backend")
    retries = total(samples, "wayside_backend_retries_total")
    connects = total(samples, "wayside_backend_connects_total")
    if repeated > retries:
        problems.append(f"{repeated} requests arrived twice, but wayside counts {retries:g} retries")
    # A connection reaches the backend but is not counted if its request is given up while it is made.
    given_up = total(samples, "http_requests_total", http_status={str(CLIENT_LEFT), "503", "504"})
    if records.connections > connects + given_up:
        problems.append(
            f"{records.connections} connections arrived; wayside counts {connects:g}, and gave {given_up:g} requests up"
        )
    return Check(
        "the backend gets a request that is not idempotent once, any other twice at most",
        f"{records.received.total()} arrived, {repeated} of them for the second time, {retries:g} retries; "
        f"{records.connections} of {connects:g} connections accepted",
        problems,
    )


def counters_agree(samples):
    """Families that count the same exchanges agree."""
    aborts = total(samples, "wayside_client_aborts_total", phase={"request", "waiting"})
    left = total(samples, "http_requests_total", http_status=str(CLIENT_LEFT))
    rejected = total(samples, "wayside_rejected_requests_total")
    refused = total(samples, "http_requests_total", http_status=REFUSED)
    errors = total(samples, "wayside_backend_errors_total")
    failed = total(samples, "http_requests_total", http_status=set(map(str, BACKEND_FAILED)))
    problems = []
    if aborts != left:
        problems.append(f"{aborts:g} clients left before an answer, {left:g} requests have the status {CLIENT_LEFT}")
    if rejected != refused:
        problems.append(f"{rejected:g} requests were rejected, {refused:g} have such a status")
    if errors < failed:
        problems.append(f"the backend failed {errors:g} times, {failed:g} requests have such a status")
    for endpoint in {dict(labels)["endpoint"] for name, labels in samples if name == "http_requests_total"}:
        requests = total(samples, "http_requests_total", endpoint=endpoint)
        timed = total(samples, "http_request_duration_seconds_count", endpoint=endpoint)
        if endpoint != "unmatched" and requests != timed:
            problems.append(f"{requests:g} requests of {endpoint} are counted, {timed:g} are timed")
    return Check(
        "the families of metrics agree with each other",
        f"{left:g} clients left, {refused:g} requests refused, {failed:g} failed by the backend",
        problems,
    )


def gauges_are_zero(samples):
    names = ("http_requests_in_flight", "wayside_client_connections", "wayside_streams_active")
    values = {name: total(samples, name) for name in names}
    values["active backend connections"] = total(samples, "wayside_backend_connections", state="active")
    problems = [f"{name} is {value:g}" for name, value in values.items() if value]
    return Check("nothing is left in flight", "requests, connections, streams: 0", problems)


def descriptors_are_flat(before, after):
    grown = (after.descriptors - after.idle_connections) - (before.descriptors - before.idle_connections)
    return Check(
        f"descriptors are flat, but for idle backend connections and {SPARE_DESCRIPTORS} at most for pipes",
        f"{before.descriptors} ({before.idle_connections} idle) before, "
        f"{after.descriptors} ({after.idle_connections} idle) now",
        [f"there are {grown} more"] if grown > SPARE_DESCRIPTORS else [],
    )


def memory_is_flat(before, after, is_judged):
    grown = after.memory_mib - before.memory_mib
    return Check(
        f"resident memory grows by {MEMORY_MIB:g} MiB at most" if is_judged else "resident memory, not judged here",
        f"{before.memory_mib:.1f} MiB after warming up, {after.memory_mib:.1f} MiB now",
        [f"it grew by {grown:.1f} MiB"] if is_judged and grown > MEMORY_MIB else [],
    )


def ends_well(status, seconds, at_most_s, losses):
    problems = [f"{entry.request_id} was lost: {entry.loss}" for entry in losses]
    if status != 0:
        problems.append(f"exit status {status}")
    if seconds > at_most_s:
        problems.append(f"it took {seconds:.1f} s")
    return Check(
        f"SIGTERM ends it within {at_most_s:g} s while clients go on",
        f"{seconds:.2f} s, exit status {status}",
        problems,
    )


def nothing_is_reported(daemon):
    """Reports of a sanitizer, and errors in the log. Refused configurations are expected."""
    errors = [line for line in daemon.log if re.search(r"level=error", line) and "reload" not in line]
    return Check(
        "no sanitizer reports anything, and the log has no error",
        f"{len(daemon.log)} lines of the log; sanitizer: {daemon.sanitizer or 'none'}",
        daemon.reports() + errors,
    )


def table(checks):
    lines = []
    for check in checks:
        lines.append(f"  {'ok  ' if check.passed else 'FAIL'}  {check.name}: {check.figures}")
        lines += [f"          {problem}" for problem in check.problems[:AT_MOST_SHOWN]]
        if len(check.problems) > AT_MOST_SHOWN:
            lines.append(f"          … and {len(check.problems) - AT_MOST_SHOWN} more")
    return "\n".join(lines)
