"""Several listeners, unix sockets among them, as clients and operators meet them."""

import signal
import socket
import stat
import subprocess
import unittest
from pathlib import Path

import support

def get(path, target):
    """The response to a GET over the unix socket, by curl."""
    done = subprocess.run([support.program("curl"), "--silent", "--show-error", "--max-time", "20", "--unix-socket", path, f"http://x{target}"],
                          capture_output=True, text=True, check=False)  # fmt: skip
    return done.stdout if done.returncode == 0 else done.stderr


class Listeners(support.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = Path(self.folder)
        self.backend = self.start_node("echo_fields.js").wait_for_line(r"port (\d+)").group(1)

    def configure(self, text):
        file = self.folder / "wayside.yaml"
        file.write_text(self.with_backend(text))
        return file

    def with_backend(self, text):
        return f"backend: http://127.0.0.1:{self.backend}\n{text}"

    def listen(self, text, *args):
        return self.start_wayside(*args, config=self.with_backend(text), configures_listeners=True)

    def test_unix_sockets_for_clients_and_metrics(self):
        clients, metrics = self.folder / "clients.sock", self.folder / "metrics.sock"
        wayside = self.listen(f"""
listen: [127.0.0.1:0, {{address: "unix:{clients}", mode: "0660"}}]
metrics: {{listen: [127.0.0.1:0, "unix:{metrics}"]}}
workers: 2
access_log: json
""")
        self.assertEqual(stat.S_IMODE(clients.stat().st_mode), 0o660)
        for _ in range(20):
            fields = get(clients, "/a")
            self.assertIn('"x-forwarded-host":"x"', fields)
            self.assertNotIn("x-forwarded-for", fields, "a client of a unix socket has no address")
        self.assertIn('"x-forwarded-for":"127.0.0.1"', support.fetch(wayside.proxy_port, "/a").text)
        self.assertRegex(get(metrics, "/metrics"), r'http_requests_total{[^}]*http_status="200"[^}]*} 21\.0')
        self.assertEqual(get(metrics, "/-/ready"), "wayside is ready.\n")
        wayside.wait_for_line('"client":"unix:"')
        wayside.stop()
        self.assertFalse(clients.exists() or metrics.exists(), "the files are gone")

    def test_a_second_daemon_takes_over_a_unix_socket_if_it_may(self):
        clients = self.folder / "clients.sock"
        text = f"listen: unix:{clients}\nmetrics: {{listen: 127.0.0.1:0}}\n"
        first = self.listen(text)
        status, _, errors = support.run_wayside("--config", self.configure(text))
        self.assertEqual(status, 1)
        self.assertIn(f"cannot listen on unix:{clients}: Address already in use", errors)
        second = self.listen(text + "reuse_port: true\n")
        first.stop()
        self.assertIn("x-forwarded-host", get(clients, "/"), "the first one has left the file of the second")
        second.stop()
        self.assertFalse(clients.exists())

    def test_a_socket_of_a_dead_daemon_is_no_obstacle(self):
        clients = self.folder / "clients.sock"
        text = f"listen: unix:{clients}\nmetrics: {{listen: 127.0.0.1:0}}\n"
        dead = self.listen(text)
        dead.signal(signal.SIGKILL)
        dead.wait()
        self.assertTrue(clients.exists())
        self.listen(text)
        self.assertIn("x-forwarded-host", get(clients, "/"))

    def test_what_stands_in_the_way_is_named(self):
        file = self.folder / "letters"
        file.write_text("dear")
        for listen, why in {f"unix:{file}": "File exists",
                            f"unix:{self.folder}/none/x": "No such file or directory"}.items():  # fmt: skip
            text = f"listen: {listen}\nmetrics: {{listen: 127.0.0.1:0}}\n"
            status, _, errors = support.run_wayside("--config", self.configure(text))
            self.assertEqual(status, 1)
            self.assertRegex(errors, rf"wayside: cannot listen on unix:{self.folder}/\S+: {why}\n")
        self.assertEqual(file.read_text(), "dear")

    def test_check_finds_what_would_prevent_the_start(self):
        file = self.configure('listen: ["0.0.0.0:80", "127.0.0.1:80"]\n')
        status, out, errors = support.run_wayside("--check", "--config", file)
        self.assertEqual((status, out), (1, ""))
        self.assertRegex(errors, rf'^{file}:2: listen\S*: .*is among those of "0.0.0.0:80"')

    def test_an_unknown_owner_is_a_warning_of_check_and_prevents_the_start(self):
        file = self.configure(f'listen: {{address: "unix:{self.folder}/x", owner: nobody-here}}\n')
        for options, expected in {("--check",): 0, (): 1}.items():
            status, _, errors = support.run_wayside(*options, "--config", file)
            self.assertEqual(status, expected)
            self.assertRegex(errors, rf'^{file}:2: listen: .*found no user "nobody-here"')

    def test_ipv4_and_ipv6_on_one_port(self):
        try:
            with socket.socket(socket.AF_INET6) as probe:
                probe.bind(("::1", 0))
        except OSError as error:
            self.skipTest(f"this machine has no IPv6: {error}")
        port = support.free_port()
        for listen in (f'["0.0.0.0:{port}", "[::]:{port}"]', f'["[::]:{port}", "0.0.0.0:{port}"]', f'"[::]:{port}"'):
            wayside = self.listen(f"listen: {listen}\nmetrics: {{listen: 127.0.0.1:0}}\n")
            for host in ("127.0.0.1", "[::1]"):
                done = subprocess.run([support.program("curl"), "--silent", f"http://{host}:{port}/"], capture_output=True, text=True, check=True)
                self.assertIn(f'"x-forwarded-for":"{host.strip("[]")}"', done.stdout, listen)
            wayside.stop()

    def test_the_command_line_takes_several(self):
        clients = self.folder / "clients.sock"
        wayside = self.listen("", "--listen", f"127.0.0.1:0,unix:{clients}", "--metrics-listen", "127.0.0.1:0")
        self.assertIn("x-forwarded-host", get(clients, "/"))
        self.assertEqual(support.fetch(wayside.proxy_port, "/").status, 200)


if __name__ == "__main__":
    unittest.main()
