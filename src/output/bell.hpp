// Wakes a writer's thread, to write lines or to end.
#pragma once

#include "wayside/base/clock.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>

namespace wayside::output {

class Bell {
 public:
  // Called by any thread. Never waits for the woken thread.
  void ring() noexcept;
  // Asks the thread to end: it no longer waits for lines, and for room only until the deadline. The first
  // call counts.
  void stop(TimePoint deadline) noexcept;

  // The rest is called by the woken thread. Waits for ring() or stop(), or for `at_most`; false once stopped.
  bool wait(std::optional<Milliseconds> at_most);
  // The same, but ring() does not end the wait.
  bool pause(Milliseconds duration);
  // Whether the deadline has passed.
  bool is_over() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool is_rung_ = false;  // guarded by mutex_, as is deadline_
  std::optional<TimePoint> deadline_;
};

}  // namespace wayside::output
