// The traceparent field of the W3C's Trace Context: which trace a request belongs to.
//
// Only read: the field itself goes on as it came.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace wayside::http {

struct TraceParent {
  std::uint64_t trace_id_high = 0;
  std::uint64_t trace_id_low = 0;
  std::uint64_t parent_id = 0;  // the span that sent the request
  bool is_sampled = false;
};

// `version "-" trace-id "-" parent-id "-" trace-flags` (https://www.w3.org/TR/trace-context/, section 3.2),
// in lower-case hexadecimal digits. Nothing where it is malformed, where the version is ff, or where an id is
// all zeros. Of a later version only these four parts are looked at, as section 4.3 asks.
std::optional<TraceParent> parse_traceparent(std::string_view value) noexcept;

}  // namespace wayside::http
