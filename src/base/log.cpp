#include "wayside/base/log.hpp"

#include "base/log_line.hpp"

#include <cerrno>
#include <chrono>
#include <unistd.h>

namespace wayside {

std::string_view to_string(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warn";
    case LogLevel::kError:
      break;
  }
  return "error";
}

void Logger::write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) const {
  if (level < threshold_) return;
  const std::string line = format_log_line(std::chrono::system_clock::now(), level, message, fields);
  // A line that cannot be written is lost: there is nobody left to tell, and the proxy goes on.
  while (::write(descriptor_, line.data(), line.size()) < 0 && errno == EINTR) {
  }
}

}  // namespace wayside
