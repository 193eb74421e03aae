"""A rolling restart: nginx and HAProxy balance two waysides, which are restarted in turn while requests come.

No request fails. nginx notices by itself (max_fails, its default), so a restart has to end before the next one begins
and fail_timeout is over; HAProxy asks /-/ready, for which wayside gives it timeouts.drain_delay.
"""

import collections
import contextlib
import http.client
import signal
import threading
import time

import support
from backend import Backend, pattern
from nginx_configuration import PREAMBLE

ROUNDS = 4
CLIENTS = 4  # of each load balancer
PAUSE_S = 0.004  # between two requests of a client
SIZE = 3000

# Two checks fail within a second, so that HAProxy sends nothing any more when wayside stops accepting.
WAYSIDE = """\
listen: 127.0.0.1:{port}
backend: {backend}
metrics: {{listen: "127.0.0.1:{metrics}"}}
routes: ["/bytes/{{size}}", "/chunked/{{size}}"]
workers: 2
timeouts: {{drain_delay: 2s}}
"""

NGINX = PREAMBLE + """\
    upstream wayside {{
        server 127.0.0.1:{ports[0]} fail_timeout=1s;
        server 127.0.0.1:{ports[1]} fail_timeout=1s;
        keepalive 16;
    }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://wayside;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
        }}
    }}
}}
"""

HAPROXY = """\
defaults
    mode http
    option redispatch
    timeout connect 5s
    timeout client 30s
    timeout server 30s
frontend clients
    bind 127.0.0.1:{port}
    default_backend waysides
backend waysides
    option httpchk GET /-/ready
    default-server check inter 500ms fall 2 rise 2
    server first 127.0.0.1:{ports[0]} port {metrics[0]}
    server second 127.0.0.1:{ports[1]} port {metrics[1]}
"""


class Visitors:
    """Clients that send GET and POST in turn to a load balancer, each on one connection for as long as that lasts."""

    def __init__(self, port, path):
        self._port = port
        self._path = path
        self._ends = threading.Event()
        self._lock = threading.Lock()
        self.sent = collections.Counter()  # by method
        self.failures = []
        self._threads = [threading.Thread(target=self._visit) for _ in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def stop(self):
        self._ends.set()
        for thread in self._threads:
            thread.join(support.TIMEOUT_S)

    def _visit(self):
        while not self._ends.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=support.TIMEOUT_S)
            with contextlib.closing(connection):
                self._ask_as_long_as_it_lasts(connection)

    def _ask_as_long_as_it_lasts(self, connection):
        for number in range(1_000_000):
            if self._ends.wait(PAUSE_S):
                return
            method = "POST" if number % 2 else "GET"
            failure, is_last = self._ask(connection, method)
            with self._lock:
                self.sent[method] += 1
                if failure:
                    self.failures.append(f"{time.strftime('%X')} {method} {failure}")
            if is_last:
                return

    def _ask(self, connection, method):
        try:
            connection.request(method, self._path, body=pattern(SIZE) if method == "POST" else None)
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            return repr(error), True
        if response.status != 200 or body != pattern(SIZE):
            return f"{response.status}, {len(body)} bytes", True
        return None, response.will_close


class RollingRestart(support.TestCase):
    def setUp(self):
        super().setUp()
        self.backend = Backend()
        self.addCleanup(self.backend.stop)
        self.ports = [support.free_port() for _ in range(2)]
        self.metrics = [support.free_port() for _ in range(2)]
        self.waysides = [self.start_one(index) for index in range(2)]

    def start_one(self, index):
        config = self.folder / f"wayside-{index}.yaml"
        config.write_text(
            WAYSIDE.format(
                port=self.ports[index], metrics=self.metrics[index], backend=self.backend.url, folder=self.folder
            )
        )
        wayside = self.start(support.wayside_binary(), "--config", config)
        wayside.wait_for_line('msg="?listening')
        return wayside

    def start_balancer(self, name, text, *command):
        port = support.free_port()
        config = self.folder / f"{name}.conf"
        config.write_text(text.format(folder=self.folder, port=port, ports=self.ports, metrics=self.metrics))
        process = self.start(support.program(name), *command, config)
        support.wait_until(
            lambda: support.accepts_connections(port) or not process.is_running(), f"{name} listens"
        )
        self.assertTrue(process.is_running(), process.output)
        return port

    def restart(self, index):
        wayside = self.waysides[index]
        wayside.signal(signal.SIGTERM)
        self.assertEqual(wayside.wait(), 0, wayside.output)
        self.assertRegex(wayside.output.splitlines()[-1], r'msg="stopped"$')
        self.waysides[index] = self.start_one(index)

    def is_used(self, index):
        """Whether both load balancers have sent requests to it."""
        seen = support.samples(support.fetch(self.metrics[index], "/metrics").text)
        endpoints = {
            dict(labels)["endpoint"] for (name, labels), value in seen.items() if name == "http_requests_total" and value
        }
        return endpoints >= {"/bytes/{size}", "/chunked/{size}"}

    def test_no_request_fails(self):
        nginx = self.start_balancer("nginx", NGINX, "-e", "stderr", "-p", self.folder, "-c")
        haproxy = self.start_balancer("haproxy", HAPROXY, "-db", "-f")
        visitors = [Visitors(nginx, f"/bytes/{SIZE}"), Visitors(haproxy, f"/chunked/{SIZE}")]
        try:
            for _ in range(ROUNDS):
                for index in range(2):
                    support.wait_until(
                        lambda: all(self.is_used(each) for each in range(2)), "both waysides are used"
                    )
                    self.restart(index)
        finally:
            for each in visitors:
                each.stop()
        for name, each in zip(("nginx", "HAProxy"), visitors):
            print(f"{name}: {dict(each.sent)} requests, {len(each.failures)} failed", flush=True)
        self.assertEqual([failure for each in visitors for failure in each.failures], [])
        posts = collections.Counter(line for line in self.backend.requests if line.startswith("POST"))
        for path, each in zip((f"/bytes/{SIZE}", f"/chunked/{SIZE}"), visitors):
            self.assertGreater(each.sent["POST"], 100)
            self.assertEqual(posts[f"POST {path}"], each.sent["POST"], "no POST is lost or sent twice")


if __name__ == "__main__":
    support.unittest.main()
