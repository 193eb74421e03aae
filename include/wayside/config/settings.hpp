// Everything that can be configured, checked and immutable.
//
// A plain value: whoever holds one may rely on each field being valid. How it came about (file, environment,
// command line) is the business of config/load.hpp; what it is used for is the business of its readers.
#pragma once

#include "wayside/base/address.hpp"
#include "wayside/base/clock.hpp"
#include "wayside/base/log.hpp"
#include "wayside/http/limits.hpp"
#include "wayside/metrics/endpoint.hpp"
#include "wayside/metrics/extra_label.hpp"
#include "wayside/metrics/naming.hpp"
#include "wayside/routes/limits.hpp"
#include "wayside/routes/route_table.hpp"
#include "wayside/routes/unmatched.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wayside::config {

enum class HalfClose : std::uint8_t {
  kAbort,  // the client has left: those who press stop, or time out, send exactly that
  kServe,  // it is only done sending, and gets its answer
};

// How long wayside waits for whom. Each is at least a millisecond and at most 30 days.
struct Timeouts {
  Milliseconds request_head{std::chrono::seconds{10}};  // first byte to complete head, in total
  Milliseconds request_body{std::chrono::seconds{60}};  // idle time between two pieces of a request body
  Milliseconds queue{std::chrono::seconds{5}};    // for a connection, where the backend has all it may have
  Milliseconds connect{std::chrono::seconds{5}};  // to the backend, name resolution included
  Milliseconds response_head{std::chrono::seconds{60}};  // request sent to final response head
  Milliseconds response_body{std::chrono::seconds{60}};  // idle time between two pieces of a response body
  Milliseconds keep_alive{std::chrono::seconds{75}};     // an idle client connection
  Milliseconds tunnel{std::chrono::hours{1}};            // idle time of a tunnel (WebSocket)
  Milliseconds drain{std::chrono::seconds{30}};          // from SIGTERM to the end of what is in flight

  friend bool operator==(const Timeouts&, const Timeouts&) = default;
};

// How many requests the backend is given at once. Shared evenly by the workers.
struct BackendLimits {
  std::optional<std::size_t> max_connections;  // none: as many as the process may have descriptors for
  std::size_t max_queue = 1024;                // requests that wait for one of them

  friend bool operator==(const BackendLimits&, const BackendLimits&) = default;
};

// What is expected of a request body before the backend has to do with it.
struct RequestBody {
  std::size_t buffer = 16UL * 1024;  // so much of it is held before a backend connection is taken; 0: nothing
  std::size_t min_rate = 0;          // bytes per second, on average; 0: any

  friend bool operator==(const RequestBody&, const RequestBody&) = default;
};
inline constexpr std::size_t kMaxRequestBuffer = 64UL * 1024 * 1024;

// A label whose value is a request header field's.
struct HeaderLabel {
  std::string header;  // the name of the field
  metrics::ExtraLabel label;

  friend bool operator==(const HeaderLabel&, const HeaderLabel&) = default;
};

// What is measured, and what it is called.
struct Measurement {
  metrics::Renaming renaming;         // without mistakes for the namings and labels of the same settings
  metrics::EndpointOptions defaults;  // of every endpoint that has none of its own; without a target
  std::size_t max_series = 20'000;    // at least metrics::least_max_series()
  std::vector<HeaderLabel> labels;    // at most metrics::kMaxVariants combinations
  std::string route_header;           // the response field by which the backend names its routes; empty: none

  friend bool operator==(const Measurement&, const Measurement&) = default;
};

// What is measured at the endpoint of a route: what the route says, or else Measurement::defaults.
metrics::EndpointOptions endpoint_options(const Measurement& measurement, const routes::RouteSpec& route);

enum class AccessLog : std::uint8_t { kOff, kJson };

struct Settings {
  Address listen{"0.0.0.0", 8080, {}};
  Address backend{"127.0.0.1", 5000, {}};
  Address metrics_listen{"0.0.0.0", 10180, {}};
  std::vector<metrics::Naming> namings{metrics::Naming::kHttp};  // never empty, no value twice
  std::size_t workers = 1;                                       // at least 1; "auto" has become a number
  LogLevel log_level = LogLevel::kInfo;
  BackendLimits backend_limits;
  RequestBody request_body;
  Timeouts timeouts;
  http::Limits limits;
  routes::Limits route_limits;
  // Sessions at a time, shared evenly by the workers; further clients wait to be accepted. None: as many as
  // the process may have descriptors for.
  std::optional<std::size_t> max_connections;
  bool reuse_port = false;  // other processes of this user may listen on the same port (SO_REUSEPORT)
  bool via = true;          // add this hop to the Via field of requests
  // What the end of a client's sending direction means while its answer is due.
  HalfClose client_half_close = HalfClose::kAbort;
  Measurement measurement;
  AccessLog access_log = AccessLog::kOff;
  bool inspector_examples = true;         // /routes shows paths as clients sent them
  std::vector<routes::RouteSpec> routes;  // those of the OpenAPI document included; known to compile
  routes::MatchOptions matching;
  std::optional<routes::Unmatched> unmatched;  // absent: see unmatched_mode()
  std::string openapi;                         // the OpenAPI document; empty where there is none
  bool enable_lifecycle = false;               // POST /-/reload is answered
  std::string file;                            // the configuration file; empty where there is none

  // What is not said depends on whether there are routes: without any, a guess is better than nothing.
  routes::Unmatched unmatched_mode() const noexcept {
    return unmatched.value_or(routes.empty() ? routes::Unmatched::kGuess : routes::Unmatched::kFold);
  }

  friend bool operator==(const Settings&, const Settings&) = default;
};

// Whether a naming wants a histogram of durations for each status.
bool durations_by_status(const Settings& settings);

}  // namespace wayside::config
