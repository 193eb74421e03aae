"""The daemon as a user starts, configures and stops it."""

import re
import signal
import socket
import threading
import unittest

import support
from backend import Backend, refusing_url

ROUTES = "routes: [/hold, '/status/{code}']\n"


class CommandLine(support.TestCase):
    """Invocations that end by themselves."""

    def write_config(self, text):
        file = self.folder / "wayside.yaml"
        file.write_text(text)
        return file

    def test_version(self):
        status, out, err = support.run_wayside("--version")
        self.assertEqual((status, err), (0, ""))
        version = re.escape(support.version())
        self.assertRegex(out, rf"^wayside {version}( \([0-9a-f]{{10}}\))?\nbuilt with Boost \d+\.\d+\.\d+ by .+ \d+\.\d+\.\d+.*\n$")

    def test_the_files_that_name_a_version_name_this_one(self):
        """CMakeLists.txt tells it, and what cannot read that is held to it. The benchmark's table is of the version measured."""
        folders = [support.SOURCE / folder for folder in ("docs", "config", "docker")]
        files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
        named = {}
        for file in [support.SOURCE / "README.md", *files]:
            found = re.findall(r"(?:wayside[:_-]|newTag: )(\d+\.\d+\.\d+)", file.read_text(errors="replace"))
            named |= {str(file.relative_to(support.SOURCE)): set(found)} if found else {}
        manifests = ("config/kubernetes/deployment.yaml", "config/kubernetes/component/kustomization.yaml")
        self.assertEqual(named, dict.fromkeys([*named, *manifests], {support.version()}))

    def test_help_and_the_configuration_page_name_the_same_options(self):
        status, out, err = support.run_wayside("--help")
        self.assertEqual((status, err), (0, ""))
        options = set(re.findall(r"^ +(--[a-z-]+)", out, re.MULTILINE))
        variables = dict(re.findall(r"^ +(--[a-z-]+) is (WAYSIDE_[A-Z_]+)$", out, re.MULTILINE))
        page = (support.SOURCE / "docs/configuration.md").read_text()
        rows = re.findall(r"^\|[^|]*\| `(--[a-z-]+)` \| `(WAYSIDE_[A-Z_]+)` \|", page, re.MULTILINE)
        self.assertEqual(variables, dict(rows))
        self.assertEqual(options - variables.keys(), {"--demo", "--check", "--explain", "--verbose", "--version", "--help"})

    def test_every_option_of_help_is_known(self):
        _, out, _ = support.run_wayside("--help")
        # One space before the name of a value, more before the text.
        options = re.findall(r"^ +(--[a-z-]+)( (?=\S)| {2})", out.split("\n\n")[1], re.MULTILINE)
        self.assertGreater(len(options), 10)
        for option, space in options:
            with self.subTest(option):
                # --version checks no values, but an unknown option or a missing value is a mistake.
                value = ["x"] if space == " " else []
                output = support.run_wayside("--help" if option == "--version" else "--version", option, *value)
                self.assertEqual((output[0], output[2]), (0, ""))

    def test_explain_tells_by_its_status_whether_a_route_matches(self):
        file = self.write_config("routes: ['/users/{id}']\n")
        self.assertEqual(support.run_wayside("--config", file, "--explain", "/users/1")[0], 0)
        status, out, err = support.run_wayside("--config", file, "--explain", "/other")
        self.assertEqual((status, err), (1, ""))
        self.assertIn("route    none", out)

    def test_check_says_where_the_routes_come_from(self):
        api = self.folder / "api.json"
        api.write_text('{"openapi":"3.0.0","paths":{"/a":{"get":{}},"/b/{id}":{}}}')
        file = self.write_config("openapi: api.json\nroutes: [/own]\n")
        status, out, err = support.run_wayside("--check", "--config", file)
        self.assertEqual((status, err), (0, ""))
        self.assertEqual(out.splitlines()[0], f"# routes: 1 of {file}, 2 of {api}")
        _, out, _ = support.run_wayside("--check", "--verbose", "--config", file)
        self.assertEqual(out.splitlines()[1:4], [f"# any /own of {file}:2", f"# GET /a of {api}:1", f"# any /b/{{id}} of {api}:1"])

    def test_an_unknown_option_is_an_error(self):
        status, _, err = support.run_wayside("--no-such-option")
        self.assertEqual(status, 1)
        self.assertIn("--no-such-option", err)

    def test_check_prints_a_configuration_that_checks_out_itself(self):
        file = self.write_config("backend: http://app.example:5000\n" + ROUTES)
        status, printed, err = support.run_wayside("--check", "--config", file)
        self.assertEqual((status, err), (0, ""))
        for text in ("app.example:5000", "/status/{code}", "0.0.0.0:8080", "0.0.0.0:10180"):
            self.assertIn(text, printed)
        again = support.run_wayside("--check", "--config", self.write_config(printed))
        self.assertEqual(again, (0, printed, ""))

    def test_check_names_file_line_and_key_of_a_mistake(self):
        for text, line, key in (
            ("listen: 127.0.0.1:1\nlisten_to: x\n", 2, "listen_to"),
            ("\n\nbackend: ftp://app\n", 3, "backend"),
            ("timeouts:\n  drain: soon\n", 2, "drain"),
            ("routes:\n  - /users/{id}\n  - /users/{user}\n", 3, "routes"),
        ):
            with self.subTest(text):
                file = self.write_config(text)
                status, out, err = support.run_wayside("--check", "--config", file)
                self.assertEqual((status, out), (1, ""))
                self.assertRegex(err, rf"^{re.escape(str(file))}:{line}: (?=.*{key}).*expected .+, found .+")

    def test_check_names_both_readings_of_a_template_without_a_dialect(self):
        routes = "routes:\n  - /files/*\n"
        status, _, err = support.run_wayside("--check", "--config", self.write_config(routes))
        self.assertEqual(status, 0)
        self.assertIn("is read as /files/{}, as in Spring", err)
        self.assertIn("it would be /files/{...} in Express 4", err)
        self.assertEqual(err.count("\n"), 1, err)
        for dialect, path, label in (("express4", "/files/a/b", "/files/*"), ("spring", "/files/a/b", "unmatched")):
            with self.subTest(dialect):
                file = self.write_config(f"dialect: {dialect}\n{routes}")
                status, _, err = support.run_wayside("--check", "--config", file)
                self.assertEqual((status, err), (0, ""))
                _, out, _ = support.run_wayside("--config", file, "--explain", f"GET {path}")
                self.assertRegex(out, rf"label +{re.escape(label)}")

    def test_check_knows_that_a_catch_all_reaches_further_than_a_parameter(self):
        file = self.write_config("routes:\n  - /f/{p}\n  - /f/{rest...}\n")
        status, _, err = support.run_wayside("--check", "--config", file)
        self.assertEqual((status, err), (0, ""))
        _, out, _ = support.run_wayside("--config", file, "--explain", "GET /f/a/b")
        self.assertRegex(out, r"label +/f/\{rest\.\.\.\}")

    def test_every_configuration_that_we_ship_checks_out(self):
        config = support.SOURCE / "config"
        files = [*config.glob("*.yaml"), *config.rglob("wayside.yaml"), support.SOURCE / "docker" / "wayside.yaml"]
        self.assertGreater(len(files), 6, "there are examples in config/")
        for file in files:
            with self.subTest(file):
                status, _, err = support.run_wayside("--check", "--config", file)
                self.assertEqual((status, err), (0, ""))

    def test_a_file_that_is_missing_is_one_clear_line(self):
        file = self.folder / "missing.yaml"
        status, out, err = support.run_wayside("--config", file)
        self.assertEqual((status, out), (1, ""))
        self.assertEqual(err.count("\n"), 1, err)
        self.assertIn(str(file), err)

    def test_a_port_in_use_is_one_clear_line(self):
        for option, other in (("--listen", "--metrics-listen"), ("--metrics-listen", "--listen")):
            with self.subTest(option), socket.create_server(("127.0.0.1", 0)) as taken:
                address = f"127.0.0.1:{taken.getsockname()[1]}"
                status, out, err = support.run_wayside(option, address, other, "127.0.0.1:0")
                self.assertEqual((status, out), (1, ""))
                self.assertEqual(err.count("\n"), 1, err)
                self.assertIn(address, err)


class SamePort(support.TestCase):
    """Several workers share one port, and a second daemon on it would get half of the connections."""

    def test_a_second_daemon_does_not_start(self):
        first = self.start_wayside("--workers", "2")
        listen = f"127.0.0.1:{first.proxy_port}"
        status, _, complaint = support.run_wayside("--workers", 2, "--listen", listen, "--metrics-listen", "127.0.0.1:0")
        self.assertEqual(status, 1)
        self.assertRegex(complaint, r"cannot listen on 127\.0\.0\.1:\d+: Address already in use\n$")

    def test_daemons_that_are_told_to_share_do(self):
        first = self.start_wayside("--workers", "2", config="reuse_port: true")
        command = [support.wayside_binary(), "--config", self.folder / "wayside.yaml"]
        second = self.start(*command, "--listen", f"127.0.0.1:{first.proxy_port}", "--metrics-listen", "127.0.0.1:0")
        second.wait_for_line('msg="?listening')


class Configuration(support.TestCase):
    """Command line over environment over file, and the three kinds of backend."""

    def setUp(self):
        super().setUp()
        self.refusing = self.enterContext(refusing_url())

    def start_backend(self, *args):
        backend = Backend(*args)
        self.addCleanup(backend.stop)
        return backend

    def assert_reaches(self, wayside, backend):
        response = support.fetch(wayside.proxy_port, "/bytes/4")
        self.assertEqual((response.status, len(response.body)), (200, 4))
        self.assertEqual(backend.requests, ["GET /bytes/4"])

    def test_the_file_counts(self):
        backend = self.start_backend()
        self.assert_reaches(self.start_wayside(config=f"backend: {backend.url}\n"), backend)

    def test_the_environment_overrides_the_file(self):
        backend = self.start_backend()
        environment = {"WAYSIDE_BACKEND": backend.url}
        self.assert_reaches(self.start_wayside(config=f"backend: {self.refusing}\n", env=environment), backend)

    def test_the_command_line_overrides_the_environment(self):
        backend = self.start_backend()
        environment = {"WAYSIDE_BACKEND": self.refusing}
        self.assert_reaches(self.start_wayside(backend=backend.url, env=environment), backend)

    def test_the_start_is_logged_with_all_three_addresses(self):
        backend = self.start_backend()
        fields = self.start_wayside(backend=backend.url).log_fields
        self.assertRegex(fields["proxy"], r"^127\.0\.0\.1:[1-9]\d*$")
        self.assertRegex(fields["metrics"], r"^127\.0\.0\.1:[1-9]\d*$")
        self.assertEqual(fields["backend"], backend.url)

    def test_a_unix_socket_backend(self):
        backend = self.start_backend(socket.AF_UNIX, self.folder / "app.sock")
        self.assert_reaches(self.start_wayside(backend=backend.url), backend)

    def test_an_ipv6_backend(self):
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        except OSError as error:
            self.skipTest(f"no IPv6 loopback: {error}")
        backend = self.start_backend(socket.AF_INET6)
        self.assert_reaches(self.start_wayside(backend=backend.url), backend)

    def test_a_backend_by_name(self):
        backend = self.start_backend()
        self.assert_reaches(self.start_wayside(backend=f"http://localhost:{backend.port}"), backend)

    def test_the_admin_pages(self):
        wayside = self.start_wayside(backend=self.refusing)
        for page in ("/-/healthy", "/-/ready"):
            self.assertEqual(support.fetch(wayside.metrics_port, page).status, 200, page)
        landing = support.fetch(wayside.metrics_port, "/", headers={"Accept": "text/html"}).text
        for page in ("metrics", "routes?format=text", "api/v1/live", "-/ready"):
            self.assertIn(f'href="{page}"', landing)


class Failures(support.TestCase):
    def assert_counted(self, wayside, status, endpoint):
        labels = {"endpoint": endpoint, "http_status": status, "method": "GET"}
        wayside.wait_for_sample(1.0, "http_requests_total", **labels)

    def assert_short_plain_text(self, response):
        self.assertTrue(response.headers["Content-Type"].startswith("text/plain"))
        self.assertIn(len(response.body), range(1, 200))

    def test_a_backend_that_is_down_is_a_502(self):
        wayside = self.start_wayside(config=ROUTES, backend=self.enterContext(refusing_url()))
        response = support.fetch(wayside.proxy_port, "/status/200")
        self.assertEqual(response.status, 502)
        self.assert_short_plain_text(response)
        self.assert_counted(wayside, "502", "/status/{code}")

    def test_a_backend_that_hangs_is_a_504(self):
        backend = Backend()
        self.addCleanup(backend.stop)
        config = ROUTES + "timeouts: {response_head: 200ms}\n"
        wayside = self.start_wayside(config=config, backend=backend.url)
        response = support.fetch(wayside.proxy_port, "/hold", timeout_s=10)
        self.assertEqual(response.status, 504)
        self.assert_short_plain_text(response)
        self.assert_counted(wayside, "504", "/hold")


class Shutdown(support.TestCase):
    def setUp(self):
        super().setUp()
        self.backend = Backend()
        self.addCleanup(self.backend.stop)

    def finishes_what_is_in_flight(self, number):
        wayside = self.start_wayside(backend=self.backend.url)
        responses = []
        client = threading.Thread(target=lambda: responses.append(support.fetch(wayside.proxy_port, "/hold")))
        client.start()
        self.addCleanup(client.join)
        self.addCleanup(self.backend.release)
        support.wait_until(lambda: self.backend.requests, "the request is with the backend")

        wayside.signal(number)
        support.wait_until(
            lambda: not support.accepts_connections(wayside.proxy_port), "wayside accepts no new connections"
        )
        self.assertTrue(wayside.is_running(), "a request is still in flight")
        self.backend.release()
        client.join()
        self.assertEqual([(response.status, response.text) for response in responses], [(200, "held\n")])
        self.assertEqual(wayside.wait(), 0, wayside.output)

    def test_sigterm_lets_a_request_finish(self):
        self.finishes_what_is_in_flight(signal.SIGTERM)

    def test_sigint_lets_a_request_finish(self):
        self.finishes_what_is_in_flight(signal.SIGINT)

    def test_waiting_ends_with_the_grace_period(self):
        wayside = self.start_wayside(config="timeouts: {drain: 100ms}\n", backend=self.backend.url)
        with socket.create_connection(("127.0.0.1", wayside.proxy_port), timeout=support.TIMEOUT_S) as client:
            client.sendall(b"GET /hold HTTP/1.1\r\nHost: x\r\n\r\n")
            support.wait_until(lambda: self.backend.requests, "the request is with the backend")
            wayside.signal(signal.SIGTERM)
            self.assertEqual(wayside.wait(10), 0, wayside.output)

    def test_an_idle_client_does_not_hold_it_up(self):
        wayside = self.start_wayside(backend=self.backend.url)
        with socket.create_connection(("127.0.0.1", wayside.proxy_port), timeout=support.TIMEOUT_S) as client:
            client.sendall(b"GET /status/204 HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertIn(b" 204 ", client.recv(4096))
            wayside.signal(signal.SIGTERM)
            self.assertEqual(wayside.wait(10), 0, wayside.output)


class Demo(support.TestCase):
    def test_shows_something_without_any_configuration(self):
        wayside = self.start_wayside("--demo")
        wayside.wait_for_line(rf"curl \S*127\.0\.0\.1:{wayside.proxy_port}/")
        self.assertEqual(support.fetch(wayside.proxy_port, "/users/42").text, '{"user":"42"}\n')

        def visited(family):
            return {
                dict(labels)["endpoint"]
                for (name, labels), value in support.samples(wayside.metrics()).items()
                if name == family and value
            }

        for family, endpoints in (
            ("http_requests_total", {"/", "/users/{id}"}),
            ("wayside_streams_total", {"/events"}),
            ("wayside_client_aborts_total", {"/slow"}),
        ):
            support.wait_until(
                lambda family=family, endpoints=endpoints: visited(family) >= endpoints,
                f"{family} has the visitors of {endpoints}",
            )
        wayside.signal(signal.SIGINT)
        self.assertEqual(wayside.wait(), 0, wayside.output)


if __name__ == "__main__":
    unittest.main()
