// The names of the limits in a configuration file, for reading and for printing.
#pragma once

#include "wayside/http/limits.hpp"
#include "wayside/routes/limits.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace wayside::config {

template <class Limits>
struct LimitKey {
  std::string_view name;
  std::size_t Limits::*member;
  std::size_t max;
  bool is_size;  // in bytes; else a number
};
// Clang 14 does not deduce it from the members.
template <class Limits>
LimitKey(std::string_view, std::size_t Limits::*, std::size_t, bool) -> LimitKey<Limits>;

inline constexpr std::array kLimitKeys = {
    LimitKey{"request_line", &http::Limits::request_line, http::limits::kMaxHead, true},
    LimitKey{"head", &http::Limits::head, http::limits::kMaxHead, true},
    LimitKey{"fields", &http::Limits::fields, http::limits::kMaxFields, false},
    LimitKey{"trailers", &http::Limits::trailers, http::limits::kMaxTrailers, true},
    LimitKey{"chunk_size_line", &http::Limits::chunk_size_line, http::limits::kMaxChunkSizeLine, true},
};

inline constexpr std::array kRouteLimitKeys = {
    LimitKey{"routes", &routes::Limits::routes, std::size_t{10'000'000}, false},
    LimitKey{"openapi_size", &routes::Limits::openapi_size, std::size_t{1} << 30U, true},
    LimitKey{"route_memory", &routes::Limits::memory, std::size_t{1} << 40U, true},
};

}  // namespace wayside::config
