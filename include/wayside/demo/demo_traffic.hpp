// The visitors of `wayside --demo`: a trickle of requests, so that there is something to see in the metrics.
//
// About five requests per second over a few keep-alive connections, to the routes of DemoBackend (the endless
// one left out) and now and then to a path that nobody serves. It has its own thread and io_context, looks at
// no answer, and logs nothing: a request that fails is followed by the next one a moment later.
#pragma once

#include "wayside/base/address.hpp"

#include <memory>

namespace wayside::demo {

class DemoTraffic {
 public:
  // Starts at once. `proxy` is a TCP address; nothing has to listen there yet. A wildcard host ("0.0.0.0",
  // "::") means this machine. Throws boost::system::system_error where no thread or io_context is to be had.
  explicit DemoTraffic(Address proxy);

  // Drops what is in flight and joins the thread: at once, for a host that is a literal; a name that is just
  // being resolved is waited for.
  ~DemoTraffic();

  DemoTraffic(const DemoTraffic&) = delete;
  DemoTraffic& operator=(const DemoTraffic&) = delete;

 private:
  class Visitors;
  std::unique_ptr<Visitors> visitors_;
};

}  // namespace wayside::demo
