// Formats one event as one line of logfmt.
#pragma once

#include "wayside/base/log.hpp"

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace wayside {

// Linux's PIPE_BUF: a write of this many bytes is never mixed with another (POSIX write(2)).
inline constexpr std::size_t kMaxLogLine = 4096;

// `ts=… level=… msg="…" key=value …` and its line break, at most kMaxLogLine bytes: a message or a value that
// is too long is cut and ends in "...", and fields without room are left out. The time is UTC with
// milliseconds (RFC 3339). Neither message nor values can forge a line or a field.
std::string format_log_line(std::chrono::system_clock::time_point time, LogLevel level,
                            std::string_view message, std::initializer_list<LogField> fields);

}  // namespace wayside
