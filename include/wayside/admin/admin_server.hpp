// The metrics listener: a small HTTP server for operators and for Prometheus.
//
// Serves /metrics, /-/healthy, /-/ready and a landing page, on the io_context it is given: the main thread's,
// so that a scrape never runs on a worker. It owns its sockets; what the pages show belongs to others. It
// reads no request body, knows nothing of the proxy, and has no authentication: whoever reaches the port may
// read the metrics.
#pragma once

#include "wayside/base/address.hpp"
#include "wayside/base/log.hpp"
#include "wayside/base/result.hpp"
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
  metrics::Exposition& exposition;        // outlives the server
  std::function<bool()> is_ready;         // does the proxy accept connections? Must not throw; empty: always
  const inspector::Inspector& inspector;  // outlives the server
  // Reads the configuration again and says, when that is over, whether it is in force, or else why not.
  // Empty where POST /-/reload is not enabled.
  using Reload = std::function<net::Awaitable<Checked<void, std::string>>()>;
  Reload reload;
  std::string version;  // of the program
  std::string listen;   // where clients connect to, as text for people
  std::string backend;  // where requests go to, likewise
};

class AdminServer {
 public:
  static constexpr std::size_t kMaxConnections = 144;

  // `io_context` and `logger` outlive the server. One thread at a time runs the io_context, and everything
  // below is called from that thread, or while none runs it.
  //
  // There are never more than `max_connections`, at least 2; a few of them are reserved for the pages below
  // /-/.
  AdminServer(boost::asio::io_context& io_context, AdminPages pages, const Logger& logger,
              std::size_t max_connections = kMaxConnections);
  // Stops.
  ~AdminServer();
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;

  // Binds, listens and starts to accept; call it once. Returns the address in use, with the port that the
  // kernel chose where `address` has port 0. A name is resolved here and now (this blocks), and its first
  // address that can be bound is taken. A unix socket is address_family_not_supported. After a failure
  // nothing is bound.
  Result<Address> listen(const Address& address);

  // Closes the listener and every connection at once, answers under way included. From then on `pages` is not
  // used, and the io_context runs out of this server's work. Calling it again does nothing.
  void stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  // shared with the connections, whose last steps may outlive the server
};

}  // namespace wayside::admin
