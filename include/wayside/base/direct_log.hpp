// A log that the calling thread writes, waiting up to kTimeout for room. It is for messages before the daemon
// serves, and for tests: a thread that serves connections must not wait for its log.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/base/log.hpp"

#include <atomic>

namespace wayside {

class DirectLog final : public LogSink {
 public:
  // The longest wait of a line for room. After a wait in vain, lines are dropped without a wait until there
  // is room again.
  static constexpr Milliseconds kTimeout{1000};

  // `descriptor` belongs to the caller and outlives the log. The process has to ignore SIGPIPE to survive a
  // reader that has gone.
  explicit DirectLog(int descriptor) noexcept : descriptor_(descriptor) {}

  // Writes a text of any size, which ends with a line feed.
  void write(std::string_view text) noexcept override;
  // The number of texts that found no room or whose write failed.
  std::uint64_t dropped() const noexcept override { return dropped_.load(std::memory_order_relaxed); }

 private:
  const int descriptor_;
  std::atomic<bool> is_stuck_{false};
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace wayside
