// One template, read: the text that a user wrote as a list of segments.
//
// The grammar is told in wayside/routes/route_table.hpp. A text that has a meaning in some framework's syntax
// but not in ours (":id", "<id>", "*") is an error rather than a static segment that no request would ever
// match.
#pragma once

#include "wayside/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::routes {

// The deepest template allowed. It bounds the memory and the recursion of a match.
inline constexpr std::size_t kMaxSegments = 64;

enum class SegmentKind : std::uint8_t { kStatic, kParameter, kCatchAll };

struct Segment {
  SegmentKind kind = SegmentKind::kStatic;
  std::string text;  // the segment itself if static, else the name of the parameter

  friend bool operator==(const Segment&, const Segment&) = default;
};

// The segments between the slashes; "/" has none. A catch-all is always the last.
using Template = std::vector<Segment>;

struct TemplateError {
  std::size_t column =
      0;                // byte of the text, from 1; one past the last where something is missing at the end
  std::string message;  // "expected …, found …"
};

Checked<Template, TemplateError> parse_template(std::string_view text);

}  // namespace wayside::routes
