// The log of the daemon: one line per event on standard error, in logfmt, as Prometheus itself writes it.
//
//     ts=2026-11-23T05:00:00.000Z level=info msg="listening" address=0.0.0.0:8080
//
// A Logger makes the lines, of at most PIPE_BUF bytes, and hands them to a LogSink; that of the daemon passes
// them to a writer thread (output/standard_streams.hpp). Requests are logged in the access log only.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace wayside {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarn, kError };

// "debug", "info", "warn", "error". The text has static storage duration.
std::string_view to_string(LogLevel level) noexcept;

// A key and its value. The key is a constant of the program (letters, digits, underscores) and is written as
// it is. The value may be untrusted: it is quoted and escaped unless all its characters are plain
// (base/quote.hpp), so that it can forge neither a field nor a line.
struct LogField {
  std::string_view key;
  std::string value;
};

// The destination of log lines. Any thread may call any function at any time.
class LogSink {
 public:
  // Takes one line with its line feed. Lines of one thread keep their order, and no line is torn. A line
  // without room is dropped and counted.
  virtual void write(std::string_view line) noexcept = 0;
  // The number of lines dropped so far.
  virtual std::uint64_t dropped() const noexcept = 0;

 protected:
  ~LogSink() = default;
};

// Thread-safe. Throws std::bad_alloc.
class Logger {
 public:
  // Lines below `threshold` are left out. `sink` outlives the logger.
  Logger(LogLevel threshold, LogSink& sink) noexcept : threshold_(threshold), sink_(&sink) {}

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

  // The number of lines that the sink has dropped.
  std::uint64_t dropped() const noexcept { return sink_->dropped(); }

 private:
  void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) const;

  LogLevel threshold_;
  LogSink* sink_;
};

}  // namespace wayside
