// The traceparent field of W3C Trace Context: the trace that a request belongs to.
//
// The field is only read; it is forwarded unchanged.
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
// in lower-case hexadecimal digits. Nothing if it is malformed, the version is ff, or an id is all zeros. Of
// a later version only these four parts are read (section 4.3).
std::optional<TraceParent> parse_traceparent(std::string_view value) noexcept;

}  // namespace wayside::http
