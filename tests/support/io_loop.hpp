// An io_context with its readiness set, run by the test's thread, and functions that wait on it.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/base/result.hpp"
#include "wayside/net/readiness_set.hpp"
#include "wayside/net/types.hpp"
#include "wayside/net/wakeup.hpp"

#include "support/raw_socket.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <utility>

namespace wayside::test {

struct IoLoop {
  operator net::ReadinessSet&() noexcept { return readiness; }

  boost::asio::io_context io{1};
  net::ReadinessSet readiness{io};
};

// Runs the loop until `condition` holds; false if it does not within kPatience.
template <class Condition>
bool run_until(IoLoop& loop, Condition&& condition) {
  const TimePoint end = Clock::now() + kPatience;
  loop.io.restart();
  while (!condition()) {
    if (Clock::now() >= end) return false;
    loop.io.run_one_until(end);
  }
  return true;
}

// Runs the loop for all of `duration`. Returns the number of handlers called.
inline std::size_t run_for(IoLoop& loop, Nanoseconds duration) {
  return loop.io.run_for(duration);
}

// Runs all ready handlers, without waiting.
inline void run_ready(IoLoop& loop) {
  while (loop.io.poll() != 0) {
  }
}

// Runs one turn of the readiness set, without waiting; sources raised during the turn are left for the next
// one. False if no turn was due.
inline bool take_turn(IoLoop& loop) {
  return loop.io.poll_one() != 0;
}

// Calls `function` from the loop at `when` or soon after.
template <class Function>
void call_at(net::Timer& timer, TimePoint when, Function function) {
  timer.expires_at(when);
  timer.async_wait([function](const error_code& ec) {
    if (!ec) function();
  });
}

// Stops the readiness set and runs the loop. True if the loop ends, because it waits for nothing else.
inline bool run_dry(IoLoop& loop) {
  run_ready(loop);
  loop.readiness.stop();
  loop.io.restart();
  const TimePoint end = Clock::now() + kPatience;
  loop.io.run_until(end);
  return loop.io.stopped();
}

// A waiter that calls a function of the test.
class CallingWaiter final : public net::Waiter {
 public:
  explicit CallingWaiter(std::function<void()> call) : call_(std::move(call)) {}
  void wake() override { call_(); }

 private:
  std::function<void()> call_;
};

class CountingWaiter final : public net::Waiter {
 public:
  void wake() override { ++wakes_; }
  int wakes() const noexcept { return wakes_; }

 private:
  int wakes_ = 0;
};

}  // namespace wayside::test
