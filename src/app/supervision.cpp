#include "wayside/app/supervision.hpp"

#include "app/variables.hpp"

#include <cstdint>
#include <optional>
#include <unistd.h>

namespace wayside::app {

Supervision take_supervision() {
  const std::optional<std::string> socket = take_variable("NOTIFY_SOCKET");
  const std::optional<std::string> interval = take_variable("WATCHDOG_USEC");
  const std::optional<std::string> process = take_variable("WATCHDOG_PID");
  Supervision supervision;
  if (socket) supervision.socket = *socket;
  const bool is_ours = !process || parse_number(*process) == static_cast<std::uint64_t>(::getpid());
  constexpr auto kMost = std::chrono::microseconds(std::chrono::hours(24 * 365)).count();
  if (interval && is_ours) {
    const std::uint64_t microseconds = parse_number(*interval).value_or(0);
    if (microseconds <= kMost) supervision.watchdog = std::chrono::microseconds(microseconds);
  }
  return supervision;
}

}  // namespace wayside::app
