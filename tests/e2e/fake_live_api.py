#!/usr/bin/env python3
"""The live page in front of an API that makes up its answers.

    tests/e2e/fake_live_api.py --scenario many --port 8099

serves src/admin/page as the daemon does, and docs/api.md with numbers that are the same for the same tick, so that the
page can be developed and tested without traffic.
"""

import argparse
import contextlib
import hashlib
import http.server
import json
import math
import random
import re
import socket
import threading
import time
import urllib.parse
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
PAGE = SOURCE / "src" / "admin" / "page"
TICK_S = 5
KEPT_TICKS = 180
WINDOWS = {"1m": 60, "5m": 300, "15m": 900}
BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}  # fmt: skip


def security_policy():
    """The policy that the daemon sends with the page."""
    source = (SOURCE / "src" / "admin" / "page_files.cpp").read_text()
    literals = re.search(r"kContentSecurityPolicy =\s*((?:\"[^\"]*\"\s*)+);", source).group(1)
    return "".join(re.findall(r'"([^"]*)"', literals))


def rfc3339(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(eq=False)
class Endpoint:
    """How the requests of one endpoint are made up. `median` and `spread` are of a log-normal latency."""

    label: str
    rate: float = 0.0
    errors: float = 0.0
    refused: float = 0.02  # share of 4xx
    median: float = 0.02
    spread: float = 0.8
    methods: list = field(default_factory=lambda: ["GET"])
    target: float | None = None
    in_flight: int = 0
    aborts: float = 0.0005
    streams: int = 0
    burst: tuple | None = None  # ticks before the world's first moment, from and to, in which there are many errors

    def noise(self, tick, what):
        digest = hashlib.md5(f"{self.label} {tick} {what}".encode("utf-8", "replace")).digest()
        return int.from_bytes(digest[:4], "big") / 2**32

    def rate_at(self, tick):
        wave = 1 + 0.25 * math.sin(tick / 37 + len(self.label)) + 0.12 * math.sin(tick / 9)
        return max(0.0, self.rate * wave * (0.85 + 0.3 * self.noise(tick, "rate")))

    def errors_at(self, tick, first_tick):
        share = self.errors
        if self.burst and first_tick - self.burst[0] <= tick <= first_tick - self.burst[1]:
            share = 0.35
        return self.rate_at(tick) * share * (0.6 + 0.8 * self.noise(tick, "errors"))

    def quantile(self, part):
        z = {0.5: 0.0, 0.95: 1.645, 0.99: 2.326}[part]
        return min(self.median * math.exp(self.spread * z), BOUNDS[-1])

    def p95_at(self, tick):
        if self.rate == 0:
            return None
        return self.quantile(0.95) * (0.8 + 0.4 * self.noise(tick, "p95"))

    def below(self, seconds):
        return 0.5 * (1 + math.erf(math.log(seconds / self.median) / self.spread / math.sqrt(2)))


def demo_endpoints():
    return [
        Endpoint("/api/v2/products", 148, 0.0004, 0.006, 0.011, 0.7, ["GET", "HEAD"], 0.25, 2),
        Endpoint("/api/v2/products/{sku}", 96, 0.0011, 0.021, 0.0068, 0.75, ["GET", "PATCH"], 0.1, 1),
        Endpoint("/api/v2/cart", 41, 0.0008, 0.012, 0.018, 0.6, ["GET", "POST"], 0.25, 1),
        Endpoint("/api/v2/search", 33, 0.002, 0.004, 0.142, 0.75, ["GET"], 0.5, 6, 0.011),
        Endpoint("/api/v2/cart/items/{id}", 18.5, 0.001, 0.03, 0.016, 0.6, ["PUT", "DELETE"]),
        Endpoint("/api/v2/checkout", 4.6, 0.012, 0.038, 0.31, 0.55, ["POST"], 1.0, 2, burst=(96, 78)),
        Endpoint("/api/v2/users/{id}", 12.2, 0.0005, 0.017, 0.0081, 0.8, ["GET", "PUT"]),
        Endpoint("/api/v2/users/{id}/orders", 7.4, 0.001, 0.008, 0.037, 0.8, ["GET"], 0.25),
        Endpoint("/api/v2/orders/{id}", 9.1, 0.0006, 0.026, 0.013, 0.7, ["GET"]),
        Endpoint("/api/v2/payments/{id}/capture", 2.1, 0.021, 0.011, 0.62, 0.5, ["POST"], 1.0, 1, burst=(95, 80)),
        Endpoint("/assets/*", 210, 0, 0.003, 0.0021, 0.5, ["GET", "HEAD"], None, 1),
        Endpoint("/login", 1.9, 0.0005, 0.19, 0.094, 0.3, ["GET", "POST"]),
        Endpoint("/logout", 0.4, 0, 0.01, 0.006, 0.4, ["POST"]),
        Endpoint("/events", 0.03, 0, 0, 0.004, 0.4, ["GET"], streams=37),
        Endpoint("/api/v1/products.json", 0.22, 0.004, 0.05, 0.048, 0.9),
        Endpoint("/webhooks/{provider}", 0.8, 0.003, 0.06, 0.071, 0.8, ["POST"]),
        Endpoint("/admin/reports/{name}.csv", 0.012, 0, 0, 3.4, 0.6, ["GET"], in_flight=1),
        Endpoint("unmatched", 3.3, 0.0002, 0.97, 0.0042, 0.5),
        *(Endpoint(f"/api/v1/{name}") for name in ("cart", "checkout", "orders/{id}", "products/{id}", "search", "users/{id}")),
        Endpoint("/internal/reindex", methods=["POST"]),
        Endpoint("/sitemap.xml"),
    ]  # fmt: skip


LONG = "/long/" + "x" * 8192
HOSTILE = [
    "/<script>document.title='owned'</script>",
    "/<img src=x onerror=document.title='owned'>",
    "/שלום/עולם/{id}",
    "/\u202egnp.exe",
    "/a\u0000b\u0007\u200bc",
    LONG,
    "/quote\"'&amp;`${1}",
    "/日本語/😀",
    "__proto__",
    "/{{constructor}}",
]


def scenario_endpoints(name):
    if name == "demo":
        return demo_endpoints()
    if name == "many":
        return [
            Endpoint(f"/service/{i % 23}/resource-{i}/{{id}}", 120 / (i + 1) ** 0.6, 0.002 * (i % 7 == 0), 0.02,
                     0.004 + 0.001 * (i % 50), 0.7, ["GET", "PUT"][: 1 + i % 2], 0.1 if i % 5 == 0 else None)
            for i in range(800)
        ]  # fmt: skip
    if name == "hostile":
        return [Endpoint(label, 5.0 - i / 10, 0.01) for i, label in enumerate(HOSTILE)]
    return []


class World:
    """All that the API tells, at a moment. Members may be changed while it is served."""

    def __init__(self, scenario="demo", age_s=3 * 3600 + 25 * 60):
        self.scenario = scenario
        self.endpoints = scenario_endpoints(scenario)
        self.started = time.time() - age_s
        self.routes_enabled = True
        self.outage = None  # of the backend: its error, and its length in seconds
        self.reload_error = None
        self.failure = None  # a status that the API answers instead
        self.version = "0.2.0"
        self._first_tick = self.tick
        self._points = {}  # of each endpoint, by the name of the list: the values of the ticks from 1 on

    def restart(self):
        self.started = time.time()
        self.forget_points()

    def forget_points(self):
        """For a change of an endpoint to be seen in its past."""
        self._points.clear()

    def points(self, endpoint, first, last):
        """The points of the ticks from first to last, which are within the last 15 minutes."""
        oldest = max(1, self.tick - KEPT_TICKS + 1)
        start, lists = self._points.setdefault(endpoint.label, (oldest, {"rate": [], "errors": [], "p95": []}))
        for tick in range(start + len(lists["rate"]), last + 1):
            lists["rate"].append(round(endpoint.rate_at(tick), 2))
            lists["errors"].append(round(endpoint.errors_at(tick, self._first_tick), 3))
            lists["p95"].append(endpoint.rate and round(endpoint.p95_at(tick), 5) or None)
        return {name: values[max(0, first - start) : last + 1 - start] for name, values in lists.items()}

    @property
    def tick(self):
        return int((time.time() - self.started) / TICK_S)

    def window(self, endpoint, seconds):
        """The number of requests, and of those with 5xx, in the window."""
        points = self.points(endpoint, max(1, self.tick - seconds // TICK_S + 1), self.tick)
        requests = round(sum(points["rate"]) * TICK_S)
        return requests, min(requests, round(sum(points["errors"]) * TICK_S))

    def described(self, endpoint, seconds, since):
        covered = self.covered(seconds)
        requests, errors = self.window(endpoint, seconds)
        refused = min(requests - errors, round(requests * endpoint.refused))
        tick = self.tick
        has_latency = requests > 0
        return {
            "label": endpoint.label,
            "methods": endpoint.methods,
            "requests": requests,
            "rate": requests / covered,
            "status": {"1xx": 0, "2xx": requests - errors - refused, "3xx": 0, "4xx": refused, "5xx": errors},
            "client_aborts": round(requests * endpoint.aborts),
            "error_share": errors / requests if requests else None,
            "mean": endpoint.median * math.exp(endpoint.spread**2 / 2) if has_latency else None,
            **{f"p{part * 100:.0f}": endpoint.quantile(part) if has_latency else None for part in (0.5, 0.95, 0.99)},
            "first_bound": BOUNDS[0] if has_latency else None,
            "in_flight": endpoint.in_flight,
            "streams_active": endpoint.streams,
            "slo": endpoint.target
            and {"target_seconds": endpoint.target, "attainment": endpoint.below(endpoint.target) if requests else None},
            "requests_total": round(endpoint.rate * (time.time() - self.started)),
            "last_used": self.last_used(endpoint),
            "points": None if endpoint.rate == 0 else self.points(endpoint, max(1, tick - KEPT_TICKS + 1, since + 1), tick),
        }  # fmt: skip

    def last_used(self, endpoint):
        if endpoint.rate == 0:
            return None
        return rfc3339(time.time() - min(7200, endpoint.noise(0, "used") * 2 / endpoint.rate))

    def covered(self, seconds):
        return min(seconds + time.time() % TICK_S, max(0.5, time.time() - self.started))

    def live(self, window, since):
        seconds = WINDOWS[window]
        endpoints = [self.described(each, seconds, since) for each in self.endpoints]
        endpoints.sort(key=lambda each: (-each["requests"], each["label"]))
        has_warnings = self.scenario in ("demo", "hostile")
        return {
            "time": rfc3339(time.time()),
            "started": rfc3339(self.started),
            "version": self.version,
            "tick": self.tick,
            "tick_seconds": TICK_S,
            "window_seconds": seconds,
            "covered_seconds": round(self.covered(seconds), 1),
            "listen": ["0.0.0.0:8080"],
            "backend": {
                "address": "http://127.0.0.1:5000",
                "up": self.outage is None,
                "error": self.outage and self.outage[0],
                "failed_for": self.outage and self.outage[1],
                "connections": {"active": sum(each.in_flight for each in self.endpoints), "idle": 21},
                "queue": 0,
                "connects_total": 184,
                "retries_total": 3 if self.endpoints else 0,
                "errors_total": {"connect_refused": 2, "reset": 7, "timeout": 0} if self.endpoints else {},
                "errors": {"reset": 3} if self.endpoints else {},
            },
            "clients": {"connections": 64 if self.endpoints else 0, "evictions_total": 0},
            "streams_active": sum(each.streams for each in self.endpoints),
            "series": {"used": 412 + 3 * len(self.endpoints), "limit": 20000, "overflow_total": 0},
            "rejected": {},
            "rejected_total": {"malformed_head": 14, "head_too_large": 2} if self.scenario == "demo" else {},
            "configuration": {
                "routes": len(self.endpoints),
                "last_reload_successful": self.reload_error is None,
                "last_reload": None,
                "last_reload_error": self.reload_error,
                "warnings": ["wayside.yaml:31: /api/v1/search is never reached: /api/v1/* comes first"] if has_warnings else [],
            },
            "overhead": {"p50": 0.000011, "p95": 0.000024, "p99": 0.000043, "first_bound": 0.00001} if self.endpoints else None,
            "service": self.service(endpoints),
            "endpoints": endpoints,
        }  # fmt: skip

    def service(self, endpoints):
        requests = sum(each["requests"] for each in endpoints)
        status = {name: sum(each["status"][name] for each in endpoints) for name in ("1xx", "2xx", "3xx", "4xx", "5xx")}
        busy = [each for each in endpoints if each["points"]]

        def mean(name):
            return sum(each[name] * each["requests"] for each in busy if each[name]) / requests if requests else None

        def added(name):
            return [round(sum(values), 3) for values in zip(*(each["points"][name] for each in busy))]

        count = len(busy[0]["points"]["p95"]) if busy else 0
        weights = [each["requests"] for each in busy]
        p95 = [
            sum(weight * each["points"]["p95"][i] for weight, each in zip(weights, busy)) / max(1, sum(weights))
            for i in range(count)
        ]
        return {
            "requests": requests,
            "rate": sum(each["rate"] for each in endpoints),
            "status": status,
            "client_aborts": sum(each["client_aborts"] for each in endpoints),
            "error_share": status["5xx"] / requests if requests else None,
            **{name: mean(name) for name in ("mean", "p50", "p95", "p99")},
            "first_bound": BOUNDS[0],
            "in_flight": sum(each["in_flight"] for each in endpoints),
            "streams_active": sum(each["streams_active"] for each in endpoints),
            "requests_total": sum(each["requests_total"] for each in endpoints),
            "points": {"rate": added("rate"), "errors": added("errors"), "p95": p95} if busy else None,
        }

    def detail(self, label, window):
        endpoint = next((each for each in self.endpoints if each.label == label), None)
        if endpoint is None:
            return None
        seconds = WINDOWS[window]
        requests, errors = self.window(endpoint, seconds)
        refused = min(requests - errors, round(requests * endpoint.refused))
        total = round(endpoint.rate * (time.time() - self.started))
        statuses = [("GET", 200, requests - errors - refused), ("GET", 404, refused), ("GET", 502, errors)]
        return {
            "label": label,
            "window_seconds": seconds,
            "covered_seconds": round(self.covered(seconds), 1),
            "duration": histogram(endpoint, requests, 1.0),
            "phases": {"queue": None, "backend": histogram(endpoint, requests, 0.94)},
            "statuses": [
                {"method": endpoint.methods[0], "status": status, "requests": number,
                 "requests_total": round(total * number / max(1, requests))}
                for _, status, number in statuses if number
            ],
            "client_aborts": {"request": 0, "waiting": round(requests * endpoint.aborts), "response": 1},
            "bytes": {"from_clients": requests * 211, "from_backend": requests * 4801},
            "exemplars": [
                {"trace_id": f"{random.Random(f'{label} {i}').getrandbits(128):032x}", "span_id": f"{i:016x}",
                 "seconds": endpoint.quantile(part), "time": rfc3339(time.time() - 7 - 91 * i), "le": 0.5}
                for i, part in enumerate((0.99, 0.95, 0.5))
            ] if requests else [],
        }  # fmt: skip

    def routes(self):
        now = time.time()
        hostile = self.scenario == "hostile"
        unmatched = [] if self.scenario in ("empty", "many") else [
            ("/reviews/{id}", "/reviews/88213", 741, ["GET"], [404]),
            ("/wp-login.php", "/wp-login.php", 96, ["GET", "POST"], [404]),
            ("/api/v2/wishlists/{id}/items", "/api/v2/wishlists/5f0c/items", 61, ["GET"], [404]),
            (None, None, 12, ["GET"], [400]),
        ]  # fmt: skip
        if hostile:
            unmatched = [(label, label, 10, ["GET"], [404]) for label in HOSTILE]
        return {
            "routes": [
                {"path": each.label, "label": each.label, "defined": "wayside.yaml:3", "methods": each.methods,
                 "excluded": False, "hits": 1, "status_4xx": 0, "status_5xx": 0, "last_used": None}
                for each in self.endpoints
            ] + [{"path": "/healthz", "label": "/healthz", "defined": "wayside.yaml:40", "methods": ["GET"], "excluded": True,
                  "hits": 2461, "status_4xx": 0, "status_5xx": 0, "last_used": rfc3339(now)}][: len(self.endpoints)],
            "never_hit": [],
            "unmatched_requests": sum(row[2] for row in unmatched),
            "unmatched": [
                {"suggested_template": template, "path": path, "count": number, "count_error": 0, "methods": methods,
                 "statuses": statuses, "first_seen": rfc3339(now - 5000), "last_seen": rfc3339(now - 40)}
                for template, path, number, methods, statuses in unmatched
            ],
            "catch_alls": [{"path": "/files/{p}", "suggested_template": "/files/{p:path}", "yaml": "- /files/{p:path}",
                            "count": 38}] if self.scenario == "demo" else [],
        }  # fmt: skip


def histogram(endpoint, requests, scale):
    shares = [endpoint.below(bound / scale) for bound in BOUNDS] + [1.0]
    counts = [round(requests * (share - before)) for share, before in zip(shares, [0.0, *shares])]
    return {"le": BOUNDS, "counts": counts, "sum": requests * endpoint.median, "count": sum(counts)}


class FakeLiveApi:
    """Serves a World on a thread, until close(). `requests` are the targets that were asked for."""

    def __init__(self, world, port=0):
        self.world = world
        self.requests = []
        self._port = port
        self._server = None
        self._connections = []
        self.open()

    def open(self):
        """Listens, on the same port as before."""
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                fake.requests.append(self.path)
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the page gave the request up
                    fake.answer(self)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def process_request(self, connection, address):
                fake._connections.append(connection)
                super().process_request(connection, address)

            def handle_error(self, *_):
                """A connection that close() has ended is no error."""

        self._server = Server(("127.0.0.1", self._port), Handler)
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._port}/"

    def close(self):
        """As a daemon that is gone: the port refuses connections."""
        self._server.shutdown()
        self._server.server_close()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._connections.clear()

    def answer(self, request):
        target = urllib.parse.urlsplit(request.path)
        query = dict(urllib.parse.parse_qsl(target.query))
        if target.path.startswith("/api/v1/"):
            self._answer_api(request, target.path.removeprefix("/api/v1/"), query)
            return
        name = target.path.removeprefix("/page/") if target.path != "/" else "index.html"
        file = PAGE / name
        if "/" in name or not file.is_file():
            send(request, 404, "text/plain", b"There is no such page.\n")
        else:
            send(request, 200, TYPES[file.suffix], file.read_bytes(), {"Content-Security-Policy": security_policy()})

    def _answer_api(self, request, resource, query):
        world = self.world
        body = None
        if world.failure:
            send(request, world.failure, "text/plain", b"failure\n")
            return
        if resource == "live":
            body = world.live(query.get("window", "5m"), int(query.get("since", 0)))
        elif resource == "endpoint":
            body = world.detail(query["label"], query.get("window", "5m"))
        elif resource == "routes" and world.routes_enabled:
            body = world.routes()
        status = 404 if body is None else 200
        send(request, status, "application/json", json.dumps(body or {"error": "There is none."}).encode())


def send(request, status, content_type, body, headers=None):
    request.send_response(status)
    for name, value in {"Content-Type": content_type, "Content-Length": len(body), **(headers or {})}.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(body)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", choices=["demo", "many", "hostile", "empty"], default="demo")
    parser.add_argument("--port", type=int, default=8099)
    arguments = parser.parse_args()
    print(FakeLiveApi(World(arguments.scenario), arguments.port).url, flush=True)
    threading.Event().wait()
