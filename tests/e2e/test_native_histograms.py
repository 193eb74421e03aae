"""Native histograms: a real Prometheus scrapes them and finds the quantiles that clocks around wayside measured.

wayside's duration of a request is at most the client's and at least the backend's. The two clocks agree where the
machine has nothing else to do, and include the waits for the processor where it has.
"""

import asyncio
import math
import random
import statistics
import time

import support
from prometheus_server import PrometheusServer, scrape_config

WAYSIDE = "routes: ['/after/{microseconds}']\nmetrics: {native_histograms: true}\n"

PROTOBUF = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"

QUANTILES = (0.5, 0.99, 0.999)
DURATIONS = 'http_request_duration_seconds{endpoint="/after/{microseconds}"}'
COUNT = 'http_request_duration_seconds_count{endpoint="/after/{microseconds}"}'

REQUESTS = 1000
CONNECTIONS = 20
MEDIAN_S = 0.12
SPREAD = 0.7


def service_times():
    """A log-normal distribution, as those of many services are: a 99.9th percentile of nearly nine medians."""
    normal = statistics.NormalDist(math.log(MEDIAN_S), SPREAD)
    times = [math.exp(normal.inv_cdf((i + 0.5) / REQUESTS)) for i in range(REQUESTS)]
    random.Random(18).shuffle(times)
    return times


async def serve(reader, writer, served):
    """The backend: it answers /after/1500 after 1500 µs, and appends what that took."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            started = time.perf_counter()
            await asyncio.sleep(int(head.split()[1].rpartition(b"/")[2]) / 1e6)
            served.append(time.perf_counter() - started)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
        writer.close()


async def visit(port, times, measured):
    """Takes service times until there are none left, and appends what each request took by this clock."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while times:
        request = b"GET /after/%d HTTP/1.1\r\nHost: shop\r\n\r\n" % round(times.pop() * 1e6)
        started = time.perf_counter()
        writer.write(request)
        await reader.readuntil(b"\r\n\r\n")
        measured.append(time.perf_counter() - started)
    writer.close()


def quantile(sorted_values, q):
    return sorted_values[math.ceil(q * len(sorted_values)) - 1]


class NativeHistograms(support.TestCase):
    def test_quantiles_are_those_of_the_clocks_around_wayside(self):
        served, measured = map(sorted, asyncio.run(self.measure()))
        for q in QUANTILES:
            found = self.query(self.native, f"histogram_quantile({q}, sum({DURATIONS}))")
            self.assertGreater(found, 0.95 * quantile(served, q), f"p{100 * q:g}")
            self.assertLess(found, 1.05 * quantile(measured, q), f"p{100 * q:g}")
        # What docs/metrics.md says of dashboards and rules.
        for suffix in ("bucket", "count", "sum"):
            self.assertIsNone(self.query(self.native, f"sum(http_request_duration_seconds_{suffix})"))
            self.assertIsNotNone(self.query(self.native, f"sum(wayside_overhead_seconds_{suffix})"))
        self.assertIsNotNone(self.query(self.native, 'sum(wayside_overhead_seconds_bucket{le="0.001"})'))

    async def measure(self):
        served, measured = [], []
        backend = await asyncio.start_server(lambda reader, writer: serve(reader, writer, served), "127.0.0.1", 0)
        port = backend.sockets[0].getsockname()[1]
        wayside = self.start_wayside(config=WAYSIDE, backend=f"http://127.0.0.1:{port}")
        self.native = self.start_prometheus(wayside, "native", "--enable-feature=native-histograms")
        self.classic = self.start_prometheus(wayside, "classic")
        times = service_times()
        await asyncio.gather(*(visit(wayside.proxy_port, times, measured) for _ in range(CONNECTIONS)))
        backend.close()
        self.wait_for(self.native, f"histogram_count(sum({DURATIONS}))", REQUESTS)
        self.wait_for(self.classic, f"sum({COUNT})", REQUESTS)
        return served, measured

    def test_only_scrapes_that_ask_for_protobuf_get_it(self):
        wayside = self.start_wayside(config=WAYSIDE)
        answer = support.fetch(wayside.metrics_port, "/metrics", headers={"Accept": PROTOBUF})
        self.assertEqual(
            answer.headers["Content-Type"],
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited",
        )
        self.assertIn(b"http_request_duration_seconds", answer.body)
        self.assertTrue(support.fetch(wayside.metrics_port, "/metrics").text.startswith("# HELP"))

    def test_without_the_setting_there_is_no_protobuf(self):
        wayside = self.start_wayside(config="routes: [/]\n")
        answer = support.fetch(wayside.metrics_port, "/metrics", headers={"Accept": PROTOBUF})
        self.assertTrue(answer.headers["Content-Type"].startswith("text/plain"))

    def start_prometheus(self, wayside, name, *options):
        folder = self.folder / name
        folder.mkdir()
        prometheus = PrometheusServer(folder, scrape_config(wayside.metrics_port), *options)
        self.addCleanup(prometheus.stop)
        return prometheus

    @staticmethod
    def query(prometheus, expression):
        """The value of an instant query with one series; None without one."""
        result = prometheus.ask("query", query=expression)["result"]
        return float(result[0]["value"][1]) if result else None

    def wait_for(self, prometheus, expression, value):
        support.wait_until(
            lambda: self.query(prometheus, expression) == value,
            lambda: f"{expression} is {value}; it is {self.query(prometheus, expression)}",
        )


if __name__ == "__main__":
    support.unittest.main()
