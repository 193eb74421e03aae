"""The access log: the contents of a line, and a reader that stops reading, which delays no request."""

import datetime
import fcntl
import http.client
import json
import os
import re

import support
from backend import Backend

TRACE = "0af7651916cd43dd8448eb211c80319c"
TIMES = {"duration", "request_sent", "response_head", "overhead"}


class AccessLog(support.TestCase):
    def setUp(self):
        super().setUp()
        backend = Backend()
        self.addCleanup(backend.stop)
        self.backend_url = backend.url

    def start_logging(self, **options):
        return self.start_wayside(
            "--access-log", "json", config="routes: ['/after/{ms}', '/echo']\n", backend=self.backend_url, **options
        )

    def test_a_line_tells_the_exchange(self):
        wayside = self.start_logging()
        before = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=1)
        support.fetch(
            wayside.proxy_port, '/after/30?q="\\', headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-00"}
        )
        line = json.loads(wayside.wait_for_line(r"^\{.*\}$").group(0))
        time = datetime.datetime.fromisoformat(line.pop("time"))
        self.assertTrue(before <= time <= datetime.datetime.now(datetime.UTC), time)
        times = {name: line.pop(name) for name in TIMES}
        self.assertEqual(
            line,
            {
                "client": "127.0.0.1", "method": "GET", "target": '/after/30?q="\\', "route": "/after/{ms}",
                "status": 200, "outcome": "completed", "request_bytes": 0, "response_bytes": 5, "trace_id": TRACE,
            },
        )  # fmt: skip
        self.assertLess(times["request_sent"], times["response_head"])
        self.assertLessEqual(times["response_head"], times["duration"])
        self.assertGreaterEqual(times["duration"], 0.03)
        self.assertLess(times["overhead"], times["duration"])

    def test_the_client_is_the_one_that_trusted_proxies_name(self):
        wayside = self.start_logging()
        support.fetch(wayside.proxy_port, "/echo", headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.9, 10.0.0.2"})
        line = json.loads(wayside.wait_for_line(r"^\{.*\}$").group(0))
        self.assertEqual((line["client"], line["peer"]), ("203.0.113.9", "127.0.0.1"))

    def test_what_goes_wrong_is_in_it(self):
        wayside = self.start_logging()
        connection = http.client.HTTPConnection("127.0.0.1", wayside.proxy_port, timeout=support.TIMEOUT_S)
        self.addCleanup(connection.close)
        connection.putrequest("GET", "/echo", skip_host=True)
        connection.endheaders()
        self.assertEqual(connection.getresponse().status, 400)
        line = json.loads(wayside.wait_for_line(r"^\{.*\}$").group(0))
        self.assertEqual((line["status"], line["outcome"], line["route"]), (400, "missing_host", "unmatched"))

    def test_every_exchange_has_its_line_when_the_process_ends(self):
        wayside = self.start_logging()
        for size in range(20):
            support.fetch(wayside.proxy_port, "/echo", "POST", body=b"x" * size)
        wayside.stop()
        lines = [json.loads(line) for line in re.findall(r"^\{.*\}$", wayside.output, re.MULTILINE)]
        self.assertEqual([line["request_bytes"] for line in lines], list(range(20)))

    def test_a_reader_that_stops_delays_no_request(self):
        read_end, write_end = os.pipe()
        self.addCleanup(os.close, read_end)
        capacity = fcntl.fcntl(write_end, fcntl.F_SETPIPE_SZ, 4096)
        wayside = self.start_logging(stdout=write_end)
        os.close(write_end)
        connection = http.client.HTTPConnection("127.0.0.1", wayside.proxy_port, timeout=support.TIMEOUT_S)
        self.addCleanup(connection.close)
        target = "/after/0?" + "x" * 2000
        # More lines than the pipe and the process's ring hold.
        requests = (2**20 + capacity) // len(target) + 10
        for _ in range(requests):
            connection.request("GET", target)
            self.assertEqual(connection.getresponse().read(), b"late\n")
        dropped = wayside.sample("wayside_access_log_dropped_total")
        self.assertGreater(dropped, 0)
        self.assertLess(dropped, requests)
        wayside.signal(support.signal.SIGTERM)
        self.assertEqual(wayside.wait(), 0)


if __name__ == "__main__":
    support.unittest.main()
