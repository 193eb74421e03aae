// The names of the limits in a configuration file, for reading and for printing.
#pragma once

#include "wayside/http/limits.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace wayside::config {

struct LimitKey {
  std::string_view name;
  std::size_t http::Limits::*member;
  std::size_t max;
  bool is_size;  // in bytes; else a number
};

inline constexpr std::array kLimitKeys = {
    LimitKey{"request_line", &http::Limits::request_line, http::limits::kMaxHead, true},
    LimitKey{"head", &http::Limits::head, http::limits::kMaxHead, true},
    LimitKey{"fields", &http::Limits::fields, http::limits::kMaxFields, false},
    LimitKey{"trailers", &http::Limits::trailers, http::limits::kMaxTrailers, true},
    LimitKey{"chunk_size_line", &http::Limits::chunk_size_line, http::limits::kMaxChunkSizeLine, true},
};

}  // namespace wayside::config
