#include "output/log_queue.hpp"

#include "wayside/base/log_line.hpp"

#include <algorithm>
#include <chrono>
#include <new>
#include <string>
#include <utility>

namespace wayside::output {
namespace {

// Not subject to the threshold: the missing lines were above it.
std::string report_of(std::uint64_t dropped) {
  return format_log_line(std::chrono::system_clock::now(), LogLevel::kWarn, "log lines were dropped",
                         {{"lines", std::to_string(dropped)}});
}

}  // namespace

LogQueue::LogQueue(std::shared_ptr<Bell> bell, std::size_t capacity)
    : bell_(std::move(bell)), ring_(capacity) {}

void LogQueue::write(std::string_view line) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (!push(line)) {
      ++unreported_;
      dropped_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
  }
  bell_->ring();
}

// The report comes where the lines are missing.
bool LogQueue::push(std::string_view line) noexcept {
  if (unreported_ == 0) return ring_.push(line);
  try {
    if (!ring_.push(report_of(unreported_).append(line))) return false;
  } catch (const std::bad_alloc&) {
    return false;
  }
  unreported_ = 0;
  return true;
}

std::size_t LogQueue::take_lines(std::span<char> out) noexcept {
  const std::lock_guard lock(mutex_);
  if (const std::size_t size = ring_.take_lines(out); size != 0 || unreported_ == 0) return size;
  try {
    const std::string report = report_of(unreported_);
    if (report.size() > out.size()) return 0;
    std::ranges::copy(report, out.begin());
    unreported_ = 0;
    return report.size();
  } catch (const std::bad_alloc&) {
    return 0;
  }
}

}  // namespace wayside::output
