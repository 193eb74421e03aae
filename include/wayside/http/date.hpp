// The value of a Date field.
#pragma once

#include <array>
#include <chrono>
#include <string_view>

namespace wayside::http {

// "Sun, 06 Nov 1994 08:49:37 GMT": IMF-fixdate (RFC 9110 section 5.6.7), independent of the locale. Formats
// at most once per second. Not thread-safe.
class DateText {
 public:
  // Valid until the next call.
  std::string_view at(std::chrono::system_clock::time_point when) noexcept;

 private:
  std::chrono::sys_seconds formatted_{};
  std::array<char, 30> text_{};  // 29 and a terminator
};

}  // namespace wayside::http
