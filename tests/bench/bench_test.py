"""The plumbing of the benchmark: that it runs, and that its arithmetic is right. Nothing here looks at how fast."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

import load  # noqa: E402
import machine  # noqa: E402
import micro  # noqa: E402
import report  # noqa: E402
import support  # noqa: E402
from experiments import COUNTING, HANDSHAKES, Goal, Line  # noqa: E402
from peers import TEMPLATES, Peers  # noqa: E402


def cells_of(row):
    return [cell.strip() for cell in row.strip("|").split("|")]


class Report(unittest.TestCase):
    VALUES = {"raw relay": [8.0, 10.0, 9.0], "nginx": [16.0, 20.0, 12.0], "wayside": [12.0, 10.0, 11.0]}

    def row(self, values, *goals):
        lines = report.table([report.Measured(Line("GET", "µs", goals), values)]).splitlines()
        return dict(zip(report.COLUMNS, cells_of(lines[2]), strict=True))

    def test_a_cell_is_the_median_and_the_extremes(self):
        self.assertEqual(self.row(self.VALUES)["wayside"], "11.0 (10.0–12.0)")

    def test_a_ratio_is_that_of_the_medians_with_the_extremes_of_the_rounds(self):
        self.assertEqual(self.row(self.VALUES)["÷ nginx"], "0.69 (0.50–0.92)")

    def test_who_took_no_part_has_an_empty_cell(self):
        row = self.row(self.VALUES)
        self.assertEqual((row["HAProxy"], row["÷ HAProxy"], row["Caddy"]), ("", "", ""))

    def test_a_goal_is_held_against_the_best_rival(self):
        values = {**self.VALUES, "HAProxy": [10.0, 10.0, 10.0]}
        self.assertEqual(
            self.row(values, Goal(0.9, ("nginx", "HAProxy")))["goal"], "≤ 0.90 × HAProxy: 1.10, **missed**"
        )
        self.assertEqual(self.row(values, Goal(0.9, ("nginx",)))["goal"], "≤ 0.90 × nginx: 0.69, reached")

    def test_a_goal_without_rivals_is_a_number(self):
        self.assertEqual(self.row(self.VALUES, Goal(11))["goal"], "≤ 11: 11.0, reached")
        self.assertEqual(self.row(self.VALUES, Goal(10))["goal"], "≤ 10: 11.0, **missed**")

    def test_a_missed_goal_does_not_look_reached(self):
        values = {"wayside": [0.9504], "nginx": [1.0], "HAProxy": [2.0]}
        self.assertEqual(self.row(values, Goal(0.95, ("nginx",)))["goal"], "≤ 0.95 × nginx: 0.9504, **missed**")
        self.assertEqual(self.row(values, Goal(0.95))["goal"], "≤ 0.95: 0.9504, **missed**")
        self.assertEqual(self.row({"wayside": [1024.3]}, Goal(1024))["goal"], "≤ 1024: 1024.3, **missed**")
        barely = {"wayside": [0.95 + 1e-9], "nginx": [1.0]}
        self.assertEqual(self.row(barely, Goal(0.95, ("nginx",)))["goal"], "≤ 0.95 × nginx: 0.950000001, **missed**")

    def test_a_reached_goal_does_not_look_missed(self):
        values = {"wayside": [0.9474], "nginx": [1.0]}
        self.assertEqual(self.row(values, Goal(0.9476, ("nginx",)))["goal"], "≤ 0.9476 × nginx: 0.947, reached")
        self.assertEqual(self.row({"wayside": [0.95]}, Goal(0.95))["goal"], "≤ 0.95: 0.95, reached")

    def test_other_subjects_stand_beside(self):
        values = {"wayside": [10.0], "wayside before": [20.0], "direct": [1.0]}
        self.assertEqual(self.row(values)["beside"], "wayside before: 20.0, ratio 0.50; direct: 1.00")

    def test_a_line_without_rounds_says_so(self):
        self.assertIn("not measured", self.row({"wayside": [], "nginx": []})["goal"])

    def test_only_what_stands_between_the_markers_is_replaced(self):
        text = f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n"
        replaced = report.replace_between_markers(text, r"new \1")
        self.assertEqual(replaced, f"before\n{report.BEGIN}\n\nnew \\1\n\n{report.END}\nafter\n")
        with self.assertRaises(ValueError):
            report.replace_between_markers("no markers", "new")

    def test_the_page_has_the_markers(self):
        report.replace_between_markers((HERE.parent.parent / "docs" / "benchmarks.md").read_text(), "")

    def test_google_benchmarks_become_lines(self):
        runs = [
            {"run_type": "iteration", "run_name": "observe", "cpu_time": 0.04, "time_unit": "us", "yardstick": 80},
            {"run_type": "iteration", "run_name": "observe", "cpu_time": 0.06, "time_unit": "us", "yardstick": 120},
            {"run_type": "aggregate", "run_name": "observe", "cpu_time": 0.05, "time_unit": "us", "yardstick": 100},
            {
                "run_type": "iteration", "run_name": "render", "cpu_time": 2, "time_unit": "ms", "yardstick": 100,
                "lines": 1e5,
            },
        ]  # fmt: skip
        observe, render = micro.lines_of({"benchmarks": runs}, "bench_metrics")
        self.assertEqual((observe.line.title, observe.line.unit), ("bench_metrics: observe", "ns"))
        self.assertEqual([round(value) for value in observe.values["wayside"]], [40, 60])
        self.assertEqual(
            (render.line.unit, render.values), ("ns/line", {"wayside": [20.0], "yardstick": [100]})
        )

    def test_a_google_benchmark_is_held_against_the_yardstick(self):
        run = {"run_type": "iteration", "run_name": "observe", "cpu_time": 52, "time_unit": "ns", "yardstick": 100}
        (slow,) = micro.lines_of({"benchmarks": [run]}, "bench_metrics")
        (same_on_a_slow_machine,) = micro.lines_of({"benchmarks": [{**run, "yardstick": 160}]}, "bench_metrics")
        (goal,) = slow.line.goals
        self.assertEqual(report.judge(goal, slow.values), "≤ 0.50 × yardstick: 0.52, **missed**")
        self.assertEqual(report.judge(goal, same_on_a_slow_machine.values), "≤ 0.50 × yardstick: 0.33, reached")


class Counting(unittest.TestCase):
    """The peer that does wayside's job, held against wayside: a peer that counts less is not worth comparing with."""

    BOUNDS_OF_ALL = ("10.0", "+Inf")  # no request takes longer
    FAMILIES = ("http_requests_total", "http_request_duration_seconds_bucket", "http_request_duration_seconds_count")

    def setUp(self):
        proxy_cpu, load_cpu = machine.processors()
        self.load_cpu = load_cpu
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="wayside-bench-"))
        self.programs = Path(os.environ["WAYSIDE_PROGRAMS"])
        self.peers = self.enterContext(Peers(self.programs, folder, proxy_cpu, load_cpu, max_connections=100))

    def counts(self, name):
        """The series of its page that both have, with what they count but for durations: each has its own. wayside alone has
        series before the first request."""
        text = support.fetch(self.peers.get(name).metrics_port, "/metrics").text
        counts = {}
        for (family, labels), value in support.samples(text).items():
            bound = dict(labels).get("le", "+Inf")
            if family in self.FAMILIES and (value or family != self.FAMILIES[0]):
                counts[family, labels] = value if bound in self.BOUNDS_OF_ALL else "some"
        return counts

    def requests(self, name):
        return sum(value for (family, _), value in self.counts(name).items() if family == self.FAMILIES[0])

    def test_it_counts_what_wayside_counts(self):
        methods = ("GET", "PATCH", "PUT", "BREW")
        matched = [template.format(id=4711, size=60) for template in TEMPLATES]
        unmatched = ["/60", "/service-1/items/60", "/service-50/items/1/60", "/service-1/items//60", "/a/items/1/2/60"]
        for name in (COUNTING, "wayside"):
            port = self.peers.get(name).port
            load.one_of_each(port, matched * 2, ("GET", "POST"))
            self.counts(name)  # what was on one page is not added to the next once more
            load.one_of_each(port, matched[:3] + unmatched, methods)
        # An exchange is counted when it is over, which may be a moment after its client has the last byte.
        sent = 200 + len(methods) * (3 + len(unmatched))
        support.wait_until(lambda: self.requests("wayside") == sent, "wayside has counted all requests")
        self.assertEqual(self.requests(COUNTING), sent)
        self.assertEqual(self.counts(COUNTING), self.counts("wayside"))

    def test_a_load_is_counted_to_the_last_request(self):
        traffic = load.Traffic(connections=4)
        port = self.peers.get(COUNTING).port
        load.exactly(self.programs, port, traffic, 5000, [self.load_cpu])
        labels = frozenset({("endpoint", TEMPLATES[23]), ("method", "GET")})
        counted = self.counts(COUNTING)
        self.assertEqual(counted["http_requests_total", labels | {("http_status", "200")}], 5000)
        self.assertEqual(counted["http_request_duration_seconds_count", labels], 5000)

    def test_handshakes_are_of_the_kind_that_is_asked_for(self):
        peer = self.peers.get("wayside", over_tls=True)
        made, resumed = [
            load.handshakes(self.programs, peer.port, HANDSHAKES, is_resuming, 0.1, [self.load_cpu])
            for is_resuming in (False, True)
        ]
        samples = support.samples(support.fetch(peer.metrics_port, "/metrics").text)
        self.assertEqual(samples["wayside_tls_handshakes_total", frozenset({("result", "ok")})], made + resumed)
        # The first of each place for a connection has nothing to resume.
        self.assertEqual(samples["wayside_tls_resumed_total", frozenset()], resumed - HANDSHAKES.connections)

    def test_it_is_missed_when_it_has_ended(self):
        peer = self.peers.get(COUNTING)
        self.assertEqual(self.peers.casualties(), [])
        peer.process.stop()
        (said,) = self.peers.casualties()
        self.assertIn(f"{COUNTING} has ended", said)


class Smoke(unittest.TestCase):
    def bench(self, *words):
        command = [sys.executable, HERE / "bench.py", "--programs", os.environ["WAYSIDE_PROGRAMS"], *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = [cells_of(line) for line in done.stdout.splitlines() if line.startswith("|")]
        self.assertEqual(rows[0], list(report.COLUMNS))
        return [dict(zip(report.COLUMNS, row, strict=True)) for row in rows[2:]]

    def test_one_round_of_bodies_latency_and_idle_connections(self):
        words = ("--rounds", "1", "--seconds", "0.2", "--idle-connections", "100", "1m-up", "latency", "idle")
        rows = self.bench(*words)
        self.assertEqual(len(rows), 4)
        for row in rows:
            for column in ("nginx", "HAProxy", "wayside", "÷ nginx", "÷ HAProxy", "goal"):
                self.assertNotEqual(row[column], "", f"{column} of {row['work']}")
        for column in (COUNTING, f"÷ {COUNTING}"):
            self.assertNotEqual(rows[-1][column], "", column)
        for column in ("raw relay", "raw splice", "÷ raw relay"):
            self.assertNotEqual(rows[0][column], "", column)

    def test_one_round_over_tls(self):
        rows = self.bench("--rounds", "1", "--seconds", "0.2", "tls-1m-down", "tls-full", "tls-resumed")
        self.assertEqual(len(rows), 3)
        for row in rows:
            for column in ("nginx", "HAProxy", "wayside", "÷ nginx", "÷ HAProxy", "goal"):
                self.assertNotEqual(row[column], "", f"{column} of {row['work']}")


if __name__ == "__main__":
    unittest.main()
