// A log that is written on the calling thread, which waits for a descriptor that has no room, for a while:
// for what a program says before it serves, and for tests. A thread that answers anybody has no use for it.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/base/log.hpp"

#include <atomic>

namespace wayside {

class DirectLog final : public LogSink {
 public:
  // How long a line waits for room. Once one waited in vain, further ones do not wait until there is some.
  static constexpr Milliseconds kTimeout{1000};

  // `descriptor` stays the caller's and outlives the log. The process ignores SIGPIPE if it is to survive a
  // reader that is gone.
  explicit DirectLog(int descriptor) noexcept : descriptor_(descriptor) {}

  // A text of any size that ends with a line feed.
  void write(std::string_view text) noexcept override;
  // Texts without room, or that the descriptor does not take for another reason.
  std::uint64_t dropped() const noexcept override { return dropped_.load(std::memory_order_relaxed); }

 private:
  const int descriptor_;
  std::atomic<bool> is_stuck_{false};
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace wayside
