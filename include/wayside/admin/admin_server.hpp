// The metrics listener: a small HTTP server for operators and for Prometheus.
//
// Serves /metrics, /routes, the JSON API, the pages below /-/ and the live page on an io_context that no
// worker runs, so that a scrape delays no request. It owns its sockets but not the data of the pages. It
// reads no request body and does not know the proxy. Unless use() says otherwise, whoever reaches the port
// may read the metrics.
#pragma once

#include "wayside/admin/access.hpp"
#include "wayside/base/clock.hpp"
#include "wayside/base/log.hpp"
#include "wayside/base/result.hpp"
#include "wayside/net/descriptor.hpp"
#include "wayside/net/listener.hpp"
#include "wayside/net/types.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wayside::metrics {
class Exposition;
class History;
struct ConfigurationState;
}  // namespace wayside::metrics

namespace wayside::inspector {
class Inspector;
}

namespace wayside::admin {

// The reason why a reload changed nothing.
struct ReloadError {
  std::string message;
  bool is_refused = false;  // no reload was begun: the daemon does not reload in its present state
};

// A backend that fails.
struct BackendOutage {
  std::string error;         // of the last failure, in one line
  Nanoseconds failed_for{};  // since the first failure
};

// The data that the pages show. Only the io_context's thread uses it.
struct AdminPages {
  metrics::Exposition& exposition;  // outlives the server
  // The reason why the proxy is not ready, in one line: "draining". An empty text: it is ready; an empty
  // function: it always is.
  std::function<std::string()> why_unready;
  const inspector::Inspector& inspector;  // outlives the server
  // Reloads the configuration. Empty if POST /-/reload is not enabled.
  using Reload = std::function<net::Awaitable<Checked<void, ReloadError>>()>;
  Reload reload;
  std::string version;              // of the program
  std::vector<std::string> listen;  // the proxy's addresses, as text
  std::string backend;              // the backend's address, as text
  metrics::History& history;        // outlives the server
  // Of the configuration in force; outlives the server.
  const metrics::ConfigurationState& configuration;
  // Lines about what is probably not meant in it; outlives the server.
  const std::vector<std::string>& warnings;
  std::chrono::system_clock::time_point started;         // of the process
  std::function<std::optional<bool>()> backend_is_up{};  // empty: never known. Must not throw
  // Nothing: the backend does not fail, as far as is known.
  std::function<std::optional<BackendOutage>()> backend_outage{};
  bool shows_page = true;    // answer `/` and the API, except the routes
  bool shows_routes = true;  // answer /routes and the routes of the API
};

class AdminServer {
 public:
  static constexpr std::size_t kMaxConnections = 144;

  // `io_context` and `logger` outlive the server. One thread at a time runs the io_context, and everything
  // below is called from that thread, or while none runs it.
  //
  // At most `max_connections` (2 or more) are open at a time, a few of which are reserved for the pages below
  // /-/.
  AdminServer(boost::asio::io_context& io_context, AdminPages pages, const Logger& logger,
              std::size_t max_connections = kMaxConnections);
  // Stops.
  ~AdminServer();
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;

  // For requests and connections that come from now on. Connections whose TLS would be another end behind
  // their next answer. Throws std::bad_alloc.
  void use(Access access);

  // Starts to accept clients from a socket that listens. Throws std::bad_alloc.
  error_code listen(net::Descriptor socket, net::SocketLife life = net::SocketLife::kListener);

  // Closes the listening sockets and every connection at once, even during a response. From then on `pages`
  // is not used, and the server gives the io_context no more work. Calling it again does nothing.
  void stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  // shared with the connections, whose last steps may outlive the server
};

}  // namespace wayside::admin
