// The log of the daemon: one line per event on standard error, in logfmt, as Prometheus itself writes it.
//
//     ts=2026-11-23T05:00:00.000Z level=info msg="listening" address=0.0.0.0:8080
//
// Makes the lines, of at most PIPE_BUF bytes; what does not fit is cut. Where they go, and whether anybody
// waits for that, is the sink's business: the daemon's hands them to a thread of their own
// (output/standard_streams.hpp). Never used per request: the access log is another thing.
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

// Where the lines of loggers go. Every function from any thread, at once.
class LogSink {
 public:
  // Takes one line, its line feed included. Lines of one thread keep their order and none is torn; one that
  // finds no room is dropped and counted.
  virtual void write(std::string_view line) noexcept = 0;
  // The lines that were dropped so far.
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

  // What the sink has dropped.
  std::uint64_t dropped() const noexcept { return sink_->dropped(); }

 private:
  void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) const;

  LogLevel threshold_;
  LogSink* sink_;
};

}  // namespace wayside
