"""TLS, client certificates and passwords on the metrics listener, in the format of Prometheus' exporters."""

import base64
import contextlib
import http.client
import re
import signal
import socket
import ssl
import subprocess
import time
import unittest
import warnings

import support
from certificates import Authority
from prometheus_server import PrometheusServer

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import crypt

PASSWORD = "correct horse"
SUCCESSFUL = re.compile(r"^wayside_config_last_reload_successful (\S+)$", re.MULTILINE)


def bcrypt(password, cost=4):
    return crypt.crypt(password, crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=1 << cost))


def users(**passwords):
    return "basic_auth_users:\n" + "".join(f"  {name}: {bcrypt(word)}\n" for name, word in passwords.items())


class MetricsAuthTest(support.TestCase):
    def setUp(self):
        super().setUp()
        self.web = self.folder / "web.yaml"

    def start_with(self, web, settings=""):
        self.web.write_text(web)
        config = f"metrics: {{web_config: web.yaml, enable_lifecycle: true{settings}}}\n"
        self.wayside = self.start_wayside(config=config)
        return self.wayside

    def server_tls(self, authority, more="", name="server"):
        authority.issue(name)
        # The names begin beside the file.
        return f"tls_server_config:\n  cert_file: {name}.pem\n  key_file: {name}.key\n{more}"

    def curl(self, path, *options, scheme="http"):
        """(exit status, status of the response, its head, its body)."""
        url = f"{scheme}://127.0.0.1:{self.wayside.metrics_port}{path}"
        done = subprocess.run(
            [support.program("curl"), "--silent", "--include", "--max-time", "20", *map(str, options), url],
            capture_output=True, text=True, timeout=support.TIMEOUT_S, check=False,
        )  # fmt: skip
        head, _, body = done.stdout.partition("\n\n")
        status = re.match(r"HTTP/1\.1 (\d+)", head)
        return done.returncode, int(status.group(1)) if status else None, head, body

    def status(self, path, *options, scheme="http"):
        return self.curl(path, *options, scheme=scheme)[1]

    def reload(self, *options, scheme="http"):
        return self.status("/-/reload", "--request", "POST", *options, scheme=scheme)


class Passwords(MetricsAuthTest):
    def test_whoever_knows_one_may_read(self):
        self.start_with(users(alice=PASSWORD, bob="battery: staple"))
        code, status, head, body = self.curl("/metrics")
        self.assertEqual((code, status), (0, 401))
        self.assertIn("\nWWW-Authenticate: Basic\n", head + "\n")
        self.assertNotIn("wayside_build_info", body)
        for credentials in ("alice:wrong", f"bob:{PASSWORD}", f"carol:{PASSWORD}", "alice:", ":"):
            self.assertEqual(self.status("/metrics", "--user", credentials), 401, credentials)
        for credentials in (f"alice:{PASSWORD}", "bob:battery: staple"):
            for _ in range(2):
                _, status, _, body = self.curl("/metrics", "--user", credentials)
                self.assertEqual(status, 200, credentials)
                self.assertIn("wayside_build_info", body)
        self.assertNotIn("horse", self.wayside.output)

    def test_the_live_page_and_its_files(self):
        self.start_with(users(alice=PASSWORD))
        html = ("--header", "Accept: text/html")
        self.assertEqual(self.status("/", *html), 401)
        self.assertEqual(self.status("/page/main.js"), 401)
        self.assertEqual(self.status("/api/v1/live"), 401)
        known = ("--user", f"alice:{PASSWORD}")
        _, status, _, body = self.curl("/", *html, *known)
        self.assertEqual(status, 200)
        self.assertIn("<html", body)
        for path in ("/page/main.js", "/api/v1/live", "/routes", "/-/ready"):
            self.assertEqual(self.status(path, *known), 200, path)

    def test_an_unknown_user_takes_as_long_as_a_wrong_password(self):
        self.start_with(f"basic_auth_users: {{alice: {bcrypt(PASSWORD, 9)}, bob: {bcrypt('x', 4)}}}\n")
        times = {"alice": [], "carol": []}
        for _ in range(4):
            for user, taken in times.items():
                begin = time.monotonic()
                self.assertEqual(self.status("/metrics", "--user", f"{user}:wrong"), 401)
                taken.append(time.monotonic() - begin)
        ratio = min(times["carol"]) / min(times["alice"])
        self.assertTrue(0.5 < ratio < 2, times)

    def test_guessing_is_slowed_down_and_does_not_shut_out_who_is_known(self):
        self.start_with(users(alice=PASSWORD))
        known = ("--user", f"alice:{PASSWORD}")
        self.assertEqual(self.status("/metrics", *known), 200)
        statuses = [self.status("/metrics", "--user", f"alice:{number}") for number in range(30)]
        self.assertEqual(statuses[0], 401)
        self.assertIn(429, statuses)
        self.assertEqual(self.status("/metrics", *known), 200)

    def test_probes_ask_as_well_unless_they_are_open(self):
        self.start_with(users(alice=PASSWORD))
        self.assertEqual(self.status("/-/ready"), 401)
        listen = f"--metrics-listen=127.0.0.1:{self.wayside.metrics_port}"
        code, out, _ = support.run_wayside("probe", "--config", self.folder / "wayside.yaml", listen)
        self.assertEqual(code, 1)
        self.assertIn("/-/ready: 401 Unauthorized: This listener asks for a user and a password", out)

    def test_open_probes(self):
        self.start_with(users(alice=PASSWORD), ", probes: open")
        for path, status in (("/-/ready", 200), ("/-/healthy", 200), ("/metrics", 401), ("/-/reload", 401)):
            self.assertEqual(self.status(path), status, path)
        self.assertEqual(self.reload(), 401)
        listen = f"--metrics-listen=127.0.0.1:{self.wayside.metrics_port}"
        code, out, _ = support.run_wayside("probe", "--config", self.folder / "wayside.yaml", listen)
        self.assertEqual((code, out), (0, f"http://127.0.0.1:{self.wayside.metrics_port}/-/ready: 200 OK\n"))

    def test_fields_for_every_response(self):
        self.start_with("http_server_config: {headers: {Strict-Transport-Security: max-age=60, X-Frame-Options: deny}}\n")
        for path in ("/metrics", "/-/ready", "/nowhere"):
            head = self.curl(path)[2]
            self.assertIn("\nStrict-Transport-Security: max-age=60", head)
            self.assertIn("\nX-Frame-Options: deny", head)


class Tls(MetricsAuthTest):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.folder)
        self.trusting = ("--cacert", self.authority.cert)

    def test_clients_see_the_certificate(self):
        self.start_with(self.server_tls(self.authority))
        code, status, _, body = self.curl("/metrics", *self.trusting, scheme="https")
        self.assertEqual((code, status), (0, 200))
        self.assertIn("wayside_build_info", body)
        self.assertIn("wayside_tls_certificate_expiry_timestamp_seconds", body)
        self.assertNotEqual(self.curl("/metrics", scheme="https")[0], 0, "nobody vouches for it")

    def test_a_connection_ends_with_a_close_notify(self):
        self.start_with(self.server_tls(self.authority))
        context = ssl.create_default_context(cafile=self.authority.cert)
        with socket.create_connection(("127.0.0.1", self.wayside.metrics_port), timeout=support.TIMEOUT_S) as plain:
            # Without a close_notify, reading the end raises an error.
            with context.wrap_socket(plain, server_hostname="localhost", suppress_ragged_eofs=False) as client:
                client.sendall(b"GET /-/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                received = b"".join(iter(lambda: client.recv(4096), b""))
        self.assertTrue(received.endswith(b"wayside is ready.\n"), received)

    def test_several_requests_on_one_connection(self):
        self.start_with(self.server_tls(self.authority) + users(alice=PASSWORD))
        urls = [f"https://127.0.0.1:{self.wayside.metrics_port}{path}" for path in ("/metrics", "/routes", "/-/ready")]
        done = subprocess.run(
            [support.program("curl"), "--silent", "--user", f"alice:{PASSWORD}", *self.trusting, "--write-out",
             "\n%{http_code} %{num_connects}\n", *urls],
            capture_output=True, text=True, timeout=support.TIMEOUT_S, check=False,
        )  # fmt: skip
        self.assertEqual(re.findall(r"^(\d{3}) (\d)$", done.stdout, re.MULTILINE), [("200", "1"), ("200", "0"), ("200", "0")])

    def test_http_on_its_port_is_refused_in_words(self):
        self.start_with(self.server_tls(self.authority))
        code, status, _, body = self.curl("/metrics")
        self.assertEqual((code, status, body), (0, 400, "This port speaks TLS: use https.\n"))

    def test_the_least_version(self):
        self.start_with(self.server_tls(self.authority, "  min_version: TLS13\n"))
        self.assertEqual(self.status("/metrics", *self.trusting, scheme="https"), 200)
        self.assertEqual(self.curl("/metrics", *self.trusting, "--tls-max", "1.2", scheme="https")[:2], (35, None))

    def test_the_last_version_with_a_suite_and_a_curve_by_the_names_of_go(self):
        more = (
            "  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]\n"
            "  curve_preferences: [CurveP384]\n"
        )
        self.start_with(self.server_tls(self.authority, more))
        self.assertEqual(self.curl("/metrics", *self.trusting, "--tlsv1.3", scheme="https")[:2], (35, None))
        for options in (("--ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256"), ("--curves", "X25519")):
            self.assertEqual(self.curl("/metrics", *self.trusting, *options, scheme="https")[:2], (35, None), options)
        self.assertEqual(self.status("/metrics", *self.trusting, scheme="https"), 200)

    def test_client_certificates(self):
        more = f"  client_ca_file: {self.authority.cert}\n  client_auth_type: RequireAndVerifyClientCert\n"
        self.start_with(self.server_tls(self.authority, more))
        cert, key = self.authority.issue("prometheus")
        stranger, its_key = Authority(self.folder, "other").issue("stranger")
        self.assertEqual(
            self.status("/metrics", *self.trusting, "--cert", cert, "--key", key, scheme="https"), 200)
        self.assertIsNone(self.status("/metrics", *self.trusting, scheme="https"))
        self.assertIsNone(
            self.status("/metrics", *self.trusting, "--cert", stranger, "--key", its_key, scheme="https"))

    def test_a_ticket_of_another_listener_is_no_certificate(self):
        more = f"  client_ca_file: {self.authority.cert}\n  client_auth_type: RequireAndVerifyClientCert\n"
        self.web.write_text(self.server_tls(self.authority, more))
        self.wayside = self.start_wayside(
            configures_listeners=True,
            config="listen: {address: 127.0.0.1:0, tls: {cert: server.pem, key: server.key}}\n"
            "metrics: {listen: 127.0.0.1:0, web_config: web.yaml}\n",
        )
        context = ssl.create_default_context(cafile=self.authority.cert)
        context.maximum_version = ssl.TLSVersion.TLSv1_2

        @contextlib.contextmanager
        def connected(port, ticket=None):
            with socket.create_connection(("127.0.0.1", port), timeout=support.TIMEOUT_S) as plain:
                with context.wrap_socket(plain, server_hostname="localhost", session=ticket) as client:
                    yield client

        with connected(self.wayside.proxy_port) as client:
            ticket = client.session
        with connected(self.wayside.proxy_port, ticket) as client:
            self.assertTrue(client.session_reused)
        with self.assertRaises(OSError), connected(self.wayside.metrics_port, ticket):
            pass

    def test_a_probe_takes_any_certificate(self):
        self.start_with(self.server_tls(self.authority) + users(alice=PASSWORD), ", probes: open")
        url = f"https://127.0.0.1:{self.wayside.metrics_port}/-/ready"
        listen = f"--metrics-listen=127.0.0.1:{self.wayside.metrics_port}"
        for words in ((url,), ("--config", self.folder / "wayside.yaml", listen)):
            self.assertEqual(support.run_wayside("probe", *words), (0, f"{url}: 200 OK\n", ""), words)

    def test_a_real_prometheus_scrapes(self):
        more = f"  client_ca_file: {self.authority.cert}\n  client_auth_type: RequireAndVerifyClientCert\n"
        self.start_with(self.server_tls(self.authority, more) + users(prometheus=PASSWORD))
        self.authority.issue("client")
        prometheus = PrometheusServer(
            self.folder,
            f"""
scrape_configs:
  - job_name: wayside
    scrape_interval: 100ms
    scrape_timeout: 100ms
    scheme: https
    basic_auth: {{username: prometheus, password: {PASSWORD}}}
    tls_config: {{ca_file: ca.pem, cert_file: client.pem, key_file: client.key}}
    static_configs: [{{targets: ["127.0.0.1:{self.wayside.metrics_port}"]}}]
""",
        )
        self.addCleanup(prometheus.stop)

        def is_up():
            targets = prometheus.ask("targets")["activeTargets"]
            return targets and targets[0]["health"] == "up"

        support.wait_until(is_up, lambda: f"the target is up: {prometheus.ask('targets')}")
        support.wait_until(
            lambda: prometheus.ask("query", query="wayside_build_info")["result"], "its series are there")


class Reloads(MetricsAuthTest):
    ALICE = ("--user", f"alice:{PASSWORD}")

    def test_another_password_is_in_force_at_once(self):
        self.start_with(users(alice=PASSWORD))
        kept = http.client.HTTPConnection("127.0.0.1", self.wayside.metrics_port, timeout=support.TIMEOUT_S)
        with contextlib.closing(kept):
            def ask():
                token = base64.b64encode(f"alice:{PASSWORD}".encode()).decode()
                kept.request("GET", "/-/ready", headers={"Authorization": f"Basic {token}"})
                response = kept.getresponse()
                response.read()
                return response.status

            self.assertEqual(ask(), 200)
            self.web.write_text(users(alice="battery staple"))
            self.assertEqual(self.reload(*self.ALICE), 200)
            self.assertEqual(ask(), 401)
        self.assertEqual(self.status("/metrics", *self.ALICE), 401)
        self.assertEqual(self.status("/metrics", "--user", "alice:battery staple"), 200)
        self.web.write_text(users(alice=PASSWORD))
        self.wayside.signal(signal.SIGHUP)
        support.wait_until(lambda: self.status("/metrics", *self.ALICE) == 200, "the hangup has its effect")

    def test_a_broken_file_changes_nothing(self):
        self.start_with(users(alice=PASSWORD))
        for broken in ("basic_auth_users: {alice: hunter2}\n", "basic_auth_users: [\n", "tls_server_config: {cert_file: x, key_file: y}\n"):
            self.web.write_text(broken)
            code, status, _, body = self.curl("/-/reload", "--request", "POST", *self.ALICE)
            self.assertEqual((code, status), (0, 500))
            self.assertIn(f"{self.web}:", body)
            self.assertNotIn("hunter2", body + self.wayside.output)
            _, status, _, body = self.curl("/metrics", *self.ALICE)
            self.assertEqual((status, SUCCESSFUL.search(body).group(1)), (200, "0.0"))
            self.assertEqual(self.status("/metrics"), 401)
        self.web.unlink()
        self.assertEqual(self.reload(*self.ALICE), 500)
        self.web.write_text(users(alice=PASSWORD))
        self.assertEqual(self.reload(*self.ALICE), 200)

    def test_tls_comes_and_goes(self):
        authority = Authority(self.folder)
        trusting = ("--cacert", authority.cert)
        self.start_with("")
        kept = http.client.HTTPConnection("127.0.0.1", self.wayside.metrics_port, timeout=support.TIMEOUT_S)
        with contextlib.closing(kept):
            kept.request("GET", "/-/ready")
            kept.getresponse().read()
            self.web.write_text(self.server_tls(authority))
            self.assertEqual(self.reload(), 200)
            # Whoever is connected without TLS hears that the connection ends.
            kept.request("GET", "/-/ready")
            response = kept.getresponse()
            self.assertEqual((response.status, response.headers["Connection"]), (200, "close"))
        self.assertEqual(self.status("/metrics"), 400)
        self.assertEqual(self.status("/metrics", *trusting, scheme="https"), 200)
        self.web.write_text("")
        self.assertEqual(self.reload(*trusting, scheme="https"), 200)
        self.assertEqual(self.status("/metrics"), 200)

    def test_a_certificate_that_changes_is_read_again(self):
        old, new = Authority(self.folder, "old"), Authority(self.folder, "new")
        # TLS that came with a reload is watched as well.
        self.start_with("")
        self.web.write_text(self.server_tls(old))
        self.assertEqual(self.reload(), 200)
        self.assertEqual(self.status("/metrics", "--cacert", old.cert, scheme="https"), 200)
        self.server_tls(new)
        support.wait_until(
            lambda: self.status("/metrics", "--cacert", new.cert, scheme="https") == 200, "the new one is in force")


class Check(MetricsAuthTest):
    def check(self, web):
        self.web.write_text(web)
        file = self.folder / "wayside.yaml"
        file.write_text("metrics: {web_config: web.yaml}\n")
        return support.run_wayside("check", "--config", file)

    def test_mistakes_have_their_line(self):
        for web, line in (
            ("\nbasic_auth_users:\n  alice: secret\n", "3: basic_auth_users: expected the bcrypt hash of a password"),
            ("tls_server_config:\n  cert_file: a\n", "2: tls_server_config: expected key_file, found none"),
            ("\ntls_server_config:\n  cert_file: a\n  key_file: b\n", "3: tls_server_config: cannot read "),
            ("tls_server_config:\n  client_allowed_sans: [a]\n", "2: tls_server_config.client_allowed_sans: expected no"),
        ):
            with self.subTest(web):
                code, out, err = self.check(web)
                self.assertEqual((code, out), (1, ""))
                self.assertTrue(err.startswith(f"{self.web}:{line}"), err)

    def test_what_it_prints_has_no_hash(self):
        code, out, err = self.check(users(alice=PASSWORD))
        self.assertEqual((code, err), (0, ""))
        self.assertIn(f"web_config: {self.web}", out)
        self.assertNotIn("$2", out)


if __name__ == "__main__":
    unittest.main()
