"""Prometheus' own tools on the exposition: promtool's linter, and a real server that scrapes and answers queries."""

import contextlib
import http.client
import subprocess
import threading

import support
from backend import Backend
from prometheus_server import PrometheusServer, scrape_config

ROUTES = "routes: ['/after/{ms}', '/status/{code}']\n"

# The backend answers /after/30 after 30 ms: well inside the bucket from 25 to 50 ms.
SERVICE_TIME_MS = 30
BUCKET_S = (0.025, 0.05)


class Promtool(support.TestCase):
    def test_finds_nothing_in_the_default_naming(self):
        backend = Backend()
        self.addCleanup(backend.stop)
        wayside = self.start_wayside(config=ROUTES, backend=backend.url)
        for target, method in (("/after/0", "GET"), ("/status/500", "POST"), ("/nowhere", "BREW")):
            support.fetch(wayside.proxy_port, target, method)
        labels = {"endpoint": "/status/{code}", "http_status": "500", "method": "POST"}
        wayside.wait_for_sample(1.0, "http_requests_total", **labels)
        done = subprocess.run(
            [support.program("promtool"), "check", "metrics"],
            input=wayside.metrics(),
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))


    def test_accepts_the_configuration_of_the_compose_demo(self):
        file = support.SOURCE / "docker" / "prometheus" / "prometheus.yml"
        done = subprocess.run(
            [support.program("promtool"), "check", "config", file], capture_output=True, text=True, check=False
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class Visitor:
    """Sends requests, one after the other, until the test is over."""

    def __init__(self, port):
        self._port = port
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._visit)
        self._thread.start()

    def stop(self):
        self._over.set()
        self._thread.join()

    def _visit(self):
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=support.TIMEOUT_S)
        with contextlib.closing(connection):
            while not self._over.is_set():
                for target in (f"/after/{SERVICE_TIME_MS}", "/status/503"):
                    connection.request("GET", target)
                    connection.getresponse().read()


class Scraping(support.TestCase):
    def setUp(self):
        super().setUp()
        backend = Backend()
        self.addCleanup(backend.stop)
        wayside = self.start_wayside(config=ROUTES, backend=backend.url)
        visitor = Visitor(wayside.proxy_port)
        self.addCleanup(visitor.stop)

        self.prometheus = PrometheusServer(self.folder, scrape_config(wayside.metrics_port))
        self.addCleanup(self.prometheus.stop)

    def query(self, expression):
        """The values of an instant query, by the endpoint and status labels of their series."""
        return {
            (series["metric"].get("endpoint"), series["metric"].get("http_status")): float(series["value"][1])
            for series in self.prometheus.ask("query", query=expression)["result"]
        }

    def wait_for(self, expression, holds):
        """Repeats the query until the answer is as expected: rates need a few scrapes, and the traffic has to settle."""

        def ask():
            answer = self.query(expression)
            return answer if holds(answer) else None

        return support.wait_until(ask, lambda: f"{expression} is right; it is {self.query(expression)}")

    def test_scrapes_and_answers_queries(self):
        self.wait_for("up", lambda answer: answer == {(None, None): 1.0})

        # There is one client, and its requests are at least the service time apart.
        fastest = 1000 / SERVICE_TIME_MS
        slow, failing = ("/after/{ms}", "200"), ("/status/{code}", "503")
        self.wait_for(
            "rate(http_requests_total[5s]) > 0",
            lambda rates: rates.keys() == {slow, failing} and all(2 < rate < 1.2 * fastest for rate in rates.values()),
        )
        errors = self.wait_for(
            'sum(rate(http_requests_total{http_status=~"5.."}[5s])) / sum(rate(http_requests_total[5s]))', bool
        )
        self.assertAlmostEqual(errors[None, None], 0.5, delta=0.15)

        by_endpoint = "sum by (endpoint, le) (rate(http_request_duration_seconds_bucket[10s]))"
        self.wait_for(
            f"histogram_quantile(0.5, {by_endpoint})",
            lambda quantiles: BUCKET_S[0] < quantiles.get(("/after/{ms}", None), 0) <= BUCKET_S[1]
            and quantiles.get(("/status/{code}", None), 1) < BUCKET_S[0],
        )
        average = self.query(
            'rate(http_request_duration_seconds_sum{endpoint="/after/{ms}"}[10s])'
            ' / rate(http_request_duration_seconds_count{endpoint="/after/{ms}"}[10s])'
        )
        self.assertGreaterEqual(average["/after/{ms}", None], SERVICE_TIME_MS / 1000)

        self.assertEqual(set(self.query("wayside_build_info").values()), {1.0})
        self.assertGreater(self.query("process_resident_memory_bytes")[None, None], 1e6)


if __name__ == "__main__":
    support.unittest.main()
