// Durations as people write them: "250ms", "3s", "5m", "1h".
#pragma once

#include "wayside/base/clock.hpp"

#include "config/mistake.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace wayside::config {

inline constexpr Milliseconds kMaxDuration = std::chrono::days{30};

// A whole number and one of the units ms, s, m, h, without anything between or around them. At least 1ms, at
// most kMaxDuration.
Parsed<Milliseconds> parse_duration(std::string_view text);

// The shortest text that parse_duration reads back: the largest unit that divides the duration.
std::string to_string(Milliseconds duration);

}  // namespace wayside::config
