"""The dashboards of config/grafana and the rules of config/prometheus, at a real Prometheus that scrapes wayside: every query
returns data. promtool runs the unit tests of the rules, and the dashboards have the form that Grafana reads."""

import contextlib
import json
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import unittest

import support
from backend import refusing_url
from prometheus_server import PrometheusServer, scrape_config

GRAFANA = support.SOURCE / "config" / "grafana"
PROMETHEUS = support.SOURCE / "config" / "prometheus"
GENERATOR = "dashboards.py"
GRID_WIDTH = 24


def dashboards():
    return {file.stem: json.loads(file.read_text()) for file in sorted(GRAFANA.glob("*.json"))}


def all_in(dashboard):
    """All panels, and the rows, which are panels to Grafana; a collapsed row holds its own."""
    for panel in dashboard["panels"]:
        yield from (panel, *panel.get("panels", []))


def panels_in(dashboard):
    return (panel for panel in all_in(dashboard) if panel["type"] != "row")


def run(*command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, timeout=280)
    return done.returncode, done.stdout + done.stderr


class Generator(support.TestCase):
    def test_the_dashboards_are_what_it_writes(self):
        self.assertEqual(run(sys.executable, GRAFANA / GENERATOR, "--check"), (0, ""))

    def test_it_finds_a_dashboard_that_was_changed_by_hand(self):
        copy = self.folder / "grafana"
        shutil.copytree(GRAFANA, copy)
        changed = copy / "wayside-service.json"
        changed.write_text(changed.read_text().replace("0.99", "0.98"))
        status, output = run(sys.executable, copy / GENERATOR, "--check")
        self.assertEqual((status, output), (1, "not up to date: wayside-service.json; run dashboards.py\n"))
        self.assertEqual(run(sys.executable, copy / GENERATOR), (0, ""))
        self.assertEqual(run(sys.executable, copy / GENERATOR, "--check"), (0, ""))


class Form(unittest.TestCase):
    """What Grafana needs of a dashboard, and what a reader does."""

    def setUp(self):
        self.dashboards = dashboards()
        self.assertEqual(list(self.dashboards), ["wayside-endpoint", "wayside-service"])

    def test_each_panel_is_complete(self):
        for name, dashboard in self.dashboards.items():
            self.assertEqual(dashboard["uid"], name)
            numbers = [panel["id"] for panel in all_in(dashboard)]
            self.assertEqual(len(numbers), len(set(numbers)), name)
            for panel in panels_in(dashboard):
                with self.subTest(name, panel=panel["title"]):
                    self.assertIn(panel["type"], ("timeseries", "stat", "table", "heatmap", "bargauge"))
                    self.assertRegex(panel["description"], r"\.$")
                    self.assertTrue(panel["fieldConfig"]["defaults"]["unit"])
                    letters = [target["refId"] for target in panel["targets"]]
                    self.assertTrue(letters)
                    self.assertEqual(len(letters), len(set(letters)))
                    for each in (panel, *panel["targets"]):
                        self.assertEqual(each["datasource"], {"type": "prometheus", "uid": "${datasource}"})
                    for target in panel["targets"]:
                        self.assertNotEqual(target["instant"], target["range"])

    def test_each_panel_has_its_own_place(self):
        for name, dashboard in self.dashboards.items():
            taken = {}
            for panel in all_in(dashboard):
                at = panel["gridPos"]
                self.assertLessEqual(at["x"] + at["w"], GRID_WIDTH, panel["title"])
                for x in range(at["x"], at["x"] + at["w"]):
                    for y in range(at["y"], at["y"] + at["h"]):
                        self.assertNotIn((x, y), taken, f"{name}: {panel['title']} and {taken.get((x, y))}")
                        taken[x, y] = panel["title"]

    def test_queries_use_the_variables_and_no_fixed_interval(self):
        for name, dashboard in self.dashboards.items():
            variables = {variable["name"] for variable in dashboard["templating"]["list"]}
            for panel in panels_in(dashboard):
                for target in panel["targets"]:
                    with self.subTest(name, panel=panel["title"], expr=target["expr"]):
                        self.assertIn('job=~"$job"', target["expr"])
                        used = set(re.findall(r"\$(\w+)", target["expr"])) - {"__rate_interval", "__range"}
                        self.assertLessEqual(used, variables)
                        self.assertNotRegex(target["expr"], r"\[\d+[smhdwy]")

    def test_links_keep_the_time_and_the_variables(self):
        for name, dashboard in self.dashboards.items():
            (link,) = dashboard["links"]
            self.assertTrue(link["keepTime"] and link["includeVars"], name)
            self.assertLessEqual(set(link["tags"]), set(dashboard["tags"]))
            urls = re.findall(r'"url": "(/d/[^"]+)"', json.dumps(dashboard))
            self.assertTrue(urls)
            for url in urls:
                self.assertIn(re.match(r"/d/([\w-]+)\?", url).group(1), self.dashboards)
                for part in ("${__url_time_range}", "${datasource:queryparam}", "${job:queryparam}", "${instance:queryparam}"):
                    self.assertIn(part, url)

    def test_the_compose_demo_shows_them(self):
        compose = (support.SOURCE / "docker" / "docker-compose.yml").read_text()
        self.assertIn("../config/grafana:/var/lib/grafana/dashboards:ro\n", compose)
        home = re.search(r"DEFAULT_HOME_DASHBOARD_PATH: /var/lib/grafana/dashboards/([\w-]+)\.json\n", compose)
        self.assertIn(home.group(1), self.dashboards)
        self.assertIn("../config/prometheus:/config/prometheus:ro\n", compose)


class Rules(unittest.TestCase):
    def promtool(self, *words):
        status, output = run(support.program("promtool"), *words)
        self.assertEqual(status, 0, output)

    def test_promtool_accepts_the_example_and_its_rules(self):
        self.promtool("check", "config", PROMETHEUS / "prometheus.yml")

    def test_every_alert_fires_when_it_should_and_only_then(self):
        self.promtool("test", "rules", PROMETHEUS / "alerts_test.yml")
        alerts = set(re.findall(r"- alert: (\w+)", (PROMETHEUS / "alerts.yml").read_text()))
        tests = (PROMETHEUS / "alerts_test.yml").read_text()
        fire = re.findall(r"- alertname: (\w+)\n +eval_time: \w+\n +exp_alerts:\n(?:.*\n){1,3} +exp_annotations:", tests)
        self.assertEqual(set(fire), alerts)


# The instance whose backend answers has all histograms and an objective for its routes.
CONFIG = """\
metrics: {histograms: [backend_ttfb, queue, request_size, response_size]}
routes:
  - {path: /, slo: 300ms}
  - {path: "/users/{id}", slo: 300ms}
  - "/orders/{order}/items/{item}"
  - /slow
  - /flaky
  - /events
  - /download
"""

# The other instance has no backend, and room for the endpoint "overflow" alone: an alert fires.
NO_ROOM = "metrics: {max_series: 327}\n"


class Visitors:
    """Clients that do what the visitors of --demo do not: streams, bodies, and leaving early. A round takes a second, since so
    long a client waits for the second event of its stream."""

    def __init__(self, serving_port, failing_port):
        self._serving, self._failing = serving_port, failing_port
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._visit)
        self._thread.start()

    def stop(self):
        self._over.set()
        self._thread.join()

    def _visit(self):
        while not self._over.is_set():
            with self._ask(self._serving, "GET /events"):
                self._watch_a_stream()
                with self._ask(self._serving, "GET /slow"):
                    pass
            support.fetch(self._serving, "/users/7", "POST", b"hello", {"X-Request-Start": f"t={time.time() - 0.01:.6f}"})
            support.fetch(self._serving, "/", headers={"Host": "a b"})
            support.fetch(self._failing, "/users/7")

    @staticmethod
    @contextlib.contextmanager
    def _ask(port, request):
        with socket.create_connection(("127.0.0.1", port), timeout=support.TIMEOUT_S) as client:
            client.sendall(f"{request} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            yield client

    def _watch_a_stream(self):
        with self._ask(self._serving, "GET /events") as client, client.makefile("rb") as events:
            while b"data: 2" not in events.readline():
                pass


def escaped(value):
    """A value of a variable as Grafana puts it into a regular expression of a query."""
    return re.sub(r"[$^*{}\[\]'+?.()|]", r"\\\\\g<0>", value.replace("\\", "\\\\\\\\"))


def chosen(values):
    """Several values of a variable, as Grafana writes them."""
    return f"({'|'.join(map(escaped, values))})"


class Queries(support.TestCase):
    def setUp(self):
        super().setUp()
        serving = self.start_wayside("--demo", config=CONFIG)
        failing = self.start_wayside(config=NO_ROOM, backend=self.enterContext(refusing_url()))
        visitors = Visitors(serving.proxy_port, failing.proxy_port)
        self.addCleanup(visitors.stop)

        # A rule is due once a minute, and is here once a second.
        rules, due_often = re.subn(r"interval: 1m\n", "interval: 1s\n", (PROMETHEUS / "rules.yml").read_text())
        self.assertGreater(due_often, 0)
        (self.folder / "rules.yml").write_text(rules)
        shutil.copy(PROMETHEUS / "alerts.yml", self.folder)
        config = scrape_config(serving.metrics_port, failing.metrics_port, job="shop", rules=("rules.yml", "alerts.yml"))
        self.prometheus = PrometheusServer(self.folder, config)
        self.addCleanup(self.prometheus.stop)

    def expect_data(self, expression):
        """Waits for a series with a number: rates need a few scrapes. What stands for nothing is no data."""
        expression = expression.removesuffix(" or vector(0)")

        def result():
            return self.prometheus.ask("query", query=expression)["result"]

        support.wait_until(
            lambda: any(series["value"][1] != "NaN" for series in result()),
            lambda: f"{expression} returns data; it returns {result()}",
        )

    def values_of(self, variable, substitute):
        """The values of a variable, for which Prometheus is asked as Grafana does it."""
        series, label = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"]["query"]).groups()
        matching = {"match[]": substitute(series)}
        return support.wait_until(
            lambda: self.prometheus.ask(f"label/{label}/values", **matching), f"the variable {variable['name']} has values"
        )

    def check(self, dashboard, choose):
        """Expects data of each query, with what `choose` makes of the values of each variable."""
        texts = {"__rate_interval": "10s", "__range": "1m"}

        def substitute(text):
            return re.sub(r"\$(\w+)", lambda found: texts[found.group(1)], text)

        for variable in dashboard["templating"]["list"]:
            if variable["type"] == "query":
                texts[variable["name"]] = choose(variable, self.values_of(variable, substitute))
        for panel in panels_in(dashboard):
            for target in panel["targets"]:
                with self.subTest(dashboard["uid"], panel=panel["title"], query=target["refId"]):
                    self.expect_data(substitute(target["expr"]))
        return texts

    def wait_for_rules(self):
        """All rules, evaluated."""

        def rules():
            return [rule for group in self.prometheus.ask("rules")["groups"] for rule in group["rules"]]

        support.wait_until(lambda: all(rule["health"] == "ok" for rule in rules()), lambda: f"all rules are evaluated: {rules()}")
        return rules()

    def test_every_query_returns_data(self):
        for dashboard in dashboards().values():
            self.check(dashboard, lambda variable, _values: variable["allValue"])
            texts = self.check(dashboard, lambda _variable, values: chosen(values))
            self.assertEqual(texts["job"], "(shop)")
            self.assertIn(r"|/users/\\{id\\}|", texts["endpoint"])

        rules = self.wait_for_rules()
        self.assertTrue(rules)
        for rule in rules:
            with self.subTest(rule["name"]):
                if rule["type"] == "recording":
                    self.expect_data(rule["name"])
                else:
                    self.assertEqual(rule["annotations"].keys(), {"summary", "description", "runbook"})
                    self.assertIn(rule["labels"]["severity"], ("critical", "warning"))


if __name__ == "__main__":
    support.unittest.main()
