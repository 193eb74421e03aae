#include "wayside/base/log.hpp"

#include "wayside/base/log_line.hpp"

#include <chrono>

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
  sink_->write(format_log_line(std::chrono::system_clock::now(), level, message, fields));
}

}  // namespace wayside
