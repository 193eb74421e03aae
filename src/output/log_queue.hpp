// The queue of log lines from any thread to the writer's thread.
//
// Bounded: lines without room are dropped and counted, and once there is room again, a line reports how many.
// The mutex is held while a line is copied, never while one is written; log lines are rare.
#pragma once

#include "wayside/base/log.hpp"
#include "wayside/output/line_source.hpp"
#include "wayside/output/ring.hpp"

#include "output/bell.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

namespace wayside::output {

class LogQueue final : public LogSink, public LineSource {
 public:
  // `bell` wakes the thread that takes the lines. `capacity` is a power of two. Throws std::bad_alloc.
  LogQueue(std::shared_ptr<Bell> bell, std::size_t capacity);

  void write(std::string_view line) noexcept override;
  std::uint64_t dropped() const noexcept override { return dropped_.load(std::memory_order_relaxed); }

  std::size_t take_lines(std::span<char> out) noexcept override;

 private:
  bool push(std::string_view line) noexcept;

  const std::shared_ptr<Bell> bell_;
  std::mutex mutex_;
  Ring ring_;                     // under mutex_
  std::uint64_t unreported_ = 0;  // dropped lines that were not reported yet; under mutex_
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace wayside::output
