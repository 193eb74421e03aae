"""Listening sockets from outside: a restart that no connection notices, and systemd's own activation."""

import contextlib
import fcntl
import re
import signal
import socket
import threading

import support
from backend import Backend


def listening_socket():
    """A socket whose number is none of those that wayside gets it under."""
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        made.listen(1024)
        return socket.socket(fileno=fcntl.fcntl(made.fileno(), fcntl.F_DUPFD_CLOEXEC, 100))


class Inherited(support.TestCase):
    def setUp(self):
        super().setUp()
        self.backend = Backend()
        self.addCleanup(self.backend.stop)
        self.clients = self.enterContext(contextlib.closing(listening_socket()))
        self.metrics = self.enterContext(contextlib.closing(listening_socket()))
        self.port, self.metrics_port = (each.getsockname()[1] for each in (self.clients, self.metrics))

    def start_with(self, *sockets, names=None, options=()):
        """The daemon with these sockets as its descriptors 3, 4 …, as a service manager would start it."""
        numbers = [each.fileno() for each in sockets]
        moves = " ".join(f"{3 + index}<&{number} {number}<&-" for index, number in enumerate(numbers))
        variables = f"LISTEN_PID=$$ LISTEN_FDS={len(numbers)}"
        if names is not None:
            variables += f" LISTEN_FDNAMES={names}"
        command = [
            "/bin/bash",
            "-c",
            f'export {variables}; exec "$0" "$@" {moves}',
            support.wayside_binary(),
            "--backend",
            self.backend.url,
            "--listen",
            "127.0.0.1:0",
            "--metrics-listen",
            "127.0.0.1:0",
            *options,
        ]
        return self.start(*command, pass_fds=numbers)

    def assert_ends(self, process):
        process.signal(signal.SIGTERM)
        self.assertEqual(process.wait(), 0, process.output)
        self.assertRegex(process.output.splitlines()[-1], r'msg="stopped"$')

    def test_are_used_in_place_of_the_addresses(self):
        process = self.start_with(self.metrics, self.clients, names="metrics:proxy")
        line = process.wait_for_line('msg="?listening.*').group(0)
        self.assertIn(f"proxy=127.0.0.1:{self.port} ", line)
        self.assertIn(f"metrics=127.0.0.1:{self.metrics_port}", line)
        self.assertEqual(support.fetch(self.port, "/echo").status, 200)
        self.assertEqual(support.fetch(self.metrics_port, "/-/ready").status, 200)
        self.assert_ends(process)

    def test_without_names_are_for_clients_and_metrics(self):
        process = self.start_with(self.clients, self.metrics)
        process.wait_for_line('msg="?listening')
        self.assertEqual(support.fetch(self.port, "/echo").status, 200)
        self.assertEqual(support.fetch(self.metrics_port, "/-/ready").status, 200)
        self.assert_ends(process)

    def test_one_may_be_for_clients_alone(self):
        process = self.start_with(self.clients, names="clients")
        line = process.wait_for_line('msg="?listening.*').group(0)
        self.assertEqual(support.fetch(self.port, "/echo").status, 200)
        metrics_port = int(re.search(r"metrics=127\.0\.0\.1:(\d+)", line).group(1))
        self.assertNotEqual(metrics_port, self.metrics_port)
        self.assertEqual(support.fetch(metrics_port, "/-/ready").status, 200)
        self.assert_ends(process)

    def test_a_doubt_keeps_it_from_starting(self):
        process = self.start_with(self.clients, self.metrics, names="proxy:http")
        self.assertEqual(process.wait(), 1)
        self.assertIn(
            'wayside: LISTEN_FDNAMES: expected "proxy", "clients" or "metrics", found "http"', process.output
        )

    def test_a_restart_drops_no_connection(self):
        """Each request has a new connection. None is refused or reset, whether wayside runs or not."""
        ends = threading.Event()
        failures = []
        answered = [0] * 4

        def visit(index):
            while not ends.is_set():
                method = "POST" if answered[index] % 2 else "GET"
                try:
                    status = support.fetch(self.port, "/echo", method, body=b"a" if method == "POST" else None).status
                except OSError as error:
                    status = repr(error)
                if status != 200:
                    failures.append(f"{method}: {status}")
                answered[index] += 1

        process = self.start_with(self.clients, self.metrics, names="proxy:metrics", options=["--workers", "2"])
        threads = [threading.Thread(target=visit, args=[index]) for index in range(4)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(8):
                before = list(answered)
                support.wait_until(
                    lambda: all(now > then + 5 for now, then in zip(answered, before)), "all are answered"
                )
                self.assert_ends(process)
                process = self.start_with(
                    self.clients, self.metrics, names="proxy:metrics", options=["--workers", "2"]
                )
        finally:
            ends.set()
            for thread in threads:
                thread.join(support.TIMEOUT_S)
        self.assertEqual(failures, [])
        self.assertEqual(support.fetch(self.metrics_port, "/-/ready").status, 200)
        self.assert_ends(process)

    def test_systemd_activates_it(self):
        ports = [support.free_port() for _ in range(2)]
        manager = self.start(
            support.program("systemd-socket-activate"),
            *(f"--listen=127.0.0.1:{port}" for port in ports),
            "--fdname=proxy:metrics",
            support.wayside_binary(),
            "--backend",
            self.backend.url,
        )
        manager.wait_for_line(f"Listening on 127.0.0.1:{ports[1]}")
        # The first connection starts wayside, and waits for it.
        self.assertEqual(support.fetch(ports[0], "/echo").status, 200)
        self.assertEqual(support.fetch(ports[1], "/-/ready").status, 200)
        self.assert_ends(manager)


if __name__ == "__main__":
    support.unittest.main()
