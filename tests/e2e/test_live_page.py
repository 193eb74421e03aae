"""The live page of the daemon itself, in Chromium: how it is served, and its numbers against the client's ledger."""

import gzip
import os
import re
import unittest
from pathlib import Path

import support
from canned_backend import CannedBackend
from chromium import Chromium

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
COMPRESSED_LIMIT = 100 * 1024
HOSTILE = ["/<script>document.title='owned'</script>", "/%E2%80%AEgnp.exe", "/%D7%A9%D7%9C%D7%95%D7%9D", "/x" + "y" * 8000]


def answer_to(head):
    """/status/404 is answered with 404, and everything else with 200."""
    found = re.match(rb"[A-Z]+ /status/(\d{3})", head)
    return b"HTTP/1.1 %s X\r\nContent-Length: 2\r\n\r\nok" % (found.group(1) if found else b"200")


class Served(support.TestCase):
    """What a client gets, without a browser."""

    def setUp(self):
        super().setUp()
        backend = CannedBackend()
        self.addCleanup(backend.close)
        self.port = self.start_wayside(backend=backend.url).metrics_port

    def get(self, target, **headers):
        return support.fetch(self.port, target, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def test_a_browser_gets_the_page_and_may_run_nothing_else(self):
        page = self.get("/", **BROWSER)
        self.assertEqual(page.status, 200)
        self.assertEqual(page.headers["Content-Type"], "text/html; charset=utf-8")
        self.assertEqual(page.headers["Cache-Control"], "no-cache")
        self.assertEqual(page.headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        policy = page.headers["Content-Security-Policy"]
        self.assertTrue(policy.startswith("default-src 'none'; script-src 'self';"), policy)
        self.assertNotIn("unsafe", policy)

    def test_all_of_it_is_small_and_on_this_listener(self):
        page = self.get("/", **BROWSER).text
        size = 0
        seen = set()
        waiting = re.findall(r'(?:src|href)="(page/[^"]+)"', page)
        self.assertIn("page/main.js", waiting)
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            file = self.get("/" + name, Accept_Encoding="gzip")
            self.assertEqual(file.status, 200, name)
            self.assertEqual(file.headers["Content-Encoding"], "gzip")
            size += len(file.body)
            text = gzip.decompress(file.body).decode()
            waiting += [f"page/{module}" for module in re.findall(r'from "\./([^"]+)"', text)]
            self.assertNotRegex(text.replace("http://www.w3.org/2000/svg", ""), r"https?://", name)
        self.assertLess(size, COMPRESSED_LIMIT)

    def test_what_the_browser_has_is_not_sent_again(self):
        etag = self.get("/page/style.css").headers["ETag"]
        again = self.get("/page/style.css", If_None_Match=etag)
        self.assertEqual((again.status, again.body, again.headers["ETag"]), (304, b"", etag))

    def test_the_routes_lead_a_browser_to_the_page(self):
        redirect = self.get("/routes", **BROWSER)
        self.assertEqual((redirect.status, redirect.headers["Location"]), (302, "/"))
        self.assertEqual(self.get("/routes", Accept="*/*").headers["Content-Type"], "application/json")


class WithTraffic(support.TestCase):
    """Numbers of real requests, which the test has counted itself."""

    CONFIG = "routes: ['/users/{id}', '/status/{code}', /never]\nunmatched: fold\n"

    def setUp(self):
        super().setUp()
        backend = CannedBackend(answer_to)
        self.addCleanup(backend.close)
        self.backend = backend
        self.wayside = self.start_wayside(config=self.CONFIG, backend=backend.url)
        self.browser = Chromium(self)
        self.browser.resize(1440, 900)

    def send(self, *targets):
        for target in targets:
            support.fetch(self.wayside.proxy_port, target)

    def open(self, state=""):
        self.browser.open(f"http://127.0.0.1:{self.wayside.metrics_port}/{state}")
        self.wait_for_text("[data-connection-text]", "Live")

    def wait_for_text(self, selector, expected):
        """`expected` is the beginning of the text."""
        support.wait_until(
            lambda: (self.browser.text(selector) or "").startswith(expected),
            lambda: f"{selector} shows {expected!r}: it shows {self.browser.text(selector)!r}; log: {self.browser.log()}",
        )

    def cells(self):
        """The texts of the rows by label: {label: {column: text}}."""
        return self.browser.run(
            "return Object.fromEntries([...document.querySelectorAll('[data-table] tbody:not(.fold, .message)')].map(row =>"
            " [row.querySelector('.label').textContent, Object.fromEntries([...row.querySelectorAll('tr:first-child > td')]"
            ".map(cell => [cell.className.split(' ')[0].slice(2), cell.textContent]))]))"
        )

    def screenshot(self, name):
        self.browser.screenshot(Path(os.environ.get("WAYSIDE_SCREENSHOTS") or self.folder) / f"{name}.png")

    def test_the_numbers_are_those_of_the_clients_ledger(self):
        ledger = {"/users/1": 40, "/users/2": 23, "/status/404": 7, "/status/503": 5, "/nowhere": 3}
        self.open()
        for target, number in ledger.items():
            self.send(*[target] * number)
        self.wait_for_text('[data-field="requests"]', f"{sum(ledger.values())} in ")
        self.wait_for_text('[data-field="statuses"]', "5 × 5xx, 7 × 4xx")
        rows = self.cells()
        labels = self.browser.texts("[data-table] tbody:not(.fold, .message) .label")
        self.assertEqual(labels, ["/users/{id}", "/status/{code}", "unmatched"], "the busiest first")
        self.assertEqual((rows["/status/{code}"]["4xx"], rows["/status/{code}"]["5xx"]), ("7", "5"))
        self.assertEqual(rows["/users/{id}"]["5xx"], "0")
        self.assertRegex(rows["/users/{id}"]["p95"], r"^(<\u202f)?[\d.]+\u202f(µs|ms|s)$")
        self.assertEqual(self.browser.text(".fold .opener"), "1 route without a request")
        self.assertEqual(self.browser.log(), [])
        self.screenshot("daemon")

    def test_a_row_opens_into_its_status_codes_and_latencies(self):
        self.send(*["/users/1"] * 9, *["/status/404"] * 2)
        self.open("#open=%2Fusers%2F%7Bid%7D")
        support.wait_until(lambda: self.browser.is_shown(".details .grid"), "the details are there")
        self.assertEqual(self.browser.texts(".details section:has(.number) td")[:4], ["GET", "200", "9", "9"])
        self.assertGreater(self.browser.run("return document.querySelectorAll('.bars rect:not(.space)[height]:not([height=\"0\"])').length"), 0)
        self.screenshot("daemon-open-row")

    def test_unmatched_paths_come_with_a_template(self):
        self.send("/orders/4711", "/orders/4712")
        self.open()
        self.wait_for_text('[data-list="unmatched"] .first bdi', "/orders/{id}")

    def test_hostile_paths_stay_texts(self):
        self.send(*(target.replace("<", "%3C").replace(">", "%3E") for target in HOSTILE))
        self.open()
        self.wait_for_text('[data-list="unmatched"] li', "/")
        self.assertNotIn("owned", self.browser.run("return document.title"))
        width, room = self.browser.run("return [document.documentElement.scrollWidth, innerWidth]")
        self.assertLessEqual(width, room)
        self.assertEqual(self.browser.log(), [])

    def test_a_restarted_daemon_is_found_again(self):
        self.send(*["/users/1"] * 5)
        self.open()
        self.wait_for_text('[data-field="requests"]', "5 in ")
        port = self.wayside.metrics_port
        self.wayside.stop()
        self.wait_for_text("[data-connection-text]", "No answer since ")
        self.assertTrue(self.browser.is_shown("[data-banner]"))
        self.wayside = support.Wayside(
            self.folder, "--listen", "127.0.0.1:0", "--metrics-listen", f"127.0.0.1:{port}",
            config=self.CONFIG, configures_listeners=True, backend=self.backend.url,
        )  # fmt: skip
        self.addCleanup(self.wayside.stop)
        self.wait_for_text("[data-connection-text]", "Live")
        self.wait_for_text('[data-field="requests"]', "0 in ")
        self.send("/users/1")
        self.wait_for_text('[data-field="requests"]', "1 in ")


if __name__ == "__main__":
    unittest.main()
