// X-Request-Start and X-Queue-Start: when a proxy in front first saw the request.
//
// There is no standard. Heroku writes milliseconds, nginx seconds with a point ("t=1700000000.123"), Apache
// microseconds ("t=1700000000123456"), others nanoseconds; some put "t=" in front and some do not.
#pragma once

#include "wayside/base/clock.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace wayside::http {

// The time since the first proxy saw the request; `now` is the time of the wall clock. The unit follows from
// the size of the number: a number is within a few thousand years of the epoch in one unit only. A time in
// the future, which is a skew between two machines' clocks, gives zero. Nothing if the value is malformed or
// more than ten minutes old: then a clock is wrong, or the value is not a time.
std::optional<Nanoseconds> time_since_queue_start(std::string_view value,
                                                  std::chrono::system_clock::time_point now) noexcept;

}  // namespace wayside::http
