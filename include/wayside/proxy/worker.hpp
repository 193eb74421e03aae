// One thread's share of the proxy: an io_context, listening sockets, a pool of backend connections and the
// sessions of the clients that these sockets accepted. Workers share nothing that is written on the way of a
// request.
#pragma once

#include "wayside/base/log.hpp"
#include "wayside/base/result.hpp"
#include "wayside/config/settings.hpp"
#include "wayside/inspector/unmatched_paths.hpp"
#include "wayside/metrics/shard.hpp"
#include "wayside/net/descriptor.hpp"
#include "wayside/net/listener.hpp"
#include "wayside/output/ring.hpp"
#include "wayside/proxy/backend_reporter.hpp"
#include "wayside/proxy/entrance.hpp"
#include "wayside/proxy/routing.hpp"
#include "wayside/proxy/share.hpp"
#include "wayside/tls/client_context.hpp"

#include <functional>
#include <memory>

namespace wayside::proxy {

class Worker {
 public:
  // All references outlive the worker. The worker alone writes the shard, the unmatched paths, and the
  // entries that `routing` points to.
  struct Dependencies {
    const config::Settings& settings;
    std::unique_ptr<const Routing> routing;
    metrics::Shard& shard;
    inspector::UnmatchedPaths& unmatched;
    output::Ring* access_log;  // nullptr: there is no access log
    const Logger& log;
    Share share;
    std::function<void()> on_backend_change{};                // see BackendReporter; may be empty
    std::shared_ptr<const tls::ClientContext> backend_tls{};  // nullptr: plain bytes
  };

  explicit Worker(Dependencies dependencies);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Accepts clients from a socket that listens. Before run(), from any thread; at least once. Throws
  // std::bad_alloc.
  error_code listen(net::Descriptor socket, net::SocketLife life = net::SocketLife::kListener,
                    Entrance entrance = {});

  // From the next request on, this is the routing; exchanges under way keep what they found in the old one.
  // From any thread; needs no memory.
  void use_routing(std::unique_ptr<const Routing> routing) noexcept;

  // Serves until drained. On the thread that is to be the worker's, once.
  void run();

  // Reports failures and answers of the backend, as this worker meets them.
  BackendReporter& backend_reporter() noexcept;

  // Asks the thread of run() for a sign of life, which it gives between two handlers. Returns whether it has
  // given the one that was asked for last, which an ended run() need not. From one thread; needs no memory.
  bool check_pulse() noexcept;

  // From now on each response ends its connection, so that clients go elsewhere. Connections are accepted as
  // before, and idle ones stay open. From any thread, any number of times; needs no memory.
  void announce_drain() noexcept;

  // Accepts the connections that have begun, and no others, closes idle ones, and lets run() return when the
  // last exchange is over, or is cut off after timeouts.drain. A connection that has sent nothing yet may
  // send one request within timeouts.request_head. From any thread, any number of times; needs no memory.
  void drain() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wayside::proxy
