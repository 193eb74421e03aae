// An event loop on the test's own thread, and what to wait with on it.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/net/types.hpp"
#include "wayside/net/wakeup.hpp"

#include "support/raw_socket.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <cstddef>

namespace wayside::test {

// Runs the loop until `condition` holds; false if it does not within kPatience.
template <class Condition>
bool run_until(net::IoContext& io, Condition&& condition) {
  const TimePoint end = Clock::now() + kPatience;
  const auto keeps_running = boost::asio::make_work_guard(io);
  io.restart();
  while (!condition()) {
    if (io.run_one_until(end) == 0) return condition();
  }
  return true;
}

// Runs the loop for that long, however much or little happens. How many handlers it ran.
inline std::size_t run_for(net::IoContext& io, Nanoseconds duration) {
  const TimePoint end = Clock::now() + duration;
  io.restart();
  const auto keeps_running = boost::asio::make_work_guard(io);
  return io.run_until(end);
}

// Runs what is ready, without waiting.
inline void run_ready(net::IoContext& io) {
  io.restart();
  io.poll();
}

// Whether the loop comes to an end: nothing that it waits for is left.
inline bool runs_dry(net::IoContext& io) {
  io.restart();
  io.run_for(kPatience);
  return io.stopped();
}

class CountingWaiter final : public net::Waiter {
 public:
  void wake() override { ++wakes_; }
  int wakes() const noexcept { return wakes_; }

 private:
  int wakes_ = 0;
};

}  // namespace wayside::test
