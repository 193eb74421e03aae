#include "wayside/http/queue_start.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

namespace wayside::http {
namespace {

constexpr std::chrono::minutes kMostBelievable{10};

// Seconds since the epoch, from a number in any unit. The units do not overlap until the year 5138, whose
// number in seconds is that of the year 1973 in milliseconds.
std::optional<double> to_seconds(double number) noexcept {
  constexpr double kMostSeconds = 1e11;
  for (const double per_second : {1.0, 1e3, 1e6, 1e9}) {
    if (number < kMostSeconds * per_second) return number / per_second;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Nanoseconds> time_since_queue_start(std::string_view value,
                                                  std::chrono::system_clock::time_point now) noexcept {
  if (value.starts_with("t=")) value.remove_prefix(2);
  double number = 0;
  const char* const end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, number, std::chars_format::fixed);
  if (error != std::errc{} || stop != end || !(number > 0)) return std::nullopt;
  const auto start = to_seconds(number);
  if (!start) return std::nullopt;
  // A double resolves such a number of seconds to a quarter of a microsecond.
  const double now_seconds = std::chrono::duration<double>(now.time_since_epoch()).count();
  const double elapsed = std::max(now_seconds - *start, 0.0);
  if (elapsed > std::chrono::duration<double>(kMostBelievable).count()) return std::nullopt;
  return Nanoseconds{std::llround(elapsed * 1e9)};
}

}  // namespace wayside::http
