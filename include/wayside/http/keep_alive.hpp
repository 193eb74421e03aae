// The Keep-Alive field of a response: how long the sender keeps the connection open while it is idle.
//
// No current standard has the field; RFC 2068 section 19.7.1.1 had it, and Node, Apache and others send it.
#pragma once

#include "wayside/http/head.hpp"

#include <chrono>
#include <optional>

namespace wayside::http {

// A longer time is cut to this.
inline constexpr std::chrono::hours kLongestKeepAlive{24};

// The least `timeout` of all Keep-Alive fields: 5 s for "timeout=5, max=100". Nothing where there is none; a
// value that is not a number of seconds counts as none.
std::optional<std::chrono::seconds> keep_alive_timeout(const Fields& fields) noexcept;

}  // namespace wayside::http
