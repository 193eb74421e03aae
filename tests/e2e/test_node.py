"""Node on both sides of wayside: its server as the backend, undici's fetch and the http module as clients."""

import signal
from concurrent.futures import ThreadPoolExecutor

import support

ROUTES = "routes: [/echo, /hold]\n"


class Node(support.TestCase):
    def start_between(self, *backend_options):
        """A Node backend with wayside in front of it."""
        self.backend = self.start_node("backend.js", *backend_options)
        port = self.backend.wait_for_line(r"listening on (\d+)").group(1)
        self.wayside = self.start_wayside(config=ROUTES, backend=f"http://127.0.0.1:{port}")
        self.url = f"http://127.0.0.1:{self.wayside.proxy_port}"

    def run_checks(self, script):
        client = self.start_node(script, self.url)
        self.assertEqual(client.wait(), 0, client.output)
        return client.output

    def test_fetch_finds_nothing_amiss(self):
        self.start_between()
        self.run_checks("fetch.js")

    def test_the_http_module_finds_nothing_amiss(self):
        self.start_between()
        self.run_checks("http_client.js")

    def test_a_request_that_is_given_up_ends_at_the_backend(self):
        self.start_between()
        client = self.start_node("give_up.js", self.url + "/hold")
        self.backend.wait_for_line("holding")
        client.signal(signal.SIGUSR2)
        client.wait_for_line("gave up: AbortError")
        self.backend.wait_for_line("client gone")
        labels = {"endpoint": "/hold", "method": "GET", "http_status": "499"}
        self.wayside.wait_for_sample(1.0, "http_requests_total", **labels)

    def test_a_backend_that_hardly_keeps_connections_loses_no_request(self):
        """Node closes an idle connection at any time, also while a request is on its way."""
        self.start_between("1")

        def client(_):
            return [support.fetch(self.wayside.proxy_port, "/echo").status for _ in range(250)]

        with ThreadPoolExecutor(4) as pool:
            statuses = [status for results in pool.map(client, range(4)) for status in results]
        self.assertEqual(set(statuses), {200})


if __name__ == "__main__":
    support.unittest.main()
