// The log of the daemon: one line per event on standard error, in logfmt, as Prometheus itself writes it.
//
//     ts=2026-11-23T05:00:00.000Z level=info msg="listening" address=0.0.0.0:8080
//
// Thread-safe: each line is one write(2) below PIPE_BUF, so lines of several threads never mix. Never used per
// request: the access log is another thing.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace wayside {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarn, kError };

// A key and its value. The value is quoted when it holds anything but plain characters.
struct LogField {
  std::string_view key;
  std::string value;
};

class Logger {
 public:
  // Lines below `threshold` are dropped. `descriptor` stays the caller's and outlives the logger.
  explicit Logger(LogLevel threshold = LogLevel::kInfo, int descriptor = 2) noexcept
      : threshold_(threshold), descriptor_(descriptor) {}

  void debug(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::kDebug, message, fields);
  }
  void info(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::kInfo, message, fields);
  }
  void warn(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::kWarn, message, fields);
  }
  void error(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::kError, message, fields);
  }

 private:
  void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) const;

  LogLevel threshold_;
  int descriptor_;
};

}  // namespace wayside
