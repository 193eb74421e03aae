"""A real Flask application behind wayside, and the metrics its users know from flask_prometheus."""

import json
import re
import sys
from pathlib import Path

import support

CONFIG = """\
routes:
  - /
  - /users
  - /users/{id}
  - /stream
  - /broken
"""

BOUNDS = "0.005 0.01 0.025 0.05 0.075 0.1 0.25 0.5 0.75 1.0 2.5 5.0 7.5 10.0 +Inf".split()


class Flask(support.TestCase):
    def setUp(self):
        super().setUp()
        app = self.start(sys.executable, Path(__file__).with_name("flask_app.py"))
        url = app.wait_for_line(r"Running on (http://127\.0\.0\.1:\d+)").group(1)
        self.wayside = self.start_wayside("--naming", "flask", config=CONFIG, backend=url)
        self.port = self.wayside.proxy_port

    def flask_lines(self):
        return [line for line in self.wayside.metrics().splitlines() if "flask_request" in line]

    def test_four_hellos_print_the_lines_of_the_python_extension(self):
        for _ in range(4):
            response = support.fetch(self.port, "/")
            self.assertEqual((response.status, response.text), (200, "Hello, World!"))
        self.wayside.wait_for_sample(4.0, "flask_request_count", endpoint="/", method="GET", http_status="200")

        series = 'flask_request_latency_seconds_%s{endpoint="/",%smethod="GET"} '
        expected = [
            "# HELP flask_request_count Flask Request Count",
            "# TYPE flask_request_count counter",
            'flask_request_count{endpoint="/",http_status="200",method="GET"} 4.0',
            "# HELP flask_request_latency_seconds Flask Request Latency",
            "# TYPE flask_request_latency_seconds histogram",
            *(series % ("bucket", f'le="{bound}",') for bound in BOUNDS),
            series % ("count", "") + "4.0",
            series % ("sum", ""),
        ]
        lines = self.flask_lines()
        values = [line.rpartition(" ")[2] for line in lines if "_bucket{" in line]
        # Every line is compared literally, except the values of buckets and sum, which depend on the machine.
        self.assertEqual([re.sub(r'(_(?:bucket|sum)\{.*\} ).*', r"\1", line) for line in lines], expected)
        self.assertEqual(values, sorted(values, key=float), "buckets are cumulative")
        self.assertEqual(values[-1], "4.0")
        self.assertTrue(all(re.fullmatch(r"[0-4]\.0", value) for value in values), values)
        self.assertRegex(lines[-1].rpartition(" ")[2], r"^\d+\.\d+(e-\d+)?$")
        self.assertGreater(float(lines[-1].rpartition(" ")[2]), 0)

    def test_users_are_labelled_by_template(self):
        for user in (1, 2, 3):
            response = support.fetch(self.port, f"/users/{user}?verbose=1")
            self.assertEqual(json.loads(response.body), {"user": user})
        labels = {"endpoint": "/users/{id}", "method": "GET", "http_status": "200"}
        self.wayside.wait_for_sample(3.0, "flask_request_count", **labels)
        self.assertNotIn("/users/1", self.wayside.metrics())

    def test_posted_json_arrives(self):
        body = json.dumps({"name": "Zoë"})
        response = support.fetch(self.port, "/users", "POST", body.encode(), {"Content-Type": "application/json"})
        self.assertEqual((response.status, json.loads(response.body)), (201, {"name": "Zoë"}))
        labels = {"endpoint": "/users", "method": "POST", "http_status": "201"}
        self.wayside.wait_for_sample(1.0, "flask_request_count", **labels)

    def test_the_apps_own_errors_pass_and_are_told_apart_by_status(self):
        self.assertEqual(support.fetch(self.port, "/nowhere").status, 404)
        self.assertEqual(support.fetch(self.port, "/users/not-a-number").status, 404)
        self.assertEqual(support.fetch(self.port, "/broken").status, 500)
        for endpoint, status in (("unmatched", "404"), ("/users/{id}", "404"), ("/broken", "500")):
            labels = {"endpoint": endpoint, "method": "GET", "http_status": status}
            self.wayside.wait_for_sample(1.0, "flask_request_count", **labels)

    def test_a_redirect_is_passed_on_and_not_followed(self):
        response = support.fetch(self.port, "/old")
        self.assertEqual((response.status, response.headers["Location"]), (302, "/users/1"))

    def test_cookies_pass_both_ways(self):
        response = support.fetch(self.port, "/login")
        self.assertEqual(
            response.headers.get_all("Set-Cookie"), ["session=abc; HttpOnly; Path=/", "theme=dark; Path=/"]
        )
        seen = json.loads(support.fetch(self.port, "/whoami", headers={"Cookie": "theme=dark; session=abc"}).body)
        self.assertEqual(seen["session"], "abc")

    def test_the_app_sees_the_host_the_client_asked_for_and_the_client(self):
        seen = json.loads(support.fetch(self.port, "/whoami", headers={"Host": "shop.example"}).body)
        self.assertEqual((seen["host"], seen["forwarded_for"]), ("shop.example", "127.0.0.1"))

    def test_a_streamed_body_arrives_whole(self):
        response = support.fetch(self.port, "/stream")
        self.assertEqual(response.text, "".join(f"line {number}\n" for number in range(1000)))


if __name__ == "__main__":
    support.unittest.main()
