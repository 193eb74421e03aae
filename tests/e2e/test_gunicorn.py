"""gunicorn, on which most Flask applications run, as the backend, also while it replaces its workers."""

import contextlib
import http.client
import re
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import support

CLIENTS = 4
RELOADS = 3
WORKERS = 2


class Gunicorn(support.TestCase):
    def setUp(self):
        super().setUp()
        self.gunicorn = self.start(
            *(support.program("gunicorn"), "--chdir", Path(__file__).parent, "--bind", "127.0.0.1:0"),
            *("--worker-class", "gthread", "--threads", CLIENTS, "--workers", WORKERS, "--worker-tmp-dir", self.folder),
            *("--config", "/dev/null", "flask_app:app"),
            env={"PYTHONDONTWRITEBYTECODE": "1"},
        )
        url = self.gunicorn.wait_for_line(r"Listening at: (\S+)").group(1)
        self.wait_for_workers(WORKERS)
        self.wayside = self.start_wayside(backend=url)

    def wait_for_workers(self, started):
        """Waits until that many workers have been started, and all but the last ones have ended."""

        def settled():
            output = self.gunicorn.output
            return (
                len(re.findall("Booting worker", output)) >= started
                and len(re.findall("Worker exiting", output)) >= started - WORKERS
            )

        support.wait_until(settled, lambda: f"{started} workers were started; gunicorn said:\n{self.gunicorn.output}")

    def test_answers_of_every_kind_pass(self):
        port = self.wayside.proxy_port
        self.assertEqual(support.fetch(port, "/").text, "Hello, World!")
        self.assertEqual(support.fetch(port, "/stream").text, "".join(f"line {number}\n" for number in range(1000)))
        self.assertEqual(support.fetch(port, "/broken").status, 500)
        self.assertEqual(support.fetch(port, "/", "HEAD").body, b"")

    def test_no_request_fails_while_workers_are_replaced(self):
        over = threading.Event()
        with ThreadPoolExecutor(CLIENTS) as pool:
            clients = [pool.submit(self.ask_until, over) for _ in range(CLIENTS)]
            try:
                for reload in range(1, RELOADS + 1):
                    self.gunicorn.signal(signal.SIGHUP)
                    self.wait_for_workers(WORKERS * (reload + 1))
            finally:
                over.set()
            results = [client.result() for client in clients]
        self.assertEqual([failure for _, failures in results for failure in failures], [])
        self.assertTrue(all(requests > 0 for requests, _ in results), results)

    def ask_until(self, over):
        """Sends requests on one connection until `over` is set; returns their number and the failures."""
        requests, failures = 0, []
        connection = http.client.HTTPConnection("127.0.0.1", self.wayside.proxy_port, timeout=support.TIMEOUT_S)
        with contextlib.closing(connection):
            while not over.is_set():
                requests += 1
                try:
                    connection.request("GET", f"/users/{requests}")
                    response = connection.getresponse()
                    body = response.read()
                    if response.status != 200:
                        failures.append((requests, response.status, body))
                except (OSError, http.client.HTTPException) as error:
                    failures.append((requests, repr(error)))
                    connection.close()
        return requests, failures


if __name__ == "__main__":
    support.unittest.main()
