// The metrics listener: a small HTTP server for operators and for Prometheus.
//
// Serves /metrics, /routes, the pages below /-/ and the live page on an io_context that no worker runs, so
// that a scrape delays no request. It owns its sockets but not the data of the pages. It reads no request
// body and does not know the proxy. It has no authentication: whoever reaches the port may read the metrics.
#pragma once

#include "wayside/base/log.hpp"
#include "wayside/base/result.hpp"
#include "wayside/net/descriptor.hpp"
#include "wayside/net/listener.hpp"
#include "wayside/net/types.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace wayside::metrics {
class Exposition;
}

namespace wayside::inspector {
class Inspector;
}

namespace wayside::admin {

// The data that the pages show. Only the io_context's thread uses it.
struct AdminPages {
  metrics::Exposition& exposition;  // outlives the server
  std::function<bool()> is_ready;   // whether the proxy accepts connections; empty: always. Must not throw
  const inspector::Inspector& inspector;  // outlives the server
  // Reloads the configuration. An error is the reason why the old one stays in force. Empty if POST /-/reload
  // is not enabled.
  using Reload = std::function<net::Awaitable<Checked<void, std::string>>()>;
  Reload reload;
  std::string version;  // of the program
  std::string listen;   // the proxy's addresses, as text
  std::string backend;  // the backend's address, as text
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
