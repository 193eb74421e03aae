// One thread's share of the proxy: an event loop, a listening socket, a pool of backend connections and the
// sessions of the clients that this socket accepted. Workers share nothing that is written on the way of a
// request.
#pragma once

#include "wayside/base/address.hpp"
#include "wayside/base/log.hpp"
#include "wayside/base/result.hpp"
#include "wayside/config/settings.hpp"
#include "wayside/metrics/shard.hpp"
#include "wayside/routes/route_table.hpp"

#include <memory>
#include <span>

namespace wayside::proxy {

class Worker {
 public:
  // What a worker reads, and the shard that it alone writes. All outlive it. endpoints[i] is what route i of
  // the table is to the shard.
  struct Dependencies {
    const config::Settings& settings;
    const routes::RouteTable& routes;
    std::span<const metrics::EndpointId> endpoints;
    metrics::Shard& shard;
    const Logger& log;
  };

  explicit Worker(const Dependencies& dependencies);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Before run(), from any thread. Several workers `shared` one address; the first one resolves port 0 for
  // the rest. Returns the address really bound.
  Result<Address> listen(const Address& address, bool shared);

  // Serves until drained. On the thread that is to be the worker's, once.
  void run();

  // Stops accepting, closes idle connections, and lets run() return when the last exchange is over, or is cut
  // off after timeouts.drain. From any thread, any number of times.
  void drain();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wayside::proxy
