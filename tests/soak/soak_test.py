"""The soak's arithmetic: it finds every difference between ledger, counters, log and backend, and no false one."""

import collections
import sys
import unittest
from pathlib import Path
from types import SimpleNamespace

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

import checks  # noqa: E402
from faults import AFTERMATH_S, Window  # noqa: E402
from ledger import Ledger, counted_otherwise  # noqa: E402
from service import Records  # noqa: E402


def ledger_of(*entries):
    """A ledger of (method, possible statuses), all at the same endpoint."""
    ledger = Ledger()
    for method, statuses in entries:
        ledger.end(ledger.begin("test", method, "/x"), *statuses)
    return ledger


def differences(entries, counters):
    counted = {("/x", method, status): count for (method, status), count in counters.items()}
    return counted_otherwise(ledger_of(*entries).expected(), counted)


class LedgerAgainstCounters(unittest.TestCase):
    def test_known_statuses_are_equal(self):
        self.assertEqual(differences([("GET", [200]), ("GET", [200]), ("POST", [404])],
                                     {("GET", 200): 2, ("POST", 404): 1}), [])

    def test_a_request_that_is_not_counted_is_found(self):
        self.assertTrue(differences([("GET", [200]), ("GET", [200])], {("GET", 200): 1}))

    def test_a_request_that_is_counted_twice_is_found(self):
        self.assertTrue(differences([("GET", [200])], {("GET", 200): 2}))

    def test_an_unknown_request_is_found(self):
        self.assertTrue(differences([], {("GET", 200): 1}))

    def test_a_count_without_a_request_is_found(self):
        self.assertTrue(differences([("GET", [])], {("GET", 400): 1}))

    def test_a_race_may_have_ended_either_way(self):
        race = [("GET", [499, 200])] * 3
        for left in range(4):
            self.assertEqual(differences(race, {("GET", 499): left, ("GET", 200): 3 - left}), [])

    def test_a_race_does_not_hide_another_status(self):
        self.assertTrue(differences([("GET", [499, 200])] * 3, {("GET", 499): 2, ("GET", 502): 1}))

    def test_a_race_does_not_hide_what_is_known(self):
        self.assertTrue(differences([("GET", [200])] * 2 + [("GET", [499, 200])], {("GET", 499): 2, ("GET", 200): 1}))

    def test_races_that_overlap_share_their_statuses(self):
        entries = [("GET", [499, 200]), ("GET", [499, 502]), ("GET", [200, 502])]
        self.assertEqual(differences(entries, {("GET", 499): 1, ("GET", 200): 1, ("GET", 502): 1}), [])
        self.assertTrue(differences(entries, {("GET", 499): 3}))


class Losses(unittest.TestCase):
    def lost(self, began, ended, loss="502"):
        ledger = Ledger()
        entry = ledger.begin("test", "POST", "/x")
        ledger.end(entry, 502, loss=loss)
        entry.began, entry.ended = began, ended
        windows = [Window("the backend was killed", ("502", "truncated"), 10, 10.01)]
        return not checks.answers_are_complete(ledger, windows).passed

    def test_what_was_under_way_is_explained(self):
        self.assertFalse(self.lost(9, 10.1))

    def test_what_was_over_before_is_not(self):
        self.assertTrue(self.lost(9, 9.9))

    def test_what_came_later_is_not(self):
        self.assertTrue(self.lost(10.01 + AFTERMATH_S + 0.1, 12))

    def test_a_fault_explains_no_other_loss(self):
        self.assertTrue(self.lost(9, 10.1, loss="504"))


class BackendAgainstLedger(unittest.TestCase):
    def problems(self, method, arrivals, retries=0.0):
        ledger = ledger_of((method, [200]))
        received = collections.Counter({("test-1", method): arrivals})
        samples = {("wayside_backend_retries_total", frozenset()): retries}
        return checks.backend_agrees(ledger, Records(0, received, received, []), samples).problems

    def test_a_get_may_arrive_twice_if_that_is_counted(self):
        self.assertEqual(self.problems("GET", 2, retries=1.0), [])
        self.assertTrue(self.problems("GET", 2))

    def test_a_post_may_not(self):
        self.assertTrue(self.problems("POST", 2, retries=1.0))

    def test_an_unknown_request_is_found(self):
        received = collections.Counter({("other-1", "GET"): 1})
        self.assertTrue(checks.backend_agrees(ledger_of(), Records(0, received, received, []), {}).problems)


class LogAgainstLedger(unittest.TestCase):
    def problems(self, *lines, dropped=0.0):
        daemon = SimpleNamespace(malformed_lines=[], access_log={"test-1": lines}, access_log_lines=len(lines))
        samples = {
            ("wayside_access_log_dropped_total", frozenset()): dropped,
            ("http_requests_total", frozenset()): 1.0,
        }
        return checks.log_agrees(ledger_of(("GET", [499, 200])), daemon, samples).problems

    def test_the_line_says_which_of_the_statuses_it_was(self):
        self.assertEqual(self.problems((200, "completed")), [])
        self.assertTrue(self.problems((502, "backend_closed")))

    def test_there_is_one_line(self):
        self.assertTrue(self.problems((200, "completed"), (499, "client_aborted")))


if __name__ == "__main__":
    unittest.main()
