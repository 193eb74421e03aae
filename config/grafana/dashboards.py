"""The dashboards for wayside, from which the JSON files beside this one are made.

    python3 dashboards.py            writes the files
    python3 dashboards.py --check    says which of them are not up to date, and exits with 1 if there are any

In a query, @job, @wayside, @endpoint and @method stand for the matchers of the dashboard's variables. The metrics are those of
the naming `http`; those that begin with `job:` or `wayside:` come from config/prometheus/rules.yml.
"""

import json
import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True  # this folder is installed as it is

from panels import GREEN, ORANGE, RED, YELLOW, Dashboard, Panel, Query, Row, render  # noqa: E402

JOB = 'job=~"$job"'
WAYSIDE = JOB + ',instance=~"$instance"'
ENDPOINT = WAYSIDE + ',endpoint=~"$endpoint"'
METHOD = ENDPOINT + ',method=~"$method"'
MATCHERS = {"@job": JOB, "@wayside": WAYSIDE, "@endpoint": ENDPOINT, "@method": METHOD}

TO_THE_ENDPOINT = (
    "/d/wayside-endpoint?${__url_time_range}&${datasource:queryparam}&${job:queryparam}&${instance:queryparam}&var-endpoint="
)
SERIES_TO_THE_ENDPOINT = TO_THE_ENDPOINT + "${__field.labels.endpoint:percentencode}"
CELL_TO_THE_ENDPOINT = TO_THE_ENDPOINT + "${__value.text:percentencode}"


def query(expr, shown="", exemplars=False):
    return Query(re.sub(r"@[a-z]+", lambda found: MATCHERS[found.group()], expr), shown, exemplars)


def rate(family, matchers, by="", over="$__rate_interval"):
    """The sum of the rates of a family, or of each value of the labels `by`."""
    return f"sum{f' by ({by})' if by else ''} (rate({family}{{{matchers}}}[{over}]))"


def or_zero(expr):
    """Of families that have no series before the first event."""
    return f"{expr} or vector(0)"


def quantile(q, family, matchers, by="", over="$__rate_interval"):
    return f"histogram_quantile({q}, {rate(family + '_bucket', matchers, f'{by}, le' if by else 'le', over)})"


def quantiles(family, matchers, exemplars=False):
    shown = {0.5: "median", 0.9: "90th percentile", 0.99: "99th percentile"}
    return tuple(query(quantile(q, family, matchers), name, exemplars) for q, name in shown.items())


def share(which, matchers, by="", over="$__rate_interval"):
    """The share of the requests that the further matchers `which` choose; 0, and not nothing, where they choose none."""
    part = rate("http_requests_total", f"{matchers},{which}", by, over)
    whole = rate("http_requests_total", matchers, by, over)
    return f"({part} or 0 * {whole}) / {whole}"


# As in rules.yml: 501 and 505 refuse a request for what is not implemented.
SERVER_ERRORS = 'http_status=~"5..",http_status!~"50[15]"'
CLIENT_ERRORS = 'http_status=~"4..",http_status!="499"'
CLIENT_LEFT = 'http_status="499"'
SERVED = 'http_status=~"[123].."'
UNMATCHED = 'endpoint="unmatched"'


def statuses(matchers):
    return Panel(
        "Requests by status",
        "Requests that ended, by the status that the client was sent. 499: the client left before it was sent any. 502, 503 and "
        "504 may be wayside's own.",
        "reqps",
        (query(rate("http_requests_total", matchers, "http_status"), "{{http_status}}"),),
        stacked=True,
    )


def client_errors(matchers):
    return Panel(
        "4xx and 499",
        "The share of requests with a status of 4xx, which is about the request, and of those whose client left before it was "
        "sent a status (499). Neither is an error of the service.",
        "percentunit",
        (query(share(CLIENT_ERRORS, matchers), "4xx"), query(share(CLIENT_LEFT, matchers), "499")),
    )


def durations(matchers):
    return Panel(
        "Duration",
        "From the request head being complete to the last byte of the response being accepted by the client's socket; of a "
        "stream, to its response head. Points are exemplars, the traces of single requests, where Prometheus stores them.",
        "s",
        quantiles("http_request_duration_seconds", matchers, exemplars=True),
    )


def heatmap(title, description, family, matchers):
    increases = f"sum by (le) (increase({family}_bucket{{{matchers}}}[$__rate_interval]))"
    return Panel(title, description, "s", (query(increases),), kind="heatmap")


def duration_heatmap(matchers):
    return heatmap(
        "Duration, distribution", "How many requests took how long: the buckets of the histogram.",
        "http_request_duration_seconds", matchers,
    )  # fmt: skip


def by_reason(title, description, family):
    """One series for all, so that the panel is never empty, and one for each reason that occurs."""
    return Panel(
        title, description, "reqps",
        (
            query(rate(family, "@wayside"), "all"),
            query(rate(family, "@wayside", "reason") + " > 0", "{{reason}}"),
        ),
    )  # fmt: skip


def burn_rates(title, description, bad, objective):
    """Over the long windows of the alerts."""
    return Panel(
        title, description, "none",
        tuple(
            query(f"job:{bad}:ratio_rate{window}{{@job}} / scalar(1 - {objective})", "{{job}}, " + window)
            for window in ("1h", "6h", "1d", "3d")
        ),
        thresholds=((1, YELLOW), (6, ORANGE), (14.4, RED)),
    )  # fmt: skip


def stream_panels(matchers):
    def ended(family, label):
        return query(or_zero(rate(family, matchers)), "all"), query(rate(family, matchers, label), f"{{{{{label}}}}}")

    return (
        Panel(
            "Open streams", "WebSockets and other upgrades (upgrade), and event streams (events), by endpoint.", "short",
            (
                query(or_zero(f"sum (wayside_streams_active{{{matchers}}})"), "all"),
                query(f"sum by (endpoint, kind) (wayside_streams_active{{{matchers}}})", "{{endpoint}}, {{kind}}"),
            ),
            width=6, link=SERIES_TO_THE_ENDPOINT,
        ),
        Panel(
            "Streams that ended", "By kind. A stream is among the requests when it has ended.", "ops",
            ended("wayside_stream_duration_seconds_count", "kind"), width=6,
        ),
        Panel(
            "Length of streams", "From the response head to the end of the streams that ended, by kind.", "s",
            tuple(
                query(quantile(q, "wayside_stream_duration_seconds", matchers, "kind"), "{{kind}}, " + name)
                for q, name in ((0.5, "median"), (0.99, "99th percentile"))
            ),
            width=6,
        ),
        Panel(
            "Bytes of streams", "Counted when a stream ends, for its whole length, and so in steps.", "Bps",
            ended("wayside_stream_bytes_total", "direction"), width=6,
        ),
    )  # fmt: skip


def aborts_by_phase(matchers):
    return Panel(
        "Clients that left, by phase",
        "request: the body was still being sent; waiting: no response had begun; response: a part of it was sent. Streams are "
        "left out.",
        "reqps",
        (query(rate("wayside_client_aborts_total", matchers, "phase"), "{{phase}}"),),
    )


def route_objectives(matchers):
    good, all_ = (rate(f"http_request_slo_{which}", matchers, "endpoint") for which in ("good_total", "total"))
    return Panel(
        "Objectives of routes",
        "The share of requests that missed the target that the setting `slo` of their route gives: failed, or slower. Only "
        "routes with that setting have it.",
        "percentunit",
        (query(f"1 - {good} / {all_}", "{{endpoint}}"),),
        link=SERIES_TO_THE_ENDPOINT,
    )


UP_OR_DOWN = ((1, "up", GREEN), (0, "down", RED))

OVERVIEW = Row(
    "Overview",
    (
        Panel(
            "Requests", "Requests that ended, per second.", "reqps",
            (query(or_zero(rate("http_requests_total", "@endpoint"))),), "stat", 3, 4,
        ),
        Panel(
            "Errors", "The share of requests with a status of 5xx other than 501 and 505.", "percentunit",
            (query(share(SERVER_ERRORS, "@endpoint")),), "stat", 3, 4,
            thresholds=((0.001, ORANGE), (0.01, RED)),
        ),
        Panel(
            "99th percentile", "The duration that one request in a hundred exceeds.", "s",
            (query(quantile(0.99, "http_request_duration_seconds", "@endpoint")),), "stat", 3, 4,
        ),
        Panel(
            "In flight", "Requests whose head is complete and that have not ended.", "short",
            (query("sum (http_requests_in_flight{@wayside})"),), "stat", 3, 4,
        ),
        Panel(
            "Backends",
            "Whether each backend is up: by the last check of backend.health, or else by the last request. No data before the "
            "first of them.",
            "none", (query("min (wayside_backend_up{@wayside})"),), "stat", 3, 4, texts=UP_OR_DOWN,
        ),
        Panel(
            "Configuration", "Whether every instance took its last configuration.", "none",
            (query("min (wayside_config_last_reload_successful{@wayside})"),), "stat", 3, 4,
            texts=((1, "in force", GREEN), (0, "refused", RED)),
        ),
        Panel(
            "Instances", "Instances of wayside that are scraped.", "short",
            (query("count (wayside_build_info{@wayside})"),), "stat", 3, 4,
        ),
        Panel(
            "Alerts", "Alerts of config/prometheus/alerts.yml that fire.", "short",
            (query(or_zero('count (ALERTS{alertname=~"Wayside.*",alertstate="firing",@job})')),), "stat", 3, 4,
            thresholds=((1, RED),),
        ),
    ),
)  # fmt: skip

REQUESTS = Row(
    "Requests, errors, durations",
    (
        Panel(
            "Requests by endpoint", "The 20 busiest endpoints of each moment.", "reqps",
            (query(f"topk(20, {rate('http_requests_total', '@endpoint', 'endpoint')})", "{{endpoint}}"),),
            link=SERIES_TO_THE_ENDPOINT,
        ),
        statuses("@endpoint"),
        Panel(
            "Errors by endpoint", "The share of requests with a status of 5xx other than 501 and 505; the 20 highest of each moment.", "percentunit",
            (query(f"topk(20, {share(SERVER_ERRORS, '@endpoint', 'endpoint')})", "{{endpoint}}"),),
            link=SERIES_TO_THE_ENDPOINT,
        ),
        durations("@endpoint"),
        Panel(
            "Slowest endpoints", "The 99th percentile of the duration; the 20 longest of each moment.", "s",
            (query(f"topk(20, {quantile(0.99, 'http_request_duration_seconds', '@endpoint', 'endpoint')})", "{{endpoint}}"),),
            link=SERIES_TO_THE_ENDPOINT,
        ),
        duration_heatmap("@endpoint"),
        client_errors("@endpoint"),
        Panel(
            "Endpoints", "Over the time range of the dashboard. A click on an endpoint leads to its dashboard.", "percentunit",
            (
                query(rate("http_requests_total", "@endpoint", "endpoint", "$__range"), "Requests"),
                query(share(SERVER_ERRORS, "@endpoint", "endpoint", "$__range"), "Errors"),
                query(share(CLIENT_ERRORS, "@endpoint", "endpoint", "$__range"), "4xx"),
                query(share(CLIENT_LEFT, "@endpoint", "endpoint", "$__range"), "499"),
                query(quantile(0.5, "http_request_duration_seconds", "@endpoint", "endpoint", "$__range"), "Median"),
                query(quantile(0.99, "http_request_duration_seconds", "@endpoint", "endpoint", "$__range"), "99th percentile"),
            ),
            "table", 16, 8, link=CELL_TO_THE_ENDPOINT,
            units=(("Requests", "reqps"), ("Median", "s"), ("99th percentile", "s")),
        ),
    ),
)  # fmt: skip

OBJECTIVES = Row(
    "Objectives (with config/prometheus/rules.yml)",
    (
        burn_rates(
            "Burn rate of errors",
            "The share of requests with an error over the last 1h, 6h, 1d and 3d, in units of what wayside:availability:objective "
            "allows: at 1, the budget of 30 days lasts 30 days.",
            "http_request_errors", "wayside:availability:objective",
        ),
        burn_rates(
            "Burn rate of latency",
            "The share of requests beyond the threshold of job:http_requests_slow:rate5m over the last 1h, 6h, 1d and 3d, in "
            "units of what wayside:latency:objective allows.",
            "http_requests_slow", "wayside:latency:objective",
        ),
        route_objectives("@endpoint"),
    ),
)  # fmt: skip

SATURATION = Row(
    "Saturation",
    (
        Panel(
            "Requests in flight", "By instance.", "short",
            (query("sum by (instance) (http_requests_in_flight{@wayside})", "{{instance}}"),), width=6,
        ),
        Panel(
            "Requests that wait for the backend",
            "Because the backend has as many connections as backend.max_connections allows, by instance.", "short",
            (query("sum by (instance) (wayside_backend_queue{@wayside})", "{{instance}}"),), width=6,
        ),
        Panel(
            "Requests that had to wait", "Requests that found backend.max_connections in use, by instance.", "reqps",
            (query(rate("wayside_backend_queued_total", "@wayside", "instance"), "{{instance}}"),), width=6,
        ),
        Panel(
            "Connections of clients", "Open ones, by instance.", "short",
            (query("sum by (instance) (wayside_client_connections{@wayside})", "{{instance}}"),), width=6,
        ),
        Panel(
            "Connections closed to make room",
            "Idle connections of clients that made room for others: max_connections, or the limit of open files, is reached.",
            "ops",
            (query(rate("wayside_client_evictions_total", "@wayside", "instance"), "{{instance}}"),), width=6,
        ),
        Panel(
            "File descriptors", "The share of the limit of open files that is in use, by instance.", "percentunit",
            (query("max by (instance) (process_open_fds{@wayside} / process_max_fds{@wayside})", "{{instance}}"),),
            "bargauge", 6, maximum=1, thresholds=((0.8, ORANGE), (0.9, RED)),
        ),
        Panel(
            "Processor", "Processor time in seconds per second, by instance. A worker uses one processor at most.", "none",
            (query(rate("process_cpu_seconds_total", "@wayside", "instance"), "{{instance}}"),), width=6,
        ),
        Panel(
            "Memory", "Resident memory, by instance.", "bytes",
            (query("sum by (instance) (process_resident_memory_bytes{@wayside})", "{{instance}}"),), width=6,
        ),
    ),
)  # fmt: skip

BACKEND = Row(
    "Backend",
    (
        Panel(
            "Backend up", "1 or 0, by instance: by the last check of backend.health, or else by the last request.", "none",
            (query("min by (instance) (wayside_backend_up{@wayside})", "{{instance}}"),), width=6, maximum=1, texts=UP_OR_DOWN,
        ),
        Panel(
            "Connections to the backend", "active: an exchange uses it; idle: it waits for the next one.", "short",
            (query("sum by (state) (wayside_backend_connections{@wayside})", "{{state}}"),), width=6, stacked=True,
        ),
        Panel(
            "New connections and second attempts",
            "Connections that were established, and requests that were sent again because a reused connection was found closed. "
            "Where these are many, backend.idle_timeout exceeds the backend's own.",
            "ops",
            (
                query(rate("wayside_backend_connects_total", "@wayside"), "new connections"),
                query(rate("wayside_backend_retries_total", "@wayside"), "second attempts"),
            ), width=6,
        ),
        by_reason(
            "Failures of the backend", "Exchanges that failed because of the backend, by reason.", "wayside_backend_errors_total",
        ),
    ),
)  # fmt: skip

STREAMS = Row("Streams", stream_panels("@endpoint"))

ABORTS = Row(
    "Clients that left, and requests that were refused",
    (
        aborts_by_phase("@endpoint"),
        Panel(
            "Clients that left, by endpoint", "The 20 endpoints of each moment with the most.", "reqps",
            (query(f"topk(20, {rate('wayside_client_aborts_total', '@endpoint', 'endpoint')})", "{{endpoint}}"),),
            link=SERIES_TO_THE_ENDPOINT,
        ),
        by_reason(
            "Requests that wayside refused",
            "By the rule that they broke or the resource that was short; internal_error is a failure of wayside.",
            "wayside_rejected_requests_total",
        ),
    ),
)  # fmt: skip

ROUTES = Row(
    "Routes and series budget",
    (
        Panel(
            "Series budget", "The share of metrics.max_series that is in use, by instance.", "percentunit",
            (query("max by (instance) (wayside_series{@wayside} / wayside_series_limit{@wayside})", "{{instance}}"),),
            "bargauge", maximum=1, thresholds=((0.9, ORANGE), (1, RED)),
        ),
        Panel(
            "Requests beyond the budget", 'Requests that are counted under endpoint="overflow", by instance.', "reqps",
            (query(rate("wayside_series_overflow_total", "@wayside", "instance"), "{{instance}}"),),
        ),
        Panel(
            "Requests without a route",
            'The share of all requests that are counted under endpoint="unmatched": with a status of 1xx, 2xx or 3xx, for which '
            "routes are missing (see /routes), and with a 4xx, most of them from scanners.",
            "percentunit",
            (
                query(share(f"{UNMATCHED},{SERVED}", "@wayside"), "served"),
                query(share(f"{UNMATCHED},{CLIENT_ERRORS}", "@wayside"), "4xx"),
            ),
        ),
    ),
)  # fmt: skip

WAYSIDE_ITSELF = Row(
    "wayside itself",
    (
        Panel(
            "Overhead", "Of each exchange, the time in which wayside waited for neither the client nor the backend.", "s",
            quantiles("wayside_overhead_seconds", "@wayside"),
        ),
        heatmap(
            "Overhead, distribution", "How many exchanges spent how long in wayside.", "wayside_overhead_seconds", "@wayside",
        ),
        Panel(
            "Scrape", "Time that wayside takes to make the page of its metrics, by instance.", "s",
            (query("max by (instance) (wayside_scrape_duration_seconds{@wayside})", "{{instance}}"),),
        ),
        Panel(
            "Dropped lines", "Lines of the access log, and of wayside's log, whose reader did not keep up or is gone.", "ops",
            (
                query(rate("wayside_access_log_dropped_total", "@wayside"), "access log"),
                query(rate("wayside_log_lines_dropped_total", "@wayside"), "log"),
            ),
        ),
        Panel(
            "Instances", "Version, time since the start and since the last configuration, and routes.", "s",
            (
                query("max by (job, instance, version, revision) (wayside_build_info{@wayside})"),
                query("max by (job, instance) (time() - process_start_time_seconds{@wayside})", "Running for"),
                query(
                    "max by (job, instance) (time() - wayside_config_last_reload_success_timestamp_seconds{@wayside})",
                    "Configured for",
                ),
                query("max by (job, instance) (wayside_routes{@wayside})", "Routes"),
            ),
            "table", 16, 8, units=(("Routes", "short"),),
        ),
    ),
)  # fmt: skip

JOB_VARIABLE = ("job", "Job", "label_values(wayside_build_info, job)")
INSTANCE_VARIABLE = ("instance", "Instance", 'label_values(wayside_build_info{job=~"$job"}, instance)')
ENDPOINT_VARIABLE = ("endpoint", "Endpoint", f"label_values(http_requests_total{{{WAYSIDE}}}, endpoint)")
METHOD_VARIABLE = ("method", "Method", f"label_values(http_requests_total{{{ENDPOINT}}}, method)")

SERVICE = Dashboard(
    "wayside-service",
    "wayside: service",
    "A service behind wayside: requests, errors and durations by endpoint, objectives, saturation, the backend, streams, and "
    "wayside itself.",
    (JOB_VARIABLE, INSTANCE_VARIABLE, ENDPOINT_VARIABLE),
    (OVERVIEW, REQUESTS, OBJECTIVES, SATURATION, BACKEND, STREAMS, ABORTS, ROUTES, WAYSIDE_ITSELF),
)


def opt_in(title, description, family, unit):
    return Panel(title, description, unit, quantiles(family, "@method"), width=6)


ONE_ENDPOINT = Dashboard(
    "wayside-endpoint",
    "wayside: endpoint",
    "One endpoint, or some, of a service behind wayside, by method, status and instance.",
    (JOB_VARIABLE, INSTANCE_VARIABLE, ENDPOINT_VARIABLE, METHOD_VARIABLE),
    (
        Row(
            "Requests, errors, durations",
            (
                Panel(
                    "Requests by method", "Requests that ended.", "reqps",
                    (query(rate("http_requests_total", "@method", "method"), "{{method}}"),), stacked=True,
                ),
                statuses("@method"),
                Panel(
                    "Errors by method", "The share of requests with a status of 5xx other than 501 and 505.", "percentunit",
                    (query(share(SERVER_ERRORS, "@method", "method"), "{{method}}"),),
                ),
                durations("@method"),
                duration_heatmap("@method"),
                client_errors("@method"),
            ),
        ),
        Row(
            "By instance",
            (
                Panel(
                    "Requests by instance", "Requests that ended.", "reqps",
                    (query(rate("http_requests_total", "@method", "instance"), "{{instance}}"),),
                ),
                Panel(
                    "Errors by instance", "The share of requests with a status of 5xx other than 501 and 505.", "percentunit",
                    (query(share(SERVER_ERRORS, "@method", "instance"), "{{instance}}"),),
                ),
                Panel(
                    "99th percentile by instance", "Of the duration.", "s",
                    (query(quantile(0.99, "http_request_duration_seconds", "@method", "instance"), "{{instance}}"),),
                ),
            ),
        ),
        Row(
            "Bodies, clients that left, objective",
            (
                Panel(
                    "Bytes of bodies", "Without framing, and without streams.", "Bps",
                    (
                        query(rate("http_request_bytes_total", "@method"), "requests"),
                        query(rate("http_response_bytes_total", "@method"), "responses"),
                    ),
                ),
                aborts_by_phase("@endpoint"),
                route_objectives("@method"),
            ),
        ),
        Row("Streams, of all methods", stream_panels("@endpoint")),
        Row(
            "Histograms that a setting opts in (metrics.histograms, or `histograms` of a route)",
            (
                opt_in(
                    "Wait for the backend (backend_ttfb)",
                    "From the request being sent to the backend to the response head being complete.",
                    "http_request_backend_ttfb_seconds", "s",
                ),
                opt_in(
                    "Queue in front of wayside (queue)",
                    "From the time in X-Request-Start or X-Queue-Start to the request head being complete, by the clocks of two "
                    "machines.",
                    "http_request_queue_seconds", "s",
                ),
                opt_in(
                    "Size of request bodies (request_size)", "Without framing, and without streams.",
                    "http_request_size_bytes", "bytes",
                ),
                opt_in(
                    "Size of response bodies (response_size)", "Without framing, and without streams.",
                    "http_response_size_bytes", "bytes",
                ),
            ),
            collapsed=True,
        ),
    ),
)  # fmt: skip


def main(arguments):
    if arguments not in ([], ["--check"]):
        sys.exit("usage: dashboards.py [--check]")
    stale = []
    for dashboard in (SERVICE, ONE_ENDPOINT):
        file = Path(__file__).with_name(dashboard.uid + ".json")
        text = json.dumps(render(dashboard), indent=2, ensure_ascii=False) + "\n"
        if not arguments:
            file.write_text(text)
        elif not file.exists() or file.read_text() != text:
            stale.append(file.name)
    if stale:
        sys.exit(f"not up to date: {', '.join(stale)}; run dashboards.py")


if __name__ == "__main__":
    main(sys.argv[1:])
