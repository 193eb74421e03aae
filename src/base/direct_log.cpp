#include "wayside/base/direct_log.hpp"

#include "wayside/base/outlet.hpp"

#include <algorithm>
#include <chrono>

namespace wayside {

void DirectLog::write(std::string_view text) noexcept {
  Outlet outlet(descriptor_);
  const TimePoint deadline =
      Clock::now() + (is_stuck_.load(std::memory_order_relaxed) ? Milliseconds{0} : kTimeout);
  while (!text.empty()) {
    const Result<std::size_t> written = outlet.write_some(text);
    if (written.has_value() && *written != 0) {
      text.remove_prefix(*written);
      continue;
    }
    const auto left = std::chrono::ceil<Milliseconds>(deadline - Clock::now());
    if (written.has_error() || left <= Milliseconds{0}) break;
    outlet.wait_for_room(left);
  }
  is_stuck_.store(!text.empty(), std::memory_order_relaxed);
  if (!text.empty()) dropped_.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace wayside
