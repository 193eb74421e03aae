// Wakes a thread that writes: there is something to write, or it is to end.
#pragma once

#include "wayside/base/clock.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>

namespace wayside::output {

class Bell {
 public:
  // Any thread. Never waits for the thread that is woken.
  void ring() noexcept;
  // From now on nothing is waited for, but for room, until the deadline. The first call counts.
  void stop(TimePoint deadline) noexcept;

  // The rest is the woken thread's. Waits until it is rung or stopped, or `at_most`; false once it is
  // stopped.
  bool wait(std::optional<Milliseconds> at_most);
  // The same, but ringing does not end it.
  bool pause(Milliseconds duration);
  // Whether the deadline has passed.
  bool is_over() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool is_rung_ = false;  // all of it under mutex_
  std::optional<TimePoint> deadline_;
};

}  // namespace wayside::output
