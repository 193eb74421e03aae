// One template, read: the text that a user wrote as lists of segments.
//
// How parameters are spelled is the business of spelling.hpp; here the pieces become segments, what may be
// missing becomes one list with it and one without, and whatever constraint a segment has becomes an
// automaton. Segments that match the same texts are equal, however they were written.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/routes/route_table.hpp"

#include "routes/constraint/automaton.hpp"
#include "routes/spelling.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::routes {

// The deepest template allowed. It bounds the memory and the recursion of a match.
inline constexpr std::size_t kMaxSegments = 64;

// In the order of precedence.
enum class SegmentKind : std::uint8_t {
  kStatic,       // this very text
  kConstrained,  // a text that the automaton accepts
  kParameter,    // any text
  kCatchSome,    // all that is left, at least one segment
  kCatchAll,     // all that is left, nothing included
};

// "a static text", "a constrained parameter" …: what a person calls it. Static storage duration.
std::string_view to_string(SegmentKind kind) noexcept;

struct Segment {
  SegmentKind kind = SegmentKind::kStatic;
  std::string text;               // of kStatic, as a normalised path has it
  Automaton automaton;            // of kConstrained
  std::size_t literal_bytes = 0;  // of kConstrained: how many are given beside the parameters

  friend bool operator==(const Segment& a, const Segment& b) {
    return a.kind == b.kind && a.text == b.text && a.automaton == b.automaton;
  }
};

struct Template {
  std::vector<Segment> segments;  // "/" has none; a catch-all is always the last
  bool ends_with_slash = false;   // behind a segment: "/users/"

  friend bool operator==(const Template&, const Template&) = default;
};

// The alternatives that the text stands for: one, or more where parts may be missing ("/users/:id?" is
// "/users" and "/users/:id"); all of them different.
Checked<std::vector<Template>, TemplateError> parse_template(std::string_view text,
                                                             TemplateSyntax syntax = TemplateSyntax::kAny,
                                                             bool ignores_case = false);

}  // namespace wayside::routes
