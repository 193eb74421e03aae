"""The JSON API of the metrics listener: its numbers against a client's ledger and against a real Prometheus."""

import collections
import gzip
import json
import signal
import urllib.parse

import support
from backend import Backend

ROUTES = """
routes:
  - {path: '/after/{ms}', slo: 50ms}
  - '/status/{code}'
  - /unused
"""

PROMETHEUS = """\
global:
  scrape_interval: 1s
scrape_configs:
  - job_name: wayside
    static_configs:
      - targets: ["127.0.0.1:{port}"]
"""

SLOW, FAILING = "/after/{ms}", "/status/{code}"


class LiveApi(support.TestCase):
    def setUp(self):
        super().setUp()
        self.backend = Backend()
        self.addCleanup(self.backend.stop)
        self.ledger = collections.Counter()

    def start_with(self, config, *args):
        self.wayside = self.start_wayside(*args, config=config, backend=self.backend.url)

    def visit(self, endpoint, target, method="GET"):
        """A request that the ledger keeps, by endpoint, method and status."""
        response = support.fetch(self.wayside.proxy_port, target, method)
        self.ledger[endpoint, method, response.status] += 1

    def get(self, resource, status=200, **parameters):
        query = "?" + urllib.parse.urlencode(parameters) if parameters else ""
        response = support.fetch(self.wayside.metrics_port, f"/api/v1/{resource}{query}")
        self.assertEqual((response.status, response.headers["Content-Type"]), (status, "application/json"), response.body)
        return json.loads(response.body)

    def live(self, **parameters):
        return self.get("live", **parameters)

    def endpoints(self, **parameters):
        return {endpoint["label"]: endpoint for endpoint in self.live(**parameters)["endpoints"]}

    def sent(self, endpoint=None):
        return sum(count for key, count in self.ledger.items() if endpoint in (None, key[0]))

    def wait_until_counted(self):
        """Waits, since an exchange may be counted a moment after its client has the last byte."""
        support.wait_until(
            lambda: self.live()["service"]["requests_total"] == self.sent(),
            lambda: f"{self.sent()} requests are counted: {self.live()['service']}",
        )

    def wait_for_tick(self, tick):
        support.wait_until(lambda: self.live()["tick"] >= tick, f"tick {tick} has ended")

    def check_against_the_ledger(self, window):
        live = self.live(window=window)
        self.assertEqual(live["service"]["requests"], self.sent())
        self.assertEqual(sum(endpoint["requests"] for endpoint in live["endpoints"]), self.sent())
        for endpoint in live["endpoints"]:
            label, requests = endpoint["label"], endpoint["requests"]
            self.assertEqual((requests, endpoint["requests_total"]), (self.sent(label), self.sent(label)), label)
            for number in range(1, 6):
                expected = sum(
                    count for (name, _, status), count in self.ledger.items() if name == label and status // 100 == number
                )
                self.assertEqual(endpoint["status"][f"{number}xx"], expected, label)
            self.assertAlmostEqual(endpoint["rate"], requests / live["covered_seconds"], delta=0.01 * requests)
            detail = self.get("endpoint", label=label, window=window)
            statuses = {(row["method"], row["status"]): row["requests"] for row in detail["statuses"]}
            of_client = {key[1:]: count for key, count in self.ledger.items() if key[0] == label}
            self.assertEqual(statuses, of_client, label)
            self.assertEqual(sum(detail["duration"]["counts"]), detail["duration"]["count"])
            self.assertEqual(detail["duration"]["count"], requests)
        return live

    def test_numbers_are_those_of_the_ledger(self):
        self.start_with(ROUTES, "--workers", "2")
        before = self.live()
        self.assertEqual((before["tick"], before["service"]["requests"]), (0, 0))
        labels = [endpoint["label"] for endpoint in before["endpoints"]]
        self.assertCountEqual(labels, [SLOW, FAILING, "/unused", "unmatched"])
        for _ in range(10):
            self.visit(SLOW, "/after/1")
            self.visit(FAILING, "/status/503", "POST")
        self.visit(SLOW, "/after/100")
        self.visit(FAILING, "/status/404")
        self.visit("unmatched", "/nowhere")
        self.wait_until_counted()
        # Before the end of a tick and after it, and over every window.
        self.check_against_the_ledger("5m")
        self.wait_for_tick(1)
        for window in ("1m", "5m", "15m"):
            live = self.check_against_the_ledger(window)
        by_label = {endpoint["label"]: endpoint for endpoint in live["endpoints"]}
        self.assertEqual(live["endpoints"][0]["label"], SLOW)
        slow = by_label[SLOW]
        self.assertEqual(slow["methods"], ["GET"])
        self.assertEqual(slow["slo"]["target_seconds"], 0.05)
        self.assertAlmostEqual(slow["slo"]["attainment"], 10 / 11, places=4)
        self.assertGreaterEqual(slow["mean"], (10 * 0.001 + 0.1) / 11)
        self.assertAlmostEqual(by_label[FAILING]["error_share"], 10 / 11, places=4)
        self.assertIsNone(by_label["/unused"]["last_used"])
        self.assertIsNone(by_label["/unused"]["points"])
        self.assertEqual(live["backend"]["up"], True)
        self.assertEqual(live["listen"], [f"127.0.0.1:{self.wayside.proxy_port}"])
        self.assertLess(live["overhead"]["p50"], 1)

    def test_points_go_on_where_they_ended(self):
        self.start_with(ROUTES)
        self.visit(FAILING, "/status/500")
        self.wait_until_counted()
        self.wait_for_tick(1)
        first = self.live()
        points = first["service"]["points"]
        self.assertEqual({len(values) for values in points.values()}, {first["tick"]})
        self.assertAlmostEqual(5 * sum(points["rate"]), 1, delta=0.2)
        self.assertEqual(points["errors"], points["rate"])
        self.assertEqual(self.endpoints()[FAILING]["points"], points)
        # The later ones hold nothing.
        self.wait_for_tick(first["tick"] + 1)
        self.assertIsNone(self.live(since=first["tick"])["service"]["points"])
        # A tick that is not over is one of an earlier process.
        again = self.live(since=10**6)
        self.assertEqual(len(again["service"]["points"]["rate"]), again["tick"])

    def test_quantiles_are_those_of_prometheus(self):
        self.start_with("routes: ['/after/{ms}', '/status/{code}']\n")
        config = self.folder / "prometheus.yml"
        config.write_text(PROMETHEUS.format(port=self.wayside.metrics_port))
        port = support.free_port()
        server = self.start(
            support.program("prometheus"), f"--config.file={config}", f"--storage.tsdb.path={self.folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}", cwd=self.folder,
        )  # fmt: skip
        server.wait_for_line("Server is ready to receive web requests")
        for milliseconds in (0, 1, 3, 7, 12, 30, 31, 32, 60, 80, 120, 300):
            self.visit(SLOW, f"/after/{milliseconds}")
            self.visit(FAILING, "/status/200")
        self.wait_until_counted()

        def query(expression):
            response = support.fetch(port, "/api/v1/query?" + urllib.parse.urlencode({"query": expression}))
            result = json.loads(response.body)["data"]["result"]
            return float(result[0]["value"][1]) if result else None

        support.wait_until(
            lambda: query("sum(http_request_duration_seconds_count)") == self.sent(), "Prometheus has all requests"
        )
        # The process is younger than the window, so that the window holds what the counters hold.
        live = self.live()
        pages = {endpoint["label"]: endpoint for endpoint in live["endpoints"]}
        for selector, numbers in (
            ("", live["service"]),
            (f'{{endpoint="{SLOW}"}}', pages[SLOW]),
            (f'{{endpoint="{FAILING}"}}', pages[FAILING]),
        ):
            for name, quantile in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
                expected = query(f"histogram_quantile({quantile}, sum by (le) (http_request_duration_seconds_bucket{selector}))")
                self.assertAlmostEqual(numbers[name] / expected, 1, delta=1e-5, msg=f"{name} of {selector}")

    def test_answers_are_compressed_and_mistakes_are_sentences(self):
        self.start_with(ROUTES)
        response = support.fetch(self.wayside.metrics_port, "/api/v1/live", headers={"Accept-Encoding": "gzip"})
        self.assertEqual(response.headers["Content-Encoding"], "gzip")
        self.assertIn("endpoints", json.loads(gzip.decompress(response.body)))
        for resource, status in (
            ("live?window=2m", 400), ("live?since=x", 400), ("endpoint", 400), ("endpoint?label=/gone", 404), ("x", 404),
        ):  # fmt: skip
            response = support.fetch(self.wayside.metrics_port, f"/api/v1/{resource}")
            self.assertEqual(response.status, status, resource)
            self.assertRegex(json.loads(response.body)["error"], r"^[A-Z].*\.$")

    def test_the_routes_are_those_of_the_page(self):
        self.start_with(ROUTES)
        page = support.fetch(self.wayside.metrics_port, "/routes", headers={"Accept": "application/json"})
        self.assertEqual(self.get("routes"), json.loads(page.body))

    def test_a_terminal_gets_tables(self):
        self.start_with(ROUTES)
        self.visit(SLOW, "/after/1")
        self.wait_until_counted()
        text = support.fetch(self.wayside.metrics_port, "/").text
        self.assertIn(f"127.0.0.1:{self.wayside.proxy_port} -> {self.backend.url} (up)\n", text)
        self.assertRegex(text, r"(?m)^RATE/S +ERRORS +P50 +P95 +P99 +IN FLIGHT +ENDPOINT$")
        self.assertRegex(text, r"(?m)^\d+\.\d\d +0% +\S+s +\S+s +\S+s +\S+ +/after/\{ms\}$")
        self.assertIn("/metrics", text)
        routes = support.fetch(self.wayside.metrics_port, "/routes?format=text").text
        self.assertRegex(routes, r"(?m)^1 +0 +0 +\S+ +\d+\.\d\d +0% +\S+s .* /after/\{ms\} +/after/\{ms\}$")
        self.assertRegex(routes, r"(?m)^0 +0 +0 +never +0\.00 +- +- +- +- +\S+ +any +/unused +/unused$")
        html = support.fetch(self.wayside.metrics_port, "/", headers={"Accept": "text/html"})
        self.assertEqual(html.headers["Content-Type"], "text/html; charset=utf-8")

    def test_what_is_not_exposed_is_not_found(self):
        self.start_with("metrics: {expose: {page: false, routes: false}}\n" + ROUTES)
        for target, key in (("/", "page"), ("/api/v1/live", "page"), ("/routes", "routes"), ("/api/v1/routes", "routes")):
            response = support.fetch(self.wayside.metrics_port, target)
            self.assertEqual(response.status, 404, target)
            self.assertIn(f"metrics.expose.{key}", response.text)
        self.assertIn("wayside_build_info", self.wayside.metrics())

    def test_paths_are_hidden_where_examples_are_off(self):
        self.start_with("unmatched: path\ninspector: {examples: off}\nroutes: ['/after/{ms}']\n")
        self.visit("unmatched", "/status/200?key=secret")
        self.visit("unmatched", "/status/203")
        self.wait_until_counted()
        for resource in ("/", "/api/v1/live", "/api/v1/routes", "/routes?format=text"):
            page = support.fetch(self.wayside.metrics_port, resource).text
            self.assertNotIn("secret", page)
            self.assertNotIn("/status/20", page)
        self.assertEqual(self.endpoints()["unmatched"]["requests"], 2)
        self.get("endpoint", status=404, label="/status/200")

    def test_warnings_are_those_of_the_last_load(self):
        self.start_with("routes: ['/files/*', /a]\n")
        self.assertEqual(self.live()["configuration"]["routes"], 2)
        told = self.live()["configuration"]["warnings"]
        self.assertEqual(len(told), 1, told)
        self.assertIn("/files/*", told[0])
        (self.folder / "wayside.yaml").write_text("routes: [{path: /a, slo: 1s}]\n")
        self.wayside.signal(signal.SIGHUP)
        support.wait_until(lambda: self.live()["configuration"]["routes"] == 1, "the reload is over")
        configuration = self.live()["configuration"]
        self.assertTrue(configuration["last_reload_successful"])
        self.assertEqual(len(configuration["warnings"]), 1, configuration)
        self.assertIn("restart to change them (endpoint: /a)", configuration["warnings"][0])

    def test_a_drain_does_not_wait_for_a_tick(self):
        self.start_with(ROUTES)
        self.wayside.signal(signal.SIGTERM)
        self.assertEqual(self.wayside.wait(timeout_s=4), 0)


if __name__ == "__main__":
    support.unittest.main()
