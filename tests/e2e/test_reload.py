"""Reloads: files that block, documents that are too large, signals at any time."""

import contextlib
import os
import re
import resource
import signal
import socket
import threading
import unittest
from pathlib import Path

import support
from backend import Backend
from canned_backend import CannedBackend

SUCCESSFUL = "wayside_config_last_reload_successful"
MIB = 1 << 20


def numbered(pattern, count):
    return "".join(pattern % number for number in range(count))


def document(servers, paths):
    """An OpenAPI document whose routes are servers times paths."""
    return (
        "openapi: 3.0.0\nservers:\n" + numbered("- url: /s%d\n", servers) + "paths:\n" + numbered("  /p%d: {}\n", paths)
    )


class ReloadTest(support.TestCase):
    def setUp(self):
        super().setUp()
        self.backend = CannedBackend()
        self.addCleanup(self.backend.close)
        self.file = self.folder / "wayside.yaml"

    def start_with(self, config, *args):
        return self.start_wayside("--enable-lifecycle", *args, config=config, backend=self.backend.url)

    def replace(self, text):
        """Replaces the configuration file, without writing into the old one."""
        other = self.folder / "other.yaml"
        other.write_text(text)
        other.rename(self.file)

    def replace_by_pipe(self):
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        pipe.rename(self.file)

    def post_reload(self, wayside):
        return support.fetch(wayside.metrics_port, "/-/reload", method="POST")


class TooMuch(ReloadTest):
    def assert_refused(self, wayside, *words):
        answer = self.post_reload(wayside)
        self.assertEqual(answer.status, 500, answer.text)
        for word in words:
            self.assertIn(word, answer.text)
        self.assertEqual(wayside.sample(SUCCESSFUL), 0.0)
        support.fetch(wayside.proxy_port, "/stays")
        wayside.wait_for_sample(1.0, "http_requests_total", endpoint="/stays", method="GET", http_status="200")

    def test_a_document_of_many_servers_times_many_paths_is_refused(self):
        wayside = self.start_with("routes: [/stays]\n")
        (self.folder / "api.yaml").write_text(document(2000, 2000))
        self.replace("openapi: api.yaml\nroutes: [/stays]\n")
        before = wayside.peak_memory_mib()
        self.assert_refused(wayside, "api.yaml:", "limits.routes")
        self.assertLess(wayside.peak_memory_mib() - before, 64)

    def test_too_many_routes_are_refused(self):
        wayside = self.start_with("routes: [/stays]\n")
        self.replace("routes:\n" + numbered("- /r%d\n", 400_000))
        self.assert_refused(wayside, "wayside.yaml:", "limits.routes")

    def test_a_document_that_is_too_long_is_refused(self):
        wayside = self.start_with("routes: [/stays]\n")
        (self.folder / "api.yaml").write_text(document(1, 1) + "# " + "x" * 4096)
        self.replace("openapi: api.yaml\nlimits: {openapi_size: 4KiB}\nroutes: [/stays]\n")
        self.assert_refused(wayside, "api.yaml", "4KiB", "limits.openapi_size")

    def test_routes_that_take_too_much_memory_are_refused(self):
        wayside = self.start_with("routes: [/stays]\n")
        self.replace("limits: {route_memory: 1MiB}\nroutes:\n" + numbered("- '/%d/{x:\\w{900}}'\n", 1000))
        self.assert_refused(wayside, "wayside.yaml:", "limits.route_memory")

    def test_running_out_of_memory_changes_nothing(self):
        limits = "limits: {routes: 1000000, route_memory: 16GiB}\n"
        wayside = self.start_with("routes: [/stays]\n")
        self.replace(limits + "routes:\n" + numbered("- /r%d\n", 400_000))
        status = Path(f"/proc/{wayside.pid}/status").read_text()
        size = int(re.search(r"^VmSize:\s+(\d+) kB$", status, re.MULTILINE).group(1)) * 1024
        resource.prlimit(wayside.pid, resource.RLIMIT_AS, (size + 160 * MIB, size + 160 * MIB))
        self.assert_refused(wayside, "enough memory")

        self.replace("routes: [/stays, /new]\n")
        self.assertEqual(self.post_reload(wayside).status, 200)


class AtAnyTime(ReloadTest):
    """Signals before the daemon serves, and while it drains."""

    def test_a_hangup_before_the_start_is_over_is_a_reload(self):
        os.mkfifo(self.file)
        wayside = self.start(
            support.wayside_binary(), "--config", self.file, "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"
        )
        with self.file.open("w") as pipe:  # open() waits for a reader
            wayside.signal(signal.SIGHUP)
            self.replace("routes: [/second]\n")
            pipe.write("routes: []\n")
        wayside.wait_for_line("msg=.?listening")
        wayside.wait_for_line("msg=.?reloaded.*routes=1")

    def test_no_reload_begins_while_draining(self):
        backend = Backend()
        self.addCleanup(backend.stop)
        wayside = self.start_wayside("--enable-lifecycle", config="routes: []\n", backend=backend.url)
        responses = []
        client = threading.Thread(target=lambda: responses.append(support.fetch(wayside.proxy_port, "/hold")))
        client.start()
        self.addCleanup(client.join)
        self.addCleanup(backend.release)
        support.wait_until(lambda: backend.requests, "the request is with the backend")
        self.replace("routes: [/new]\n")
        wayside.signal(signal.SIGTERM)
        wayside.wait_for_line("msg=.?draining")
        wayside.signal(signal.SIGHUP)
        wayside.wait_for_line("level=warn.*draining: the configuration is not reloaded")
        answer = self.post_reload(wayside)
        self.assertEqual((answer.status, answer.text), (503, "draining: the configuration is not reloaded\n"))
        self.assertEqual(wayside.sample("wayside_routes"), 0.0)
        backend.release()
        client.join()
        self.assertEqual([(response.status, response.text) for response in responses], [(200, "held\n")])
        self.assertEqual(wayside.wait(), 0, wayside.output)
        self.assertNotRegex(wayside.output, "msg=.?reloaded")

    def test_the_demo_has_nothing_to_reload(self):
        wayside = self.start_wayside("--demo", "--enable-lifecycle")
        answer = self.post_reload(wayside)
        self.assertEqual(answer.status, 403, answer.text)


class SettingsOfTheProcess(ReloadTest):
    def test_what_needs_a_restart_is_named(self):
        wayside = self.start_with("routes: [/a]\nvia: off\n")
        self.replace("routes: [/b, /c]\nvia: on\ndialect: flask\ntimeouts: {drain: 7s}\n")
        self.assertEqual(self.post_reload(wayside).status, 200)
        wayside.wait_for_line("msg=.?reloaded.*routes=2")
        wayside.wait_for_line('level=warn.*only routes were reloaded.*settings="timeouts.drain, via"')


class FilesThatBlock(ReloadTest):
    def assert_answers(self, wayside):
        for page in ("/metrics", "/-/healthy", "/-/ready", "/routes"):
            self.assertEqual(support.fetch(wayside.metrics_port, page, timeout_s=10).status, 200, page)
        self.assertEqual(support.fetch(wayside.proxy_port, "/").status, 200)

    @contextlib.contextmanager
    def a_reload_that_reads(self, wayside):
        """Until the context is left, a reload waits for text from the yielded pipe."""
        self.replace_by_pipe()
        wayside.signal(signal.SIGHUP)
        with self.file.open("w") as pipe:  # open() waits for the reload
            yield pipe

    def test_nothing_but_the_reload_waits_for_a_file(self):
        wayside = self.start_with("timeouts: {drain: 2s}\nroutes: []\n")
        with self.a_reload_that_reads(wayside):
            self.assert_answers(wayside)
            wayside.signal(signal.SIGTERM)
            self.assertEqual(wayside.wait(10), 0, wayside.output)

    def test_nothing_but_the_reload_waits_for_a_file_to_open(self):
        wayside = self.start_with("timeouts: {drain: 2s}\nroutes: []\n")
        self.replace_by_pipe()
        wayside.signal(signal.SIGHUP)
        tasks = Path(f"/proc/{wayside.pid}/task")

        def is_opening():  # opening a FIFO waits for a writer
            return any("wait_for_partner" in (task / "wchan").read_text() for task in tasks.iterdir())

        support.wait_until(is_opening, "the reload opens its file")
        self.assert_answers(wayside)
        wayside.signal(signal.SIGTERM)
        self.assertEqual(wayside.wait(10), 0, wayside.output)

    def test_hangups_during_a_reload_are_one_more(self):
        wayside = self.start_with("routes: []\n")
        with self.a_reload_that_reads(wayside) as pipe:
            self.replace("routes: [/a, /b]\n")
            for _ in range(3):
                wayside.signal(signal.SIGHUP)
                self.assert_answers(wayside)  # on the thread that takes the signals
            pipe.write("routes: [/a]\n")
        wayside.wait_for_line("msg=.?reloaded.*routes=1")
        wayside.wait_for_line("msg=.?reloaded.*routes=2")
        self.replace("routes: [/a, /b, /c]\n")
        wayside.signal(signal.SIGHUP)
        wayside.wait_for_line("msg=.?reloaded.*routes=3")
        self.assertEqual(len(re.findall("msg=.?reloaded", wayside.output)), 3, wayside.output)

    def test_who_asks_gets_the_result_of_a_reload_that_began_afterwards(self):
        wayside = self.start_with("routes: []\n")
        answers = []
        with self.a_reload_that_reads(wayside) as pipe:
            self.replace("routes: [/a{]\n")
            client = threading.Thread(target=lambda: answers.append(self.post_reload(wayside)))
            client.start()
            self.addCleanup(client.join)
            self.assert_answers(wayside)
            pipe.write("routes: [/a]\n")
        client.join(support.TIMEOUT_S)
        self.assertEqual([answer.status for answer in answers], [500])
        self.assertIn("wayside.yaml:1:", answers[0].text)
        self.assertEqual(wayside.sample("wayside_routes"), 1.0)
        self.assertEqual(wayside.sample(SUCCESSFUL), 0.0)

    def test_a_start_that_waits_for_its_file_can_be_ended(self):
        os.mkfifo(self.file)
        for arguments in ([], ["--check"]):
            for number in (signal.SIGTERM, signal.SIGINT):
                with self.subTest(arguments=arguments, number=number):
                    wayside = self.start(support.wayside_binary(), "--config", self.file, *arguments)
                    with self.file.open("w"):  # open() waits for a reader
                        wayside.signal(number)
                        self.assertEqual(wayside.wait(10), -number, wayside.output)


class FromABrowser(ReloadTest):
    """A browser may reload only from a page of the metrics listener."""

    def post(self, wayside, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return support.fetch(wayside.metrics_port, "/-/reload", method="POST", headers=named)

    def test_a_foreign_page_is_refused_and_others_are_not(self):
        wayside = self.start_with("routes: [/a]\n")
        here = f"127.0.0.1:{wayside.metrics_port}"
        self.replace("routes: [/a, /b]\n")
        for headers in (
            {"Origin": "http://evil.example"},
            {"Origin": "null"},
            {"Origin": "http://127.0.0.1:3000", "Sec_Fetch_Site": "same-site"},
            {"Origin": f"http://{here}", "Sec_Fetch_Site": "cross-site"},
            # DNS rebinding: to the browser, this is the same origin.
            {"Host": "evil.example:10180", "Origin": "http://evil.example:10180", "Sec_Fetch_Site": "same-origin"},
        ):
            with self.subTest(headers=headers):
                answer = self.post(wayside, **headers)
                self.assertEqual(answer.status, 403, answer.text)
                self.assertIn("another origin", answer.text)
        self.assertEqual(wayside.sample("wayside_routes"), 1.0)
        for headers in (
            {},
            {"Host": "wayside.shop.svc:10180"},
            {"Origin": f"http://{here}", "Sec_Fetch_Site": "same-origin"},
        ):
            with self.subTest(headers=headers):
                self.assertEqual(self.post(wayside, **headers).status, 200)
        self.assertEqual(wayside.sample("wayside_routes"), 2.0)


class ManyRoutes(ReloadTest):
    def test_scrapes_go_on_while_many_routes_are_read(self):
        wayside = self.start_with("routes: []\n")
        self.replace("routes:\n" + numbered("- '/api/v1/item%d/{id}'\n", 10_000))
        answers = []
        client = threading.Thread(target=lambda: answers.append(self.post_reload(wayside)))
        client.start()
        self.addCleanup(client.join)
        scrapes = 0
        while client.is_alive():
            self.assertEqual(support.fetch(wayside.metrics_port, "/-/healthy").status, 200)
            scrapes += 1
        self.assertEqual([answer.status for answer in answers], [200])
        self.assertGreater(scrapes, 5, "a page is answered many times during the reload")

    def test_a_check_of_many_two_parameter_segments_ends(self):
        self.file.write_text("routes:\n" + numbered("- '/{a}x%dy{b}'\n", 400))
        status, _, _ = support.run_wayside("--check", "--config", self.file)
        self.assertEqual(status, 0)

    def test_a_variable_that_is_its_own_default_ends(self):
        file = self.folder / "api.yaml"
        file.write_text('openapi: 3.0.0\nservers:\n- {url: "/{a}", variables: {a: {default: "{a}"}}}\npaths: {/x: {}}\n')
        status, _, err = support.run_wayside("--check", "--openapi", file)
        self.assertEqual((status, err), (0, ""))


if __name__ == "__main__":
    unittest.main()
