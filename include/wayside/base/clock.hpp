// The one clock of the data path: monotonic, so that a step of the wall clock never shows up as a latency.
#pragma once

#include <chrono>

namespace wayside {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Nanoseconds = std::chrono::nanoseconds;
using Milliseconds = std::chrono::milliseconds;

}  // namespace wayside
