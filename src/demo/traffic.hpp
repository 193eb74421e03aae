// The visitors of `wayside --demo`: a trickle of requests, so that the metrics have something to show.
//
// About five requests per second over a few keep-alive connections, to the routes of the example service and
// now and then to a path without a route. Two more visitors have a connection for each visit: one follows
// kEventsOfAVisit of the /events, one asks for /slow and leaves before the answer. Uses a separate thread and
// io_context, ignores the responses and logs nothing: a visitor connects again after a failure.
#pragma once

#include "wayside/base/address.hpp"

#include <memory>

namespace wayside::demo {

inline constexpr int kEventsOfAVisit = 5;

class Traffic {
 public:
  // Starts at once. `proxy` is a TCP address on which nothing has to listen yet. Throws
  // boost::system::system_error if there is no thread or descriptor left.
  explicit Traffic(Address proxy);

  // Drops the requests in flight and joins the thread. Returns at once if the host is a literal, and waits
  // for a look-up of a name.
  ~Traffic();

  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;

 private:
  class Visitors;
  std::unique_ptr<Visitors> visitors_;
};

}  // namespace wayside::demo
