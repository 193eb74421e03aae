"""The metrics as other programs read them: promtool, both parsers of Prometheus' Python client, and a real Prometheus
that stores exemplars. Their numbers are compared with the counts of the test's client."""

import http.client
import http.server
import socket
import subprocess
import threading
import time

import support
from backend import Backend
from prometheus_client import parser as text_parser
from prometheus_client.openmetrics import parser as openmetrics_parser
from prometheus_server import PrometheusServer

ROUTES = "routes: ['/after/{ms}', '/status/{code}']\n"
OPENMETRICS = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2"
TRACE = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{TRACE}-b7ad6b7169203331-01"

PROMETHEUS = """\
global:
  scrape_interval: 1s
scrape_configs:
"""
JOB = """\
  - job_name: {name}
    static_configs:
      - targets: ["127.0.0.1:{port}"]
"""


def parse(page, is_openmetrics):
    """All samples of a page, as {(name, sorted labels): value}; the parser refuses an invalid page."""
    parser = openmetrics_parser if is_openmetrics else text_parser
    samples = {}
    for family in parser.text_string_to_metric_families(page):
        for sample in family.samples:
            key = sample.name, tuple(sorted(sample.labels.items()))
            assert key not in samples, key
            samples[key] = sample.value
    return samples


class TextBridge:
    """Forwards scrapes, and always asks for the text format."""

    def __init__(self, metrics_port):
        bridge = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                page = support.fetch(metrics_port, self.path, headers={"Accept": "text/plain"})
                bridge.scrapes += 1
                self.send_response(page.status)
                self.send_header("Content-Type", page.headers["Content-Type"])
                self.end_headers()
                self.wfile.write(page.body)

            def log_message(self, *_args):
                pass

        self.scrapes = 0
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    @property
    def port(self):
        return self._server.server_address[1]

    def stop(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Exposition(support.TestCase):
    NAMING = "http"

    def setUp(self):
        super().setUp()
        backend = Backend()
        self.addCleanup(backend.stop)
        self.wayside = self.start_wayside("--naming", self.NAMING, config=ROUTES, backend=backend.url)
        self.timings = []
        for _ in range(5):
            for target in ("/after/30", "/status/503"):
                began = time.monotonic()
                support.fetch(self.wayside.proxy_port, target, headers={"traceparent": TRACEPARENT})
                self.timings.append((target, time.monotonic() - began))

    def page(self, accept):
        connection = http.client.HTTPConnection("127.0.0.1", self.wayside.metrics_port, timeout=support.TIMEOUT_S)
        self.addCleanup(connection.close)
        connection.request("GET", "/metrics", headers={"Accept": accept})
        response = connection.getresponse()
        return response.headers["Content-Type"], response.read().decode()

    def promtool(self):
        done = subprocess.run(
            [support.program("promtool"), "check", "metrics"],
            input=self.page("text/plain")[1],
            capture_output=True,
            text=True,
            check=False,
        )
        return (done.stdout + done.stderr).splitlines()


class Http(Exposition):
    def test_three_parsers_agree_with_the_client(self):
        labels = {"endpoint": "/status/{code}", "http_status": "503", "method": "GET"}
        self.wayside.wait_for_sample(5.0, "http_requests_total", **labels)
        self.assertEqual(self.promtool(), [])
        for accept, is_openmetrics in (("text/plain", False), (OPENMETRICS, True)):
            content_type, page = self.page(accept)
            self.assertEqual("openmetrics" in content_type, is_openmetrics)
            samples = parse(page, is_openmetrics)
            self.assertEqual(samples["http_requests_total", tuple(sorted(labels.items()))], 5.0)
            for target, endpoint in (("/after/30", "/after/{ms}"), ("/status/503", "/status/{code}")):
                mine = [seconds for each, seconds in self.timings if each == target]
                series = ("endpoint", endpoint), ("method", "GET")
                self.assertEqual(samples["http_request_duration_seconds_count", series], len(mine))
                # wayside's duration is a part of the client's, but for the time in which its thread had no processor
                # between the last byte and its look at the clock.
                self.assertLess(samples["http_request_duration_seconds_sum", series], sum(mine) + 0.1)
                for (name, of_bucket), value in samples.items():
                    if name == "http_request_duration_seconds_bucket" and ("endpoint", endpoint) in of_bucket:
                        bound = float(dict(of_bucket)["le"])
                        self.assertGreaterEqual(value, sum(seconds <= bound for seconds in mine), of_bucket)

    def start_prometheus(self, scrape_configs):
        server = PrometheusServer(self.folder, PROMETHEUS + scrape_configs, "--enable-feature=exemplar-storage")
        self.addCleanup(server.stop)
        return server

    def test_prometheus_stores_the_exemplars(self):
        prometheus = self.start_prometheus(JOB.format(name="wayside", port=self.wayside.metrics_port))

        def exemplars():
            now = time.time()
            family = "http_request_duration_seconds_bucket"
            data = prometheus.ask("query_exemplars", query=family, start=now - 600, end=now + 60) or []
            return [each["labels"] for series in data for each in series["exemplars"]]

        found = support.wait_until(exemplars, lambda: "Prometheus has an exemplar")
        self.assertIn({"span_id": "b7ad6b7169203331", "trace_id": TRACE}, found)

    def test_prometheus_reads_the_same_in_both_formats(self):
        labels = {"endpoint": "/status/{code}", "http_status": "503", "method": "GET"}
        self.wayside.wait_for_sample(5.0, "http_requests_total", **labels)
        # Prometheus asks for OpenMetrics, which the proxy in between replaces with text.
        bridge = TextBridge(self.wayside.metrics_port)
        self.addCleanup(bridge.stop)
        jobs = {"openmetrics": self.wayside.metrics_port, "text": bridge.port}
        prometheus = self.start_prometheus("".join(JOB.format(name=name, port=of) for name, of in jobs.items()))

        def read(job):
            result = prometheus.ask("query", query=f'{{__name__=~"http_.*",job="{job}"}}')["result"]
            return {
                tuple(sorted((k, v) for k, v in each["metric"].items() if k not in ("job", "instance"))): each["value"][1]
                for each in result
            }

        pages = [support.wait_until(lambda job=job: read(job), lambda: f"{job} was scraped") for job in jobs]
        self.assertEqual(*pages)
        self.assertEqual(pages[0][tuple(sorted({"__name__": "http_requests_total", **labels}.items()))], "5")
        self.assertGreater(bridge.scrapes, 0)


class Flask(Exposition):
    NAMING = "flask"

    def test_promtool_finds_what_is_known_and_nothing_else(self):
        self.wayside.wait_for_sample(
            5.0, "flask_request_count", endpoint="/status/{code}", http_status="503", method="GET"
        )
        self.assertEqual(
            self.promtool(),
            [
                'flask_request_count counter metrics should have "_total" suffix',
                'flask_request_count non-histogram and non-summary metrics should not have "_count" suffix',
            ],
        )

    def test_openmetrics_names_the_counter_as_the_python_client_does(self):
        key = "flask_request_count_total", (("endpoint", "/after/{ms}"), ("http_status", "200"), ("method", "GET"))
        support.wait_until(
            lambda: parse(self.page(OPENMETRICS)[1], True).get(key) == 5.0, lambda: "five requests are counted"
        )


class Otel(Exposition):
    NAMING = "otel"

    def test_durations_have_the_labels_of_the_semantic_conventions(self):
        series = (
            ("error_type", "503"), ("http_request_method", "GET"), ("http_response_status_code", "503"),
            ("http_route", "/status/{code}"), ("network_protocol_version", "1.1"), ("url_scheme", "http"),
        )
        key = "http_server_request_duration_seconds_count", series
        support.wait_until(
            lambda: parse(self.page(OPENMETRICS)[1], True).get(key) == 5.0, lambda: "five requests are counted"
        )
        self.assertEqual(self.promtool(), [])

    def test_scheme_and_version_are_those_of_the_client(self):
        with socket.create_connection(("127.0.0.1", self.wayside.proxy_port), timeout=support.TIMEOUT_S) as client:
            client.sendall(b"GET /status/204 HTTP/1.0\r\nX-Forwarded-Proto: https\r\n\r\n")
            self.assertIn(b" 204 ", client.recv(4096))
        labels = {"http_request_method": "GET", "http_route": "/status/{code}", "url_scheme": "https"}
        self.wayside.wait_for_sample(
            1.0,
            "http_server_request_duration_seconds_count",
            http_response_status_code="204",
            network_protocol_version="1.0",
            **labels,
        )
        self.wayside.wait_for_sample(0.0, "http_server_active_requests", **labels)
        self.assertEqual(self.promtool(), [])


if __name__ == "__main__":
    support.unittest.main()
