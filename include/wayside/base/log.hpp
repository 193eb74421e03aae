// The log of the daemon: one line per event on standard error, in logfmt, as Prometheus itself writes it.
//
//     ts=2026-11-23T05:00:00.000Z level=info msg="listening" address=0.0.0.0:8080
//
// Thread-safe: each line is one write(2) of at most PIPE_BUF bytes, so lines of several threads never mix;
// what does not fit is cut. A line that cannot be written is lost. Never used per request: the access log is
// another thing.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace wayside {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarn, kError };

// "debug", "info", "warn", "error". The text has static storage duration.
std::string_view to_string(LogLevel level) noexcept;

// A key and its value. The key is a word of the program (letters, digits, underscores) and written as it is.
// The value may come from anywhere: it is quoted and escaped when it holds anything but plain characters
// (base/quote.hpp), so that no value can forge a field or a line.
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
