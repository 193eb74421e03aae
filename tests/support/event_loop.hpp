// An event loop on the test's own thread, and what to wait with on it.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/net/event_loop.hpp"
#include "wayside/net/wakeup.hpp"

#include "support/raw_socket.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace wayside::test {

inline std::chrono::milliseconds time_until(TimePoint end) {
  return std::max(std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()),
                  std::chrono::milliseconds(0));
}

// Runs the loop until `condition` holds; false if it does not within kPatience.
template <class Condition>
bool run_until(net::EventLoop& loop, Condition&& condition) {
  const TimePoint end = Clock::now() + kPatience;
  while (!condition()) {
    if (Clock::now() >= end) return false;
    loop.turn(time_until(end));
  }
  return true;
}

// Runs the loop for that long, however much or little happens. How many events it handled.
inline std::size_t run_for(net::EventLoop& loop, Nanoseconds duration) {
  const TimePoint end = Clock::now() + duration;
  std::size_t handled = 0;
  while (Clock::now() < end)
    handled += loop.turn(time_until(end));
  return handled;
}

// Runs what is ready, without waiting.
inline void run_ready(net::EventLoop& loop) {
  while (loop.turn(std::chrono::milliseconds(0)) != 0) {
  }
}

// Whether the loop comes to an end: nothing that it waits for is left.
inline bool runs_dry(net::EventLoop& loop) {
  return run_until(loop, [&] { return !loop.has_work(); });
}

class CountingWaiter final : public net::Waiter {
 public:
  void wake() override { ++wakes_; }
  int wakes() const noexcept { return wakes_; }

 private:
  int wakes_ = 0;
};

}  // namespace wayside::test
