#include "wayside/http/date.hpp"

#include <cstdio>

namespace wayside::http {

std::string_view DateText::at(std::chrono::system_clock::time_point when) noexcept {
  using namespace std::chrono;
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  constexpr std::size_t kSize = 29;

  const sys_seconds second = floor<seconds>(when);
  if (second != formatted_ || text_[0] == '\0') {
    const sys_days midnight = floor<days>(second);
    const year_month_day day{midnight};
    const hh_mm_ss time{second - midnight};
    // The modulo shows the compiler that each number fits its place, as the calendar guarantees.
    std::snprintf(text_.data(), text_.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                  kDays[weekday{midnight}.c_encoding() % 7], static_cast<unsigned>(day.day()) % 100,
                  kMonths[(static_cast<unsigned>(day.month()) - 1) % 12],
                  static_cast<int>(day.year()) % 10000, static_cast<int>(time.hours().count() % 100),
                  static_cast<int>(time.minutes().count() % 100),
                  static_cast<int>(time.seconds().count() % 100));
    formatted_ = second;
  }
  return {text_.data(), kSize};
}

}  // namespace wayside::http
