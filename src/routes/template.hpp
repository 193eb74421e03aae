// One template as lists of segments.
//
// Assembles the tokens (tokens.hpp) into segments: an optional group doubles the lists, one with it and one
// without, and every constraint becomes an automaton. From a catch-all on that has text beside or behind it,
// as in "/mixed/<path:p>/tail", all of the template is one automaton over the rest of the path. Segments that
// match the same texts are equal, whatever notation they have.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/routes/route_table.hpp"

#include "routes/constraint/automaton.hpp"
#include "routes/tokens.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::routes {

// The most segments of a template. Bounds the memory and the recursion of a match.
inline constexpr std::size_t kMaxSegments = 64;

// In the order of precedence.
enum class SegmentKind : std::uint8_t {
  kStatic,       // one text
  kConstrained,  // a text that the automaton accepts
  kParameter,    // any text
  kRest,         // the rest of the path: one segment or more that the automaton accepts together
  kCatchSome,    // the rest of the path: one segment or more
  kCatchAll,     // the rest of the path: any number of segments
};

// "static text", "a constrained parameter", …. The text has static storage duration.
std::string_view to_string(SegmentKind kind) noexcept;

struct Segment {
  SegmentKind kind = SegmentKind::kStatic;
  std::string text;               // of kStatic, in its normal form
  Automaton automaton;            // of kConstrained and kRest
  std::size_t literal_bytes = 0;  // of these two: the size of the static text beside the parameters

  friend bool operator==(const Segment& a, const Segment& b) {
    return a.kind == b.kind && a.text == b.text && a.automaton == b.automaton;
  }
};

struct Template {
  std::vector<Segment> segments;  // "/" has none; a catch-all or a rest is always the last
  bool ends_with_slash = false;   // behind a segment: "/users/"
  // The last segment may be empty behind its slash: of a path, that is a slash at its end that matters.
  bool last_may_be_empty = false;
  std::string host{};  // of a Go pattern; empty: any. Paths are matched without it

  friend bool operator==(const Template&, const Template&) = default;
};

// The alternatives that the text stands for, each once: several where parts are optional ("/users/:id?" is
// "/users/:id" and "/users"). At start-up and reload only: it allocates.
Checked<std::vector<Template>, TemplateError> parse_template(std::string_view text,
                                                             Dialect dialect = Dialect::kAuto,
                                                             MatchOptions options = {});

}  // namespace wayside::routes
