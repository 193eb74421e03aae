"""TLS to clients and to the backend, with the clients and the servers that people have."""

import contextlib
import errno
import http.client
import json
import re
import socket
import ssl
import subprocess
import threading
import unittest

import support
from authority import RSA, Authority, openssl
from backend import pattern
from tls_listener import TlsTestCase

NGINX_BACKEND = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr warn;
events {{}}
http {{
  access_log off;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate {folder}/a.pem;
    ssl_certificate_key {folder}/a.key;
    {more}
    location / {{ return 200 "$ssl_protocol $ssl_client_verify $http_host"; }}
  }}
}}
"""

NGINX_FRONT = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr warn;
events {{}}
http {{
  access_log off;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass https://127.0.0.1:{wayside};
      proxy_ssl_trusted_certificate {folder}/ca.pem;
      proxy_ssl_verify on;
      proxy_ssl_name localhost;
      proxy_http_version 1.1;
    }}
  }}
}}
"""

NODE_CLIENT = """
const https = require("https");
const agent = new https.Agent({keepAlive: true, ca: require("fs").readFileSync(process.argv[3])});
const get = () => new Promise((resolve, reject) => https.get(
  {host: "localhost", port: process.argv[2], path: "/bytes/100000", agent},
  (response) => { let size = 0; response.on("data", (piece) => size += piece.length).on("end", () => resolve(size)); },
).on("error", reject));
(async () => { for (let i = 0; i < 5; ++i) console.log(await get()); process.exit(); })();
"""


class Clients(TlsTestCase):
    def setUp(self):
        super().setUp()
        self.context = ssl.create_default_context(cafile=str(self.authority.file))

    def connect(self, wayside, context=None):
        connection = http.client.HTTPSConnection("localhost", wayside.proxy_port, context=context or self.context, timeout=support.TIMEOUT_S)
        return self.enterContext(contextlib.closing(connection))

    def get(self, connection, target="/bytes/10"):
        connection.request("GET", target)
        response = connection.getresponse()
        return response.status, response.read()

    def curl(self, wayside, *words):
        command = [support.program("curl"), "--silent", "--show-error", "--max-time", "20", "--cacert", self.authority.file, *words,
                   f"https://localhost:{wayside.proxy_port}/bytes/1000"]  # fmt: skip
        return subprocess.run(command, capture_output=True, check=False)

    def s_client(self, wayside, *words, request=b"GET /bytes/10 HTTP/1.0\r\n\r\n"):
        command = [support.program("openssl"), "s_client", "-connect", f"localhost:{wayside.proxy_port}", "-ign_eof",
                   "-CAfile", self.authority.file, *words]  # fmt: skip
        done = subprocess.run(command, input=request, capture_output=True, timeout=support.TIMEOUT_S, check=False)
        return (done.stdout + done.stderr).decode(errors="replace")

    def test_curl(self):
        wayside = self.listen()
        for words in ((), ("--tlsv1.3",), ("--tls-max", "1.2"), ("--http1.0",), ("--http2",)):
            done = self.curl(wayside, *words)
            self.assertEqual((done.returncode, done.stdout), (0, pattern(1000)), (words, done.stderr))
        wayside.wait_for_sample(1, "wayside_tls_connections_total", version="1.2")
        wayside.wait_for_sample(4, "wayside_tls_connections_total", version="1.3")

    def test_curl_is_refused_where_nothing_is_in_common(self):
        wayside = self.listen(", min_version: 1.3")
        self.assertEqual(self.curl(wayside, "--tls-max", "1.2").returncode, 35)
        wayside.wait_for_sample(1, "wayside_tls_handshakes_total", result="version")

    def test_python_and_large_bodies(self):
        wayside = self.listen()
        connection = self.connect(wayside)
        size = 5_000_000
        for _ in range(2):
            self.assertEqual(self.get(connection, f"/bytes/{size}"), (200, pattern(size)))
            self.assertEqual(self.get(connection, f"/chunked/{size}"), (200, pattern(size)))
            connection.request("POST", "/echo", body=pattern(size))
            self.assertIn(f'"length": {size}', connection.getresponse().read().decode())
        wayside.wait_for_sample(1, "wayside_tls_handshakes_total", result="ok")

    def test_node(self):
        wayside = self.listen()
        script = f"{self.folder}/client.js"
        with open(script, "w") as out:
            out.write(NODE_CLIENT)
        done = subprocess.run(["node", script, str(wayside.proxy_port), str(self.authority.file)], capture_output=True, text=True,
                              timeout=support.TIMEOUT_S, check=False)  # fmt: skip
        self.assertEqual(done.stdout.split(), ["100000"] * 5, done.stderr)

    def test_nginx_in_front(self):
        wayside = self.listen()
        port = support.free_port()
        file = f"{self.folder}/nginx.conf"
        with open(file, "w") as out:
            out.write(NGINX_FRONT.format(folder=self.folder, port=port, wayside=wayside.proxy_port))
        nginx = self.start(support.program("nginx"), "-e", "stderr", "-c", file, "-p", self.folder)
        support.wait_until(lambda: support.accepts_connections(port), nginx.output)
        for _ in range(5):
            self.assertEqual(support.fetch(port, "/bytes/1000").body, pattern(1000))
        self.assertGreaterEqual(wayside.sample("wayside_tls_resumed_total"), 1)

    def test_sessions_are_resumed_by_every_worker(self):
        wayside = self.listen(settings="workers: 2\n")
        for version in ("-tls1_2", "-tls1_3"):
            session = f"{self.folder}/session{version}"
            self.assertIn("New, TLS", self.s_client(wayside, version, "-sess_out", session))
            for _ in range(5):
                self.assertIn("Reused, TLS", self.s_client(wayside, version, "-sess_in", session))

    def test_certificates_by_host(self):
        self.authority.make("b", "DNS:b.test")
        self.authority.make("w", "DNS:*.w.test")
        self.authority.make("rsa", key=RSA)
        more = "".join(f", {{cert: {self.folder}/{name}.pem, key: {self.folder}/{name}.key}}" for name in ("b", "w", "rsa"))
        wayside = self.listen(f", certificates: [{more[2:]}]")

        def subject(*words):
            return re.search(r"subject=CN = (\w+)", self.s_client(wayside, *words)).group(1)

        self.assertEqual(subject("-servername", "b.test"), "b")
        self.assertEqual(subject("-servername", "x.w.test"), "w")
        self.assertEqual(subject("-servername", "x.y.w.test"), "a")
        self.assertEqual(subject("-noservername"), "a")
        self.assertEqual(subject("-servername", "localhost", "-sigalgs", "RSA-PSS+SHA256"), "rsa")

    def test_clients_with_certificates(self):
        cert, key = self.authority.make("client", "DNS:client.test")
        stranger = Authority(self.folder, "stranger").make("other")
        wayside = self.listen(f", client_ca: {self.authority.file}, client_auth: require")
        self.assertEqual(self.curl(wayside, "--cert", cert, "--key", key).returncode, 0)
        self.assertNotEqual(self.curl(wayside).returncode, 0)
        self.assertNotEqual(self.curl(wayside, "--cert", stranger[0], "--key", stranger[1]).returncode, 0)
        wayside.wait_for_sample(2, "wayside_tls_handshakes_total", result="certificate")

    def test_the_backend_is_told_of_the_certificate(self):
        cert, key = self.authority.make("client", "DNS:client.test,URI:spiffe://shop/client")
        wayside = self.listen(f", client_ca: {self.authority.file}, client_auth: optional, forward_client_cert: true")
        forged = {"X-Forwarded-Client-Cert": "Hash=forged", "x_forwarded_client_cert": "Hash=forged"}
        with_certificate = ssl.create_default_context(cafile=str(self.authority.file))
        with_certificate.load_cert_chain(cert, key)
        for context, expected in ((with_certificate, r"Hash=[0-9a-f]{64};Subject=\"CN=client\";URI=spiffe://shop/client;DNS=client.test"), (None, "")):
            connection = self.connect(wayside, context)
            connection.request("GET", "/echo", headers=forged)
            fields = json.loads(connection.getresponse().read())["headers"]
            values = [value for name, value in fields if name.lower().replace("_", "-") == "x-forwarded-client-cert"]
            self.assertRegex(" ".join(values), f"^{expected}$")

    def test_a_response_in_ocsp_is_stapled(self):
        openssl("ocsp", "-issuer", self.authority.file, "-cert", f"{self.folder}/a.pem", "-reqout", f"{self.folder}/request")
        (self.authority.folder / "index.txt").write_text("")
        serial = openssl("x509", "-noout", "-serial", "-in", f"{self.folder}/a.pem").decode().strip().partition("=")[2]
        (self.authority.folder / "index.txt").write_text(f"V\t491231235959Z\t\t{serial}\tunknown\t/CN=a\n")
        openssl("ocsp", "-index", f"{self.folder}/index.txt", "-CA", self.authority.file, "-rsigner", self.authority.file,
                "-rkey", f"{self.folder}/ca.key", "-reqin", f"{self.folder}/request", "-respout", f"{self.folder}/response")  # fmt: skip
        wayside = self.listen(f", ocsp: {self.folder}/response")
        self.assertIn("Cert Status: good", self.s_client(wayside, "-status"))

    def test_other_protocols_are_refused(self):
        wayside = self.listen()
        self.assertIn("no application protocol", self.s_client(wayside, "-alpn", "h2"))
        plain = support.fetch(wayside.proxy_port, "/")
        self.assertEqual(plain.status, 400)
        self.assertIn("https://", plain.text)

    def test_a_flood_of_handshakes_that_are_never_finished(self):
        wayside = self.listen()
        with contextlib.ExitStack() as open_sockets:
            for _ in range(1000):
                slow = open_sockets.enter_context(socket.create_connection(("127.0.0.1", wayside.proxy_port)))
                slow.sendall(b"\x16\x03\x01\x02\x00\x01")
            connection = self.connect(wayside)
            for _ in range(20):
                self.assertEqual(self.get(connection), (200, pattern(10)))

    def s_client_with_commands(self, wayside, version):
        """openssl s_client, whose lines R and K ask for another handshake and for other keys."""
        command = [support.program("openssl"), "s_client", "-connect", f"localhost:{wayside.proxy_port}", version]
        client = self.enterContext(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT))
        self.addCleanup(client.kill)
        return client

    def test_clients_do_not_renegotiate(self):
        wayside = self.listen()
        other = self.connect(wayside)
        for _ in range(20):
            client = self.s_client_with_commands(wayside, "-tls1_2")
            self.expect_after(client, b"R\n", b"RENEGOTIATING")
            # At the end of its input it would leave without waiting for the answer.
            self.expect_after(client, b"", b"no renegotiation")
            self.assertEqual(self.get(other), (200, pattern(10)))
        wayside.wait_for_sample(21, "wayside_tls_handshakes_total", result="ok")

    def test_clients_may_change_their_keys(self):
        wayside = self.listen()
        other = self.connect(wayside)
        client = self.s_client_with_commands(wayside, "-tls1_3")
        for _ in range(200):
            self.expect_after(client, b"K\n", b"KEYUPDATE")
            self.assertEqual(self.get(other), (200, pattern(10)))
        self.expect_after(client, b"GET /bytes/10 HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 200 OK")

    def expect_after(self, client, line, expected):
        client.stdin.write(line)
        client.stdin.flush()
        while expected not in (answer := client.stdout.readline()):
            self.assertNotEqual(answer, b"", "the connection ended")

    def test_hostile_records(self):
        wayside = self.listen()
        hello = b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03"
        for hostile in (hello, b"\x16\x03\x01\xff\xff" + bytes(70000), b"\x80\x2e\x01\x00\x02", b"\x15\x03\x01\x00\x02\x02\x28", bytes(5), b"\x16" * 20000):
            with socket.create_connection(("127.0.0.1", wayside.proxy_port), timeout=support.TIMEOUT_S) as client:
                try:
                    client.sendall(hostile)
                    client.shutdown(socket.SHUT_WR)
                    while client.recv(4096):
                        pass
                except OSError as error:
                    # wayside may have ended the connection before the client is done.
                    self.assertIn(error.errno, (errno.ECONNRESET, errno.EPIPE, errno.ENOTCONN))
        self.assertEqual(self.get(self.connect(wayside)), (200, pattern(10)))

    def expiry(self, wayside):
        return support.samples(wayside.metrics())["wayside_tls_certificate_expiry_timestamp_seconds", frozenset({("name", "localhost")})]

    def test_certificates_are_renewed_under_load(self):
        wayside = self.listen()
        served, failed = [], []
        is_over = threading.Event()

        def load():
            while not is_over.is_set():
                try:
                    connection = http.client.HTTPSConnection("localhost", wayside.proxy_port, context=self.context, timeout=20)
                    with contextlib.closing(connection):
                        for _ in range(5):
                            served.append(self.get(connection)[0])
                except OSError as error:
                    failed.append(error)

        with support.background(load), support.background(load):
            try:
                for days in (20, 25, 28):
                    before = self.expiry(wayside)
                    self.authority.make("a", days=days)
                    support.wait_until(lambda: self.expiry(wayside) > before, "the new certificate is in use")
            finally:
                is_over.set()
        self.assertEqual(failed, [])
        self.assertEqual(set(served), {200})
        self.assertGreater(len(served), 50)

    def test_a_reload_reads_certificates(self):
        wayside = self.listen()
        before = self.expiry(wayside)
        self.authority.make("b", days=20)
        file = self.authority.folder / "wayside.yaml"
        file.write_text(file.read_text().replace("a.pem", "b.pem").replace("a.key", "b.key"))
        self.assertEqual(support.fetch(wayside.metrics_port, "/-/reload", method="POST").status, 200)
        self.assertGreater(self.expiry(wayside), before)
        self.assertNotIn("restart", wayside.output)
        self.assertEqual(self.get(self.connect(wayside)), (200, pattern(10)))

        file.write_text(file.read_text().replace("b.key", "a.key"))
        answer = support.fetch(wayside.metrics_port, "/-/reload", method="POST")
        self.assertEqual(answer.status, 500)
        self.assertIn("is not the one of the certificate", answer.text)
        wayside.wait_for_sample(0, "wayside_config_last_reload_successful")
        self.assertEqual(self.get(self.connect(wayside)), (200, pattern(10)))

    def test_broken_files_change_nothing(self):
        wayside = self.listen()
        broken = self.authority.folder / "a.key"
        good = broken.read_text()
        broken.write_text("no key")
        wayside.wait_for_line("changed certificates cannot be used.*no private key in PEM")
        wayside.wait_for_sample(0, "wayside_config_last_reload_successful")
        self.assertEqual(self.get(self.connect(wayside)), (200, pattern(10)))
        broken.write_text(good)
        wayside.wait_for_line("certificates were read again")
        wayside.wait_for_sample(1, "wayside_config_last_reload_successful")

    def test_check_names_the_file(self):
        file = self.authority.folder / "check.yaml"
        file.write_text("listen:\n  address: 127.0.0.1:0\n  tls: {cert: a.pem, key: none.key}\n")
        status, _, errors = support.run_wayside("check", "--config", file)
        self.assertEqual(status, 1)
        self.assertRegex(errors, r"check\.yaml:\d: listen: tls: cannot read .*none\.key: No such file or directory")


class Backends(support.TestCase):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.folder)
        self.authority.make("a")

    def nginx(self, more=""):
        port = support.free_port()
        file = f"{self.folder}/nginx.conf"
        with open(file, "w") as out:
            out.write(NGINX_BACKEND.format(folder=self.folder, port=port, more=more))
        nginx = self.start(support.program("nginx"), "-e", "stderr", "-c", file, "-p", self.folder)
        support.wait_until(lambda: support.accepts_connections(port), nginx.output)
        return port

    def wayside(self, port, more=""):
        return self.start_wayside(config=f"backend: {{url: 'https://localhost:{port}'{more}}}\n")

    def test_nginx(self):
        wayside = self.wayside(self.nginx(), f", ca: {self.authority.file}")
        # One client: the connection of its last request is its own for a moment, and another client would get another.
        client = http.client.HTTPConnection("127.0.0.1", wayside.proxy_port, timeout=support.TIMEOUT_S)
        self.addCleanup(client.close)
        for _ in range(20):
            client.request("GET", "/")
            answer = client.getresponse()
            self.assertEqual((answer.status, answer.read().split()[0]), (200, b"TLSv1.3"))
        wayside.wait_for_sample(1, "wayside_backend_tls_handshakes_total", result="ok")

    def test_health_checks(self):
        wayside = self.wayside(self.nginx(), f", ca: {self.authority.file}, health: {{path: /, interval: 100ms}}")
        wayside.wait_for_sample(1, "wayside_backend_up")

    def test_sessions_are_resumed(self):
        wayside = self.wayside(self.nginx("keepalive_timeout 0;"), f", ca: {self.authority.file}")
        for _ in range(10):
            self.assertEqual(support.fetch(wayside.proxy_port, "/").status, 200)
        wayside.wait_for_sample(10, "wayside_backend_tls_handshakes_total", result="ok")
        self.assertEqual(wayside.sample("wayside_backend_tls_resumed_total"), 9)

    def test_a_certificate_of_its_own(self):
        cert, key = self.authority.make("client", "DNS:client.test")
        port = self.nginx(f"ssl_client_certificate {self.authority.file}; ssl_verify_client on;")
        wayside = self.wayside(port, f", ca: {self.authority.file}, cert: {cert}, key: {key}")
        self.assertIn("SUCCESS", support.fetch(wayside.proxy_port, "/").text)
        without = self.wayside(port, f", ca: {self.authority.file}")
        self.assertEqual(support.fetch(without.proxy_port, "/").status, 400, "nginx answers so")

    def test_a_certificate_that_is_not_valid(self):
        port = self.nginx()
        for more, why in {
            "": "unable to get local issuer certificate",
            f", ca: {self.authority.file}, server_name: b.test": "hostname mismatch",
        }.items():
            wayside = self.wayside(port, more)
            self.assertEqual(support.fetch(wayside.proxy_port, "/").status, 502)
            wayside.wait_for_line(f"the backend fails.*tls_failed: the peer's certificate was refused: {why}")
            wayside.wait_for_sample(1, "wayside_backend_tls_handshakes_total", result="certificate")
            wayside.wait_for_sample(1, "wayside_backend_errors_total", reason="tls_failed")
        unverified = self.wayside(port, ", verify: off")
        self.assertEqual(support.fetch(unverified.proxy_port, "/").status, 200)

    def test_an_old_certificate(self):
        openssl("x509", "-req", "-in", f"{self.folder}/a.csr", "-CA", self.authority.file, "-CAkey", f"{self.folder}/ca.key",
                "-days", "-1", "-extfile", f"{self.folder}/a.ext", "-out", f"{self.folder}/a.pem")  # fmt: skip
        wayside = self.wayside(self.nginx(), f", ca: {self.authority.file}")
        self.assertEqual(support.fetch(wayside.proxy_port, "/").status, 502)
        wayside.wait_for_line("certificate has expired")


if __name__ == "__main__":
    unittest.main()
