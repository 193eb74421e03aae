"""nginx as the load balancer in front of wayside, as most deployments have it."""

import contextlib
import http.client
import json
from concurrent.futures import ThreadPoolExecutor

import support
from backend import Backend, pattern
from nginx_configuration import PREAMBLE

# nginx reaches wayside over keep-alive connections. It connects from 127.0.0.3 and its clients from 127.0.0.2 (all of
# 127/8 is the loopback), so that X-Forwarded-For shows the two hops.
CONFIG = PREAMBLE + """\
    upstream wayside {{
        server 127.0.0.1:{wayside_port};
        keepalive 16;
    }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://wayside;
            proxy_bind 127.0.0.3;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_buffering off;
        }}
    }}
}}
"""

CLIENTS = 8
REQUESTS_PER_CLIENT = 100


class Nginx(support.TestCase):
    def setUp(self):
        super().setUp()
        self.backend = Backend()
        self.addCleanup(self.backend.stop)
        routes = "routes: [/echo, '/bytes/{size}', '/chunked/{size}', /events]\n"
        self.wayside = self.start_wayside(config=routes, backend=self.backend.url)
        self.port = support.free_port()
        config = self.folder / "nginx.conf"
        config.write_text(
            CONFIG.format(folder=self.folder, port=self.port, wayside_port=self.wayside.proxy_port)
        )
        nginx = self.start(support.program("nginx"), "-e", "stderr", "-p", self.folder, "-c", config)
        support.wait_until(
            lambda: support.accepts_connections(self.port) or not nginx.is_running(), "nginx listens"
        )
        self.assertTrue(nginx.is_running(), nginx.output)

    def test_the_backend_sees_both_hops(self):
        response = support.fetch(self.port, "/echo", source_address=("127.0.0.2", 0))
        seen = dict(json.loads(response.body)["headers"])
        self.assertEqual(seen["X-Forwarded-For"], "127.0.0.2, 127.0.0.3")
        self.assertEqual(seen["Host"], "127.0.0.1")

    def test_no_request_fails_under_load(self):
        with ThreadPoolExecutor(CLIENTS) as pool:
            failures = [failure for client in pool.map(self.one_client, range(CLIENTS)) for failure in client]
        self.assertEqual(failures, [])
        total = CLIENTS * REQUESTS_PER_CLIENT
        self.assertEqual(len(self.backend.requests), total, "nothing was lost, nothing was sent twice")
        support.wait_until(lambda: self.counted() == total, f"wayside has counted {total} requests", timeout_s=10)
        # As many as were in use at once, and some more, since a connection may become free just too late.
        self.assertLessEqual(self.backend.connections, 4 * CLIENTS, "connections to the backend are reused")

    def counted(self):
        exposition = support.samples(self.wayside.metrics())
        return sum(value for (name, _), value in exposition.items() if name == "http_requests_total")

    def one_client(self, number):
        """Sends a hundred requests of several kinds on one connection; returns those that failed."""
        failures = []
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=support.TIMEOUT_S)
        with contextlib.closing(connection):
            for i in range(REQUESTS_PER_CLIENT):
                size = (number * 7919 + i * 104729) % 150_000
                if i % 3 == 0:
                    connection.request("POST", "/echo", body=pattern(size))
                    response = connection.getresponse()
                    arrived = json.loads(response.read())["length"] == size
                else:
                    connection.request("GET", f"/{'bytes' if i % 3 == 1 else 'chunked'}/{size}")
                    response = connection.getresponse()
                    arrived = response.read() == pattern(size)
                if response.status != 200 or not arrived:
                    failures.append((number, i, response.status, arrived))
        return failures


if __name__ == "__main__":
    support.unittest.main()
