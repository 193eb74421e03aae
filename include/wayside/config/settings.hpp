// Everything that can be configured, checked and immutable.
//
// A plain value with valid fields. config/load.hpp makes it from file, environment and command line; each
// setting has a row in src/config/setting_table.cpp.
#pragma once

#include "wayside/base/address.hpp"
#include "wayside/base/clock.hpp"
#include "wayside/base/log.hpp"
#include "wayside/base/trusted_proxies.hpp"
#include "wayside/config/web_config.hpp"
#include "wayside/http/limits.hpp"
#include "wayside/metrics/endpoint.hpp"
#include "wayside/metrics/extra_label.hpp"
#include "wayside/metrics/naming.hpp"
#include "wayside/routes/limits.hpp"
#include "wayside/routes/route_table.hpp"
#include "wayside/routes/unmatched.hpp"
#include "wayside/tls/options.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace wayside::config {

enum class HalfClose : std::uint8_t {
  kAbort,  // the client has left: a browser sends the same when its user presses stop
  kServe,  // the client is done sending, and gets its answer
};

// Whether connections begin with a header of the PROXY protocol.
enum class ProxyProtocol : std::uint8_t { kOff, kOptional, kRequired };

// Whether /-/healthy and /-/ready ask for the credentials that the other pages ask for.
enum class Probes : std::uint8_t { kAuth, kOpen };

// An address that wayside listens on.
struct ListenSpec {
  Address address;
  // Of the file of a unix socket. Absent, and empty: as the process creates files.
  std::optional<mode_t> mode{};
  std::string owner{};                                 // "user", "user:group" or ":group"
  ProxyProtocol proxy_protocol = ProxyProtocol::kOff;  // for clients alone, not for metrics
  std::optional<tls::ServerOptions> tls{};             // the same; none: plain bytes

  friend bool operator==(const ListenSpec&, const ListenSpec&) = default;
};

// The longest waits. Each is at least a millisecond, but for drain_delay, and at most 30 days.
struct Timeouts {
  Milliseconds tls_handshake{std::chrono::seconds{10}};  // a client's, from its connection on
  Milliseconds request_head{std::chrono::seconds{10}};   // first byte to complete head, in total
  Milliseconds request_body{std::chrono::seconds{60}};   // idle time between two pieces of a request body
  Milliseconds queue{std::chrono::seconds{5}};           // for one of BackendLimits::max_connections
  Milliseconds connect{std::chrono::seconds{5}};         // to the backend, name resolution included
  Milliseconds response_head{std::chrono::seconds{60}};  // request sent to final response head
  Milliseconds response_body{std::chrono::seconds{60}};  // idle time between two pieces of a response body
  Milliseconds keep_alive{std::chrono::seconds{75}};     // an idle client connection
  Milliseconds tunnel{std::chrono::hours{1}};            // idle time of a tunnel (WebSocket)
  Milliseconds drain_delay{};                            // from SIGTERM to the end of accepting
  Milliseconds drain{std::chrono::seconds{30}};          // from there to the end of the last exchange

  friend bool operator==(const Timeouts&, const Timeouts&) = default;
};

// Connections to the backend. The numbers are shared evenly by the workers.
struct BackendLimits {
  std::optional<std::size_t> max_connections;  // none: bounded by the descriptors of the process
  std::size_t max_queue = 1024;                // requests that wait for a connection
  // How long a connection stays idle where the backend does not say how long it keeps one. Node keeps one for
  // 5 s, and a request that crosses the end of that time is lost.
  Milliseconds idle_timeout{std::chrono::seconds{4}};

  friend bool operator==(const BackendLimits&, const BackendLimits&) = default;
};

// The active check of the backend.
struct HealthCheck {
  std::string path;  // a target in origin-form; empty: there is no check
  Milliseconds interval{std::chrono::seconds{5}};
  Milliseconds timeout{std::chrono::seconds{2}};  // from connecting to the response head

  friend bool operator==(const HealthCheck&, const HealthCheck&) = default;
};

// The condition for which GET /-/ready answers 200.
enum class Readiness : std::uint8_t {
  kProcess,  // wayside accepts connections
  kBackend,  // and its backend is up
};

// Protection of the backend from slow request bodies.
struct RequestBody {
  std::size_t buffer = 16UL * 1024;  // bytes that are held before a backend connection is taken
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

// The measurements and their names.
struct Measurement {
  metrics::Renaming renaming;         // valid for the namings and labels of the same settings
  metrics::EndpointOptions defaults;  // for what a route does not say; without an SLO
  std::size_t max_series = 20'000;    // at least metrics::least_max_series()
  std::vector<HeaderLabel> labels;    // at most metrics::kMaxVariants combinations
  bool native_histograms = false;     // of durations, for scrapes that ask for protobuf
  bool zero_series = true;            // those of routes are exposed before their first request
  std::string route_header;           // the response field by which the backend names its routes; empty: none

  friend bool operator==(const Measurement&, const Measurement&) = default;
};

// The measurements at the endpoint of a route: each option of the route, or else of Measurement::defaults.
metrics::EndpointOptions endpoint_options(const Measurement& measurement, const routes::RouteSpec& route);

// An OpenAPI document whose paths become routes.
struct OpenApiDocument {
  std::string file;
  // Stands before the paths in place of the document's servers: "" or "/v1". None: the document decides.
  std::optional<std::string> prefix{};

  friend bool operator==(const OpenApiDocument&, const OpenApiDocument&) = default;
};

// The pages of the metrics listener that can be turned off.
struct Exposed {
  bool page = true;    // `/` and its API
  bool routes = true;  // /routes, and the routes in the API

  friend bool operator==(const Exposed&, const Exposed&) = default;
};

enum class AccessLog : std::uint8_t { kOff, kJson };

struct Settings {
  std::vector<ListenSpec> listen{{{"0.0.0.0", 8080, {}}}};  // never empty, no address twice
  Address backend{"127.0.0.1", 5000, {}};
  tls::ClientOptions backend_tls;  // where backend.is_https; an empty server_name is the host of the address
  std::vector<ListenSpec> metrics_listen{{{"0.0.0.0", 10180, {}}}};  // the same
  std::vector<metrics::Naming> namings{metrics::Naming::kHttp};      // never empty, no value twice
  std::size_t workers = 1;                                           // at least 1; "auto" is resolved
  LogLevel log_level = LogLevel::kInfo;
  BackendLimits backend_limits;
  HealthCheck health;
  Readiness readiness = Readiness::kProcess;
  RequestBody request_body;
  Timeouts timeouts;
  http::Limits limits;
  routes::Limits route_limits;
  // Sessions at a time, shared evenly by the workers; further clients wait to be accepted. None: bounded by
  // the descriptors of the process.
  std::optional<std::size_t> max_connections;
  // Other processes of this user may listen on the same ports (SO_REUSEPORT), and take over unix sockets.
  bool reuse_port = false;
  // A client that is gone without a word is noticed after twice this time. None: by a timeout alone.
  std::optional<std::chrono::seconds> tcp_keepalive{60};
  bool via = false;  // add this hop to the Via field of requests
  TrustedProxies trusted_proxies;
  // The meaning of the end of a client's sending direction while its answer is due.
  HalfClose client_half_close = HalfClose::kAbort;
  Measurement measurement;
  AccessLog access_log = AccessLog::kOff;
  bool inspector_examples = true;  // pages show paths that clients sent
  Exposed expose;
  std::string web_config;  // the file that `web` was read from; empty: none
  WebConfig web;           // of the metrics listener
  Probes probes = Probes::kAuth;
  std::vector<routes::RouteSpec> routes;  // those of the OpenAPI documents last; they compile together
  routes::MatchOptions matching;
  routes::Dialect dialect = routes::Dialect::kAuto;  // of the entries of `routes` that name none
  std::optional<routes::UnmatchedPolicy> unmatched;  // absent: see unmatched_policy()
  std::vector<OpenApiDocument> openapi;
  bool enable_lifecycle = false;  // POST /-/reload is answered
  std::string file;               // the configuration file; empty: none

  // Without routes, the default is to guess: then there are labels without any configuration.
  routes::UnmatchedPolicy unmatched_policy() const noexcept {
    return unmatched.value_or(routes.empty() ? routes::UnmatchedPolicy::kGuess
                                             : routes::UnmatchedPolicy::kFold);
  }

  friend bool operator==(const Settings&, const Settings&) = default;
};

// Whether the naming otel is exposed, which shows more than the others; see metrics::RegistryOptions.
bool exposes_otel(const Settings& settings);
// Whether routes have series before their first request, and a naming that shows them.
bool shows_zeros(const Settings& settings);

}  // namespace wayside::config
