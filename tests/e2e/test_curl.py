"""curl through wayside: the requests of the most common client, and their responses."""

import hashlib
import json
import subprocess
import unittest

import support
from backend import Backend, pattern

BIG = 20_000_000


class Curl(support.TestCase):
    def setUp(self):
        super().setUp()
        self.backend = Backend()
        self.addCleanup(self.backend.stop)
        self.wayside = self.start_wayside(backend=self.backend.url)

    def url(self, target):
        return f"http://127.0.0.1:{self.wayside.proxy_port}{target}"

    def curl(self, target, *options, data=None):
        """Runs curl to its end: (its output on stdout, on stderr)."""
        done = subprocess.run(
            [support.program("curl"), "--silent", "--show-error", "--max-time", "30", self.url(target), *options],
            input=data,
            stdin=subprocess.DEVNULL if data is None else None,
            capture_output=True,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout, done.stderr.decode()

    def test_two_requests_share_a_connection(self):
        write_out = "%{http_version} %{http_code} %{num_connects}\n"
        to_nowhere = ["--output", "/dev/null"]
        out, _ = self.curl("/bytes/5", "--write-out", write_out, *to_nowhere, *to_nowhere, self.url("/bytes/5"))
        self.assertEqual(out.decode().splitlines(), ["1.1 200 1", "1.1 200 0"])
        self.assertEqual(self.backend.connections, 1, "and so do they on the way to the backend")

    def test_fields_pass_in_order_and_the_forwarded_ones_are_added(self):
        fields = ["X-b: 2", "x-A: 1", "X-b: 3"]
        options = [word for field in fields for word in ("--header", field)]
        out, _ = self.curl("/echo?q=a%20b&&", *options)
        seen = json.loads(out)
        self.assertEqual(seen["target"], "/echo?q=a%20b&&")
        sent = [f"{name}: {value}" for name, value in seen["headers"] if name.lower() in ("x-a", "x-b")]
        self.assertEqual(sent, fields)
        received = dict(seen["headers"])
        host = f"127.0.0.1:{self.wayside.proxy_port}"
        self.assertEqual(received["Host"], host)
        self.assertEqual(received["X-Forwarded-For"], "127.0.0.1")
        self.assertEqual(received["X-Forwarded-Proto"], "http")
        self.assertEqual(received["X-Forwarded-Host"], host)

    def test_fields_of_one_hop_end_here(self):
        out, _ = self.curl("/echo", "--header", "Connection: keep-alive, X-Hop", "--header", "X-Hop: 1")
        names = [name.lower() for name, _ in json.loads(out)["headers"]]
        self.assertNotIn("x-hop", names)

    def test_http_1_0_is_served(self):
        out, _ = self.curl("/bytes/1000", "--http1.0")
        self.assertEqual(out, pattern(1000))

    def test_a_chunked_answer_reaches_an_http_1_0_client_without_chunks(self):
        out, _ = self.curl("/chunked/200000", "--http1.0")
        self.assertEqual(out, pattern(200_000))

    def test_head_has_the_fields_and_no_body(self):
        out, _ = self.curl("/bytes/1000", "--head")
        self.assertIn(b"\r\nContent-Length: 1000\r\n", out)
        self.assertTrue(out.endswith(b"\r\n\r\n"))

    def test_204_and_304_have_no_body_and_keep_the_connection(self):
        for status in ("204", "304"):
            after = self.url("/bytes/3")
            out, _ = self.curl(f"/status/{status}", "--write-out", "|%{http_code} %{num_connects}|", after)
            self.assertEqual(out, b"|%s 1|" % status.encode() + pattern(3) + b"|200 0|")

    def test_an_upload_waits_for_100_continue(self):
        body = pattern(3_000_000)
        out, log = self.curl(
            *("/echo", "--verbose", "--expect100-timeout", "25"),
            *("--upload-file", "-", "--header", "Expect: 100-continue"),
            *("--header", f"Content-Length: {len(body)}", "--header", "Transfer-Encoding:"),
            data=body,
        )
        self.assertIn("< HTTP/1.1 100 Continue", log)
        seen = json.loads(out)
        self.assertEqual((seen["method"], seen["length"]), ("PUT", len(body)))
        self.assertEqual(seen["md5"], hashlib.md5(body).hexdigest())

    def test_a_chunked_upload_arrives_whole(self):
        body = pattern(3_000_000)
        chunked = ["--header", "Transfer-Encoding: chunked"]
        out, log = self.curl("/echo", "--verbose", "--upload-file", "-", *chunked, data=body)
        self.assertIn("> Transfer-Encoding: chunked", log)
        seen = json.loads(out)
        self.assertEqual((seen["length"], seen["md5"]), (len(body), hashlib.md5(body).hexdigest()))

    def test_every_method_passes(self):
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            out, _ = self.curl("/echo", "--request", method)
            self.assertEqual(json.loads(out)["method"], method)

    def test_big_downloads_arrive_byte_for_byte(self):
        expected = hashlib.md5(pattern(BIG)).hexdigest()
        for kind in ("bytes", "chunked"):
            out, _ = self.curl(f"/{kind}/{BIG}")
            self.assertEqual(hashlib.md5(out).hexdigest(), expected, kind)

    def test_events_arrive_one_by_one(self):
        curl = self.start(support.program("curl"), "--silent", "--no-buffer", self.url("/events"))
        for number in range(3):
            self.backend.send_event(number)  # the next one is sent only when this one has come through
            curl.wait_for_line(f"^data: {number}$")
        self.backend.end_events()
        self.assertEqual(curl.wait(), 0)


if __name__ == "__main__":
    unittest.main()
