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

// How long the request has been on its way, `now` being the wall clock's time. The unit is told from the size
// of the number: one that is not within a thousand years of the epoch in one unit is so in another. The
// clocks of two machines are compared: a moment in the future, which is skew, is zero. Nothing where the
// value cannot be read, or is more than ten minutes old: then it is a clock that is wrong, or no time at all.
std::optional<Nanoseconds> time_since_queue_start(std::string_view value,
                                                  std::chrono::system_clock::time_point now) noexcept;

}  // namespace wayside::http
