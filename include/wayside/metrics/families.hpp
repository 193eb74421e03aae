// Every family that /metrics exposes, in the order of the exposition: the one table from which blocks are
// laid out, series are budgeted, names are renamed and the page is written. docs/metrics.md is checked
// against it.
//
// A new counter is a row here and an increment at the place where it happens; see metrics/family_slot.hpp.
#pragma once

#include "wayside/metrics/endpoint.hpp"
#include "wayside/metrics/naming.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wayside::metrics {

enum class FamilyType : std::uint8_t { kCounter, kGauge, kHistogram, kInfo };

// The unit that one series of a family counts for; it decides the labels of the series.
enum class Scope : std::uint8_t {
  kMethod,    // an endpoint, a method and the extra labels
  kStatus,    // those and a status
  kStream,    // an endpoint and a kind of stream
  kEndpoint,  // an endpoint; counted per method and added up by the scrape
  kWorker,    // the whole process; counted by the workers and added up by the scrape
  kScrape,    // the whole process; read when a scrape asks
};

// Families that an endpoint has only where its options ask for them.
enum class OptIn : std::uint8_t { kSlo, kBackendTtfb, kQueue, kRequestSize, kResponseSize };

constexpr bool is_chosen(OptIn opt_in, const EndpointOptions& options) noexcept {
  switch (opt_in) {
    case OptIn::kSlo:
      return options.slo.has_value();
    case OptIn::kBackendTtfb:
      return options.extras.contains(ExtraHistogram::kBackendTtfb);
    case OptIn::kQueue:
      return options.extras.contains(ExtraHistogram::kQueue);
    case OptIn::kRequestSize:
      return options.extras.contains(ExtraHistogram::kRequestSize);
    case OptIn::kResponseSize:
      return options.extras.contains(ExtraHistogram::kResponseSize);
  }
  return false;
}

// The bounds of a histogram.
enum class Bounds : std::uint8_t {
  kOfEndpoint,  // EndpointOptions::buckets
  kSizes,       // of bodies, from a line of text to a film
  kStreams,     // from a stream that broke at once to one that lasts the day
  kOverhead,    // from the cost of one small exchange to what a client would notice
  kHandshakes,  // from a peer on the same host to one whose packets were lost
};

// A label beyond those of the scope.
struct Label {
  std::string_view name;
  // In the order of the exposition; none: RegistryOptions::label_values lists them.
  std::array<const char*, 3> values{};  // g++ 12 has no constant std::array<std::string_view, 3>{"a"}

  constexpr std::size_t value_count() const noexcept {
    return static_cast<std::size_t>(std::ranges::find(values, nullptr) - values.begin());
  }
};

// The labels of metrics/transport.hpp that a family has.
enum class TransportLabels : std::uint8_t { kNone, kScheme, kSchemeAndVersion };
inline constexpr std::size_t kTransportLabelsCount = 3;

struct Named {
  std::string_view name;  // empty: there is no such family under this naming
  std::string_view help;  // without backslash, quote and line feed
  TransportLabels transport = TransportLabels::kNone;
};

struct Family {
  FamilyType type = FamilyType::kGauge;
  Scope scope = Scope::kScrape;
  Label label{};
  std::array<const char*, 3> info_labels{};  // of an info
  Bounds bounds = Bounds::kOfEndpoint;       // of a histogram
  bool may_be_native = false;  // a histogram of durations, with native buckets where they are on
  std::optional<OptIn> opt_in{};
  // The family with listed values that this one is exposed with, and left out with; empty: none.
  std::string_view companion_of{};
  Named own{};   // of a family that is exposed once, whatever the namings
  Named http{};  // the rest: of a family that is exposed under each naming that has it
  Named flask{};
  Named otel{};

  constexpr const Named& in(Naming naming) const noexcept {
    switch (naming) {
      case Naming::kHttp:
        return http;
      case Naming::kFlask:
        return flask;
      case Naming::kOtel:
        break;
    }
    return otel;
  }
  // Whether RegistryOptions::label_values lists the values of the label.
  constexpr bool is_listed() const noexcept { return !label.name.empty() && label.value_count() == 0; }
};

// The labels of exchanges and the value for a method outside kMethods, under one naming.
struct ExchangeLabels {
  std::string_view endpoint;
  std::string_view method;
  std::string_view status;
  std::string_view other_method;
  std::string_view error{};    // of errors beside the status; empty: there is no such label
  std::string_view scheme{};   // as TransportLabels says
  std::string_view version{};  //
};

constexpr ExchangeLabels exchange_labels(Naming naming) noexcept {
  if (naming == Naming::kOtel)
    return {"http_route", "http_request_method", "http_response_status_code", "_OTHER",
            "error_type", "url_scheme",          "network_protocol_version"};
  return {"endpoint", "method", "http_status", "OTHER"};
}

// The labels of Scope::kStream and Scope::kEndpoint.
inline constexpr std::string_view kEndpointLabel = "endpoint";
inline constexpr std::string_view kKindLabel = "kind";

// The families `flask_…` are those of the Python extension flask_prometheus, byte for byte; the families
// `http_server_…` are OpenTelemetry's (https://opentelemetry.io/docs/specs/semconv/http/http-metrics/); the
// families `process_…` are those of Prometheus' client libraries.
inline constexpr std::array kFamilies = {
    Family{
        .type = FamilyType::kCounter,
        .scope = Scope::kStatus,
        .http = {"http_requests_total",
                 "Requests that ended, by the status that was sent, or 499 where the client left before any "
                 "was sent. Counted when the last byte of the response was accepted by the client's socket, "
                 "or when the exchange failed."},
        .flask = {"flask_request_count", "Flask Request Count"}},
    Family{
        .type = FamilyType::kHistogram,
        .scope = Scope::kMethod,
        .may_be_native = true,
        .http = {"http_request_duration_seconds",
                 "Time from the request head being complete, and the response before it on the connection "
                 "having ended, to the last byte of the response being accepted by the client's socket, or "
                 "for a stream to its response head being complete."},
        .flask = {"flask_request_latency_seconds", "Flask Request Latency"}},
    Family{.type = FamilyType::kHistogram,
           .scope = Scope::kStatus,
           .may_be_native = true,
           .otel = {"http_server_request_duration_seconds",
                    "Duration of HTTP server requests, from the request head being complete to the last byte "
                    "of the response being accepted by the client's socket, or for a stream to its response "
                    "head being complete.",
                    TransportLabels::kSchemeAndVersion}},
    Family{
        .type = FamilyType::kGauge,
        .scope = Scope::kMethod,
        .http = {"http_requests_in_flight",
                 "Requests whose head is complete and that have not ended, streams included, under the "
                 "endpoint that the request alone decides. A request counts there until its end, even where "
                 "its response decides that it is counted under another."},
        .otel = {"http_server_active_requests",
                 "Number of active HTTP server requests: the request head is complete and the exchange has "
                 "not ended.",
                 TransportLabels::kScheme}},
    Family{.type = FamilyType::kCounter,
           .scope = Scope::kMethod,
           .http = {"http_request_bytes_total",
                    "Bytes of request bodies, without framing, read from clients by requests that ended. The "
                    "bytes of streams are counted in wayside_stream_bytes_total."}},
    Family{
        .type = FamilyType::kCounter,
        .scope = Scope::kMethod,
        .http = {"http_response_bytes_total",
                 "Bytes of response bodies, without framing, read from the backend for requests that ended. "
                 "The bytes of streams are counted in wayside_stream_bytes_total."}},
    Family{
        .type = FamilyType::kCounter,
        .scope = Scope::kMethod,
        .opt_in = OptIn::kSlo,
        .http =
            {"http_request_slo_good_total",
             "Requests that met the target of their route: no failure of the backend, no status of 5xx "
             "other than 501 and 505, and a duration (http_request_duration_seconds) not above the target."}},
    Family{.type = FamilyType::kCounter,
           .scope = Scope::kMethod,
           .opt_in = OptIn::kSlo,
           .http = {"http_request_slo_total",
                    "Requests to which the target of their route applies: all that have a duration, except "
                    "those whose client left before the target had passed."}},
    Family{.type = FamilyType::kHistogram,
           .scope = Scope::kMethod,
           .opt_in = OptIn::kBackendTtfb,
           .http = {"http_request_backend_ttfb_seconds",
                    "Time from the last byte of the request being accepted by the backend's socket to the "
                    "response head being complete."}},
    Family{
        .type = FamilyType::kHistogram,
        .scope = Scope::kMethod,
        .opt_in = OptIn::kQueue,
        .http = {"http_request_queue_seconds",
                 "Time from the moment that a proxy in front wrote into X-Request-Start or X-Queue-Start to "
                 "the request head being complete. It compares the clocks of two machines."}},
    Family{.type = FamilyType::kHistogram,
           .scope = Scope::kMethod,
           .bounds = Bounds::kSizes,
           .opt_in = OptIn::kRequestSize,
           .http = {"http_request_size_bytes",
                    "Size of each request body, without framing, when the exchange ended. Streams are left "
                    "out."},
           .otel = {"http_server_request_body_size_bytes",
                    "Size of HTTP server request bodies, without framing, when the exchange ended.",
                    TransportLabels::kSchemeAndVersion}},
    Family{.type = FamilyType::kHistogram,
           .scope = Scope::kMethod,
           .bounds = Bounds::kSizes,
           .opt_in = OptIn::kResponseSize,
           .http = {"http_response_size_bytes",
                    "Size of each response body, without framing, when the exchange ended. Streams are left "
                    "out."},
           .otel = {"http_server_response_body_size_bytes",
                    "Size of HTTP server response bodies, without framing, when the exchange ended.",
                    TransportLabels::kSchemeAndVersion}},

    Family{
        .type = FamilyType::kHistogram,
        .scope = Scope::kWorker,
        .bounds = Bounds::kOverhead,
        .own = {"wayside_overhead_seconds",
                "Time that each exchange spent in wayside: from the request head being complete to the end "
                "of the exchange, less the time spent waiting for the client and the backend. Time in which "
                "wayside was busy with other exchanges is included. Streams are left out."}},
    Family{
        .type = FamilyType::kCounter,
        .scope = Scope::kEndpoint,
        .label = {"phase", {"request", "waiting", "response"}},
        .own = {"wayside_client_aborts_total",
                "Requests whose client left or stopped reading before the response was complete, by phase: "
                "request (the body was still being sent), waiting (no response had begun), response (part "
                "of it was sent). Counted when wayside notices. Streams are left out."}},
    Family{
        .type = FamilyType::kCounter,
        .scope = Scope::kWorker,
        .label = {"reason"},
        .own = {"wayside_backend_errors_total",
                "Exchanges that failed because of the backend, by reason. Counted when the exchange ended."}},
    Family{
        .type = FamilyType::kCounter,
        .scope = Scope::kWorker,
        .label = {"reason"},
        .own = {"wayside_rejected_requests_total",
                "Requests that wayside refused or failed, by the rule that they broke, the resource that was "
                "short, or internal_error. Counted when the exchange ended."}},
    Family{
        .type = FamilyType::kGauge,
        .scope = Scope::kScrape,
        .own =
            {"wayside_backend_up",
             "Whether the backend is up, by its last result: 1 or 0. With backend.health, a result is that "
             "of a check. Without, it is a response that began, or a request that failed because of the "
             "backend before one did. Left out before the first result."}},
    Family{
        .type = FamilyType::kCounter,
        .scope = Scope::kWorker,
        .own = {"wayside_backend_retries_total",
                "Requests that were sent again because a reused connection to the backend was found closed. "
                "Counted when the second attempt starts."}},
    Family{.type = FamilyType::kCounter,
           .scope = Scope::kWorker,
           .own = {"wayside_backend_connects_total",
                   "Connections to the backend that were established. Counted when the backend accepts."}},
    Family{.type = FamilyType::kGauge,
           .scope = Scope::kWorker,
           .label = {"state", {"active", "idle"}},
           .own = {"wayside_backend_connections",
                   "Open connections to the backend: active (an exchange uses it) or idle."}},
    Family{.type = FamilyType::kGauge,
           .scope = Scope::kWorker,
           .own = {"wayside_backend_queue",
                   "Requests that wait because the backend has as many connections as it may."}},
    Family{.type = FamilyType::kCounter,
           .scope = Scope::kWorker,
           .own = {"wayside_backend_queued_total",
                   "Requests that had to wait because the backend had as many connections as it may. Counted "
                   "when the wait began."}},
    Family{.type = FamilyType::kGauge,
           .scope = Scope::kWorker,
           .own = {"wayside_client_connections", "Open connections of clients."}},
    Family{.type = FamilyType::kCounter,
           .scope = Scope::kWorker,
           .own = {"wayside_client_evictions_total",
                   "Idle connections of clients that were closed to make room for others."}},
    Family{.type = FamilyType::kCounter,
           .scope = Scope::kWorker,
           .label = {"result"},
           .own = {"wayside_tls_handshakes_total",
                   "TLS handshakes of clients that ended, by result. A client that left before it sent a "
                   "byte is not "
                   "counted."}},
    Family{.type = FamilyType::kCounter,
           .scope = Scope::kWorker,
           .label = {"version", {"1.2", "1.3"}},
           .companion_of = "wayside_tls_handshakes_total",
           .own = {"wayside_tls_connections_total",
                   "Connections of clients by TLS, by version. Counted when the handshake is complete."}},
    Family{
        .type = FamilyType::kCounter,
        .scope = Scope::kWorker,
        .companion_of = "wayside_tls_handshakes_total",
        .own = {"wayside_tls_resumed_total",
                "Connections of clients by TLS that resumed a session, which saves most of the handshake."}},
    Family{.type = FamilyType::kHistogram,
           .scope = Scope::kWorker,
           .bounds = Bounds::kHandshakes,
           .companion_of = "wayside_tls_handshakes_total",
           .own = {"wayside_tls_handshake_seconds",
                   "Time of complete TLS handshakes of clients, from the connection on: mostly the way to "
                   "the client and "
                   "back."}},
    Family{.type = FamilyType::kCounter,
           .scope = Scope::kWorker,
           .label = {"result"},
           .own = {"wayside_backend_tls_handshakes_total",
                   "TLS handshakes with the backend that ended, by result."}},
    Family{
        .type = FamilyType::kCounter,
        .scope = Scope::kWorker,
        .companion_of = "wayside_backend_tls_handshakes_total",
        .own =
            {"wayside_backend_tls_resumed_total",
             "Connections to the backend by TLS that resumed a session, which saves most of the handshake."}},
    Family{
        .type = FamilyType::kGauge,
        .scope = Scope::kScrape,
        .own =
            {"wayside_tls_certificate_expiry_timestamp_seconds",
             "When the certificate of a listener expires, in seconds since 1970, by the first name in it."}},
    Family{.type = FamilyType::kGauge,
           .scope = Scope::kStream,
           .own = {"wayside_streams_active",
                   "Exchanges that became a stream, events or upgrade, and have not ended. A stream begins "
                   "with its response head."}},
    Family{.type = FamilyType::kCounter,
           .scope = Scope::kStream,
           .own = {"wayside_streams_total",
                   "Exchanges that became a stream, events or upgrade. Counted when the stream begins."}},
    Family{.type = FamilyType::kHistogram,
           .scope = Scope::kStream,
           .bounds = Bounds::kStreams,
           .own = {"wayside_stream_duration_seconds",
                   "Time from the response head of a stream being complete to the end of the stream."}},
    Family{.type = FamilyType::kCounter,
           .scope = Scope::kStream,
           .label = {"direction", {"from_backend", "from_client"}},
           .own = {"wayside_stream_bytes_total",
                   "Bytes that ended streams relayed, without framing, by direction: from the client or from "
                   "the backend."}},
    Family{.type = FamilyType::kGauge,
           .scope = Scope::kScrape,
           .own = {"wayside_series",
                   "Series of endpoints that exist, as the series budget counts them: under one naming."}},
    Family{.type = FamilyType::kGauge,
           .scope = Scope::kScrape,
           .own = {"wayside_series_limit", "The series budget: the most series that endpoints may have."}},
    Family{.type = FamilyType::kCounter,
           .scope = Scope::kWorker,
           .own = {"wayside_series_overflow_total",
                   "Exchanges whose status is counted under the endpoint overflow because the series budget "
                   "had no room. Counted when the exchange ended."}},
    Family{
        .type = FamilyType::kCounter,
        .scope = Scope::kWorker,
        .own = {"wayside_access_log_dropped_total",
                "Exchanges without a line in the access log because its reader did not keep up or is gone. "
                "Counted when the exchange ended."}},
    Family{.type = FamilyType::kInfo,
           .scope = Scope::kScrape,
           .info_labels = {"compiler", "revision", "version"},
           .own = {"wayside_build_info", "The build of wayside that runs. The value is always 1."}},
    Family{.type = FamilyType::kGauge,
           .scope = Scope::kScrape,
           .own = {"wayside_routes", "Route templates in the configuration."}},
    Family{.type = FamilyType::kGauge,
           .scope = Scope::kScrape,
           .own = {"wayside_config_last_reload_successful",
                   "Whether the last attempt to load the configuration succeeded: 1 or 0."}},
    Family{
        .type = FamilyType::kGauge,
        .scope = Scope::kScrape,
        .own = {"wayside_config_last_reload_success_timestamp_seconds",
                "Time of the last successful load of the configuration, in seconds since the Unix epoch."}},
    Family{.type = FamilyType::kCounter,
           .scope = Scope::kScrape,
           .own = {"wayside_log_lines_dropped_total",
                   "Lines of the log that found no room because the reader of standard error did not keep up "
                   "or is gone. Counted when they were to be logged."}},
    Family{.type = FamilyType::kCounter,
           .scope = Scope::kScrape,
           .own = {"process_cpu_seconds_total", "Total user and system CPU time spent in seconds."}},
    Family{.type = FamilyType::kGauge,
           .scope = Scope::kScrape,
           .own = {"process_max_fds", "Maximum number of open file descriptors."}},
    Family{.type = FamilyType::kGauge,
           .scope = Scope::kScrape,
           .own = {"process_open_fds", "Number of open file descriptors."}},
    Family{.type = FamilyType::kGauge,
           .scope = Scope::kScrape,
           .own = {"process_resident_memory_bytes", "Resident memory size in bytes."}},
    Family{.type = FamilyType::kGauge,
           .scope = Scope::kScrape,
           .own = {"process_start_time_seconds", "Start time of the process since unix epoch in seconds."}},
    Family{.type = FamilyType::kGauge,
           .scope = Scope::kScrape,
           .own = {"process_threads", "Number of OS threads in the process."}},
    Family{.type = FamilyType::kGauge,
           .scope = Scope::kScrape,
           .own = {"process_virtual_memory_bytes", "Virtual memory size in bytes."}},
    Family{
        .type = FamilyType::kGauge,
        .scope = Scope::kScrape,
        .own = {"process_virtual_memory_max_bytes", "Maximum amount of virtual memory available in bytes."}},
    Family{.type = FamilyType::kGauge,
           .scope = Scope::kScrape,
           .own = {"wayside_scrape_duration_seconds",
                   "Time from the first step of this scrape to the writing of this line."}},
};

inline constexpr std::size_t kFamilyCount = kFamilies.size();

// An index in kFamilies.
using FamilyId = std::size_t;

}  // namespace wayside::metrics
