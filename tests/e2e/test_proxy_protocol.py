"""The PROXY protocol, as HAProxy, nginx and curl speak it, and other protocols on a port of HTTP/1.1."""

import json
import re
import socket
import subprocess
import unittest

import support

HAPROXY = """
defaults
  mode tcp
  timeout connect 5s
  timeout client 20s
  timeout server 20s
listen v1
  bind 127.0.0.1:{v1}
  server wayside 127.0.0.1:{port} send-proxy
listen v2
  bind 127.0.0.1:{v2}
  server wayside 127.0.0.1:{port} send-proxy-v2
listen checked
  bind 127.0.0.1:{checked}
  server wayside 127.0.0.1:{port} send-proxy-v2 check inter 100ms
"""

HAPROXY_WITH_TLS = """
defaults
  mode http
  timeout connect 5s
  timeout client 20s
  timeout server 20s
frontend tls
  bind 127.0.0.1:{tls} ssl crt {folder}/haproxy.pem
  http-request set-header X-Forwarded-Proto https
  default_backend wayside
frontend plain
  bind 127.0.0.1:{plain}
  default_backend checksum
backend wayside
  server wayside 127.0.0.1:{port} send-proxy-v2-ssl
frontend tls_checksum
  bind 127.0.0.1:{tls_checksum} ssl crt {folder}/haproxy.pem
  default_backend checksum
backend checksum
  server wayside 127.0.0.1:{port} send-proxy-v2-ssl proxy-v2-options crc32c
"""

NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid;
events {{}}
stream {{
  server {{ listen 127.0.0.1:{front}; proxy_pass 127.0.0.1:{port}; proxy_protocol on; }}
}}
"""


def exchange(port, sent):
    """All bytes that come back until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=support.TIMEOUT_S) as client:
        client.sendall(sent)
        received = b""
        while data := client.recv(65536):
            received += data
        return received


class ProxyProtocol(support.TestCase):
    def setUp(self):
        super().setUp()
        self.backend = self.start_node("echo_fields.js").wait_for_line(r"port (\d+)").group(1)

    def listen(self, protocol, more=""):
        return self.start_wayside(configures_listeners=True, config=f"""
backend: http://127.0.0.1:{self.backend}
listen: {{address: 127.0.0.1:0, proxy_protocol: {protocol}}}
metrics: {{listen: 127.0.0.1:0}}
access_log: json
{more}
""")  # fmt: skip

    def fields(self, port, *curl_arguments, scheme="http"):
        command = [support.program("curl"), "--silent", "--show-error", "--fail", "--max-time", "20", *curl_arguments, f"{scheme}://127.0.0.1:{port}/"]
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    def test_haproxy(self):
        wayside = self.listen("true")
        ports = {name: support.free_port() for name in ("v1", "v2", "checked")}
        file = f"{self.folder}/haproxy.cfg"
        with open(file, "w") as out:
            out.write(HAPROXY.format(port=wayside.proxy_port, **ports))
        self.start(support.program("haproxy"), "-f", file)
        for name, port in ports.items():
            support.wait_until(lambda: support.accepts_connections(port), f"HAProxy listens on {port}")
            self.assertEqual(self.fields(port, "--interface", "127.0.0.7")["x-forwarded-for"], "127.0.0.7", name)
        wayside.wait_for_line(r'"client":"127\.0\.0\.7","peer":"127\.0\.0\.1"')

    def test_the_scheme_comes_from_haproxy(self):
        wayside = self.listen("true", "trusted_proxies: [127.0.0.1]")
        subprocess.run([support.program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2",
                        "-keyout", f"{self.folder}/haproxy.pem", "-out", f"{self.folder}/haproxy.pem"],
                       capture_output=True, timeout=support.TIMEOUT_S, check=True)  # fmt: skip
        ports = {name: support.free_port() for name in ("tls", "plain", "tls_checksum")}
        file = f"{self.folder}/haproxy.cfg"
        with open(file, "w") as out:
            out.write(HAPROXY_WITH_TLS.format(folder=self.folder, port=wayside.proxy_port, **ports))
        self.start(support.program("haproxy"), "-f", file)
        for name, port in ports.items():
            support.wait_until(lambda: support.accepts_connections(port), f"HAProxy listens on {port}")
            scheme = "http" if name == "plain" else "https"
            fields = self.fields(port, "--insecure", "--interface", "127.0.0.7", "--header", "Forwarded: for=6.6.6.6", scheme=scheme)
            self.assertEqual(fields["x-forwarded-for"], "127.0.0.7", name)
            self.assertEqual(fields["x-forwarded-proto"], scheme, name)
            self.assertEqual(fields["forwarded"], f"for=127.0.0.7;proto={scheme}", name)

    def test_nginx(self):
        wayside = self.listen("true")
        front = support.free_port()
        file = f"{self.folder}/nginx.conf"
        modules = "load_module /usr/lib/nginx/modules/ngx_stream_module.so;"
        with open(file, "w") as out:
            out.write(modules + NGINX.format(folder=self.folder, front=front, port=wayside.proxy_port))
        self.start(support.program("nginx"), "-e", "stderr", "-c", file, "-p", self.folder)
        support.wait_until(lambda: support.accepts_connections(front), "nginx listens")
        self.assertEqual(self.fields(front, "--interface", "127.0.0.7")["x-forwarded-for"], "127.0.0.7")

    def test_curl(self):
        wayside = self.listen("true")
        self.assertEqual(self.fields(wayside.proxy_port, "--haproxy-protocol")["x-forwarded-for"], "127.0.0.1")

    def test_the_named_client_is_trusted_or_not(self):
        wayside = self.listen("true")
        for source, expected in {"203.0.113.9": "203.0.113.9", "10.0.0.9": "6.6.6.6, 10.0.0.9"}.items():
            answer = exchange(wayside.proxy_port, b"PROXY TCP4 %s 127.0.0.1 1 80\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                              b"X-Forwarded-For: 6.6.6.6\r\n\r\n" % source.encode())  # fmt: skip
            self.assertEqual(json.loads(answer.partition(b"\r\n\r\n")[2])["x-forwarded-for"], expected)

    def test_it_is_optional_where_it_says_so(self):
        wayside = self.listen("optional")
        self.assertEqual(self.fields(wayside.proxy_port)["x-forwarded-for"], "127.0.0.1")
        self.assertEqual(self.fields(wayside.proxy_port, "--haproxy-protocol")["x-forwarded-for"], "127.0.0.1")
        self.assertIn(b" 400 Bad Request", exchange(wayside.proxy_port, b"PROXY nonsense\r\n\r\n"))
        wayside.wait_for_sample(1, "wayside_rejected_requests_total", reason="bad_proxy_header")

    def test_what_is_wrong_is_named(self):
        required = self.listen("true")
        request = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        self.assertIn(b"expects a header of the PROXY protocol", exchange(required.proxy_port, request))
        required.wait_for_sample(1, "wayside_rejected_requests_total", reason="missing_proxy_header")
        required.wait_for_line('"outcome":"missing_proxy_header"')
        untrusting = self.listen("optional", "trusted_proxies: []")
        header = b"PROXY TCP4 203.0.113.9 127.0.0.1 1 80\r\n"
        self.assertIn(b"outside trusted_proxies", exchange(untrusting.proxy_port, header + request))
        untrusting.wait_for_sample(1, "wayside_rejected_requests_total", reason="untrusted_proxy_header")
        self.assertEqual(self.fields(untrusting.proxy_port)["x-forwarded-for"], "127.0.0.1")


class OtherProtocols(support.TestCase):
    def setUp(self):
        super().setUp()
        self.wayside = self.start_wayside("--access-log", "json")

    def expect_named(self, reason):
        self.wayside.wait_for_sample(1, "wayside_rejected_requests_total", reason=reason)
        self.wayside.wait_for_line(f'"outcome":"{reason}"')

    def test_a_tls_hello(self):
        done = subprocess.run([support.program("curl"), "--silent", "--show-error", "--insecure", f"https://127.0.0.1:{self.wayside.proxy_port}/"],
                              capture_output=True, text=True, timeout=support.TIMEOUT_S, check=False)  # fmt: skip
        self.assertEqual(done.returncode, 35, done.stderr)
        self.expect_named("tls_hello")

    def test_a_proxy_header(self):
        for number, header in enumerate((b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n", b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"), 1):
            answer = exchange(self.wayside.proxy_port, header + b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            self.assertIn(b"listen.proxy_protocol", answer)
            self.wayside.wait_for_sample(number, "wayside_rejected_requests_total", reason="unexpected_proxy_header")

    def test_an_http2_preface(self):
        done = subprocess.run([support.program("curl"), "--silent", "--verbose", "--http2-prior-knowledge", f"http://127.0.0.1:{self.wayside.proxy_port}/"],
                              capture_output=True, text=True, timeout=support.TIMEOUT_S, check=False)  # fmt: skip
        self.assertNotEqual(done.returncode, 0)
        self.assertTrue(re.search(r"HTTP_1_1_REQUIRED|GOAWAY|HTTP/1\.1|HTTP/2", done.stderr), done.stderr)
        self.expect_named("http2_preface")
        frames = exchange(self.wayside.proxy_port, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")
        self.assertEqual((frames[3], frames[9 + 3]), (4, 7), "SETTINGS and GOAWAY")
        self.assertIn(b"\0\0\0\x0d", frames)


if __name__ == "__main__":
    unittest.main()
