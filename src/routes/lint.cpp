#include "wayside/routes/lint.hpp"

#include "wayside/base/quote.hpp"
#include "wayside/routes/explain.hpp"

#include "routes/percent.hpp"
#include "routes/template.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace wayside::routes {
namespace {

// Paths that are tried for one template before it is said that none reaches it.
constexpr std::size_t kAttempts = 60;

struct Alternative {
  std::size_t spec = 0;
  Template whole;
};

std::vector<Alternative> alternatives_of(std::span<const RouteSpec> specs, MatchOptions options) {
  std::vector<Alternative> all;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    for (Template& each : *parse_template(specs[i].path, specs[i].syntax, options.ignores_case))
      all.push_back({i, std::move(each)});
  }
  return all;
}

std::string named(std::span<const RouteSpec> specs, std::size_t spec) {
  return quoted(specs[spec].path) + " " + place_of(specs[spec], spec);
}

// The texts that a segment may have, the first few.
std::vector<std::string> texts_of(const Segment& segment) {
  if (segment.kind == SegmentKind::kStatic) return {segment.text};
  std::vector<std::string> texts;
  if (segment.kind == SegmentKind::kConstrained) {
    for (const std::string& text : segment.automaton.shortest_texts(kAttempts))
      texts.push_back(percent_encoded(text));
    return texts;
  }
  for (std::size_t i = 0; i < kAttempts; ++i)  // what is likely to be nobody else's
    texts.push_back((i % 2 == 0 ? "~" : "x") + std::to_string(i) + (i % 3 == 0 ? "~" : ""));
  return texts;
}

// The method that the route lists, or that no other one of its template may have taken.
Method method_of(const RouteSpec& spec) noexcept {
  for (const Method method : kMethods) {
    if (spec.methods.contains(method)) return method;
  }
  return Method::get;
}

// nullopt where a path was found that reaches the template; else where those that were tried went.
std::optional<RouteId> taken_by(const Alternative& alternative, const RouteTable& table, Method method) {
  std::vector<std::vector<std::string>> texts;
  for (const Segment& segment : alternative.whole.segments)
    texts.push_back(texts_of(segment));
  RouteId winner = kUnmatched;
  for (std::size_t attempt = 0; attempt < kAttempts; ++attempt) {
    std::string path;
    for (const auto& choices : texts)
      path.append("/").append(choices[attempt % choices.size()]);
    if (path.empty() || alternative.whole.ends_with_slash) path += '/';
    winner = table.match(method, path);
    if (winner == alternative.spec + 1) return std::nullopt;
  }
  return winner;
}

// Both have a constraint where they first differ, neither of which is part of the other, and are the same
// behind it.
std::optional<std::string> overlap(const Template& a, const Template& b) {
  if (a.segments.size() != b.segments.size()) return std::nullopt;
  const auto [in_a, in_b] = std::ranges::mismatch(a.segments, b.segments);
  if (in_a == a.segments.end() || in_a->kind != SegmentKind::kConstrained ||
      in_b->kind != SegmentKind::kConstrained || !std::equal(in_a + 1, a.segments.end(), in_b + 1)) {
    return std::nullopt;
  }
  if (in_a->automaton.includes(in_b->automaton) || in_b->automaton.includes(in_a->automaton))
    return std::nullopt;
  return in_a->automaton.common_text(in_b->automaton);
}

void add_shadowed(std::span<const RouteSpec> specs, std::span<const Alternative> alternatives,
                  const RouteTable& table, std::vector<RouteHint>& hints) {
  for (const Alternative& each : alternatives) {
    const auto winner = taken_by(each, table, method_of(specs[each.spec]));
    if (!winner || *winner == kUnmatched) continue;
    hints.push_back({each.spec, "no request reaches " + quoted(specs[each.spec].path) +
                                    ": more specific routes take every path, such as " +
                                    named(specs, *winner - 1)});
  }
}

void add_overlapping(std::span<const RouteSpec> specs, std::span<const Alternative> alternatives,
                     std::vector<RouteHint>& hints) {
  // Only templates with constraints at the same places can overlap so.
  std::map<std::vector<SegmentKind>, std::vector<const Alternative*>> by_shape;
  for (const Alternative& each : alternatives) {
    std::vector<SegmentKind> shape;
    for (const Segment& segment : each.whole.segments)
      shape.push_back(segment.kind);
    if (std::ranges::find(shape, SegmentKind::kConstrained) != shape.end()) by_shape[shape].push_back(&each);
  }
  for (const auto& [shape, group] : by_shape) {
    for (auto later = group.begin(); later != group.end(); ++later) {
      for (auto earlier = group.begin(); earlier != later; ++earlier) {
        if ((*earlier)->spec == (*later)->spec) continue;
        const auto text = overlap((*earlier)->whole, (*later)->whole);
        if (!text) continue;
        hints.push_back({(*later)->spec, "overlaps " + named(specs, (*earlier)->spec) + ": both match " +
                                             quoted(*text) +
                                             ", and the one with more text of its own gets it"});
      }
    }
  }
}

void add_colliding(std::span<const RouteSpec> specs, std::vector<RouteHint>& hints) {
  std::map<std::string, std::size_t> first_with;  // by label
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const RouteSpec& spec = specs[i];
    const auto [first, is_new] = first_with.try_emplace(spec.name.empty() ? spec.path : spec.name, i);
    const RouteSpec& other = specs[first->second];
    const bool were_one = spec.group != 0 && spec.group == other.group;
    if (is_new || were_one || other.path == spec.path) continue;
    hints.push_back({i, "shares the label " + quoted(first->first) + " with " + named(specs, first->second) +
                            ": they are counted together (a group says so)"});
  }
}

}  // namespace

std::vector<RouteHint> lint(std::span<const RouteSpec> specs, MatchOptions options) {
  std::vector<RouteHint> hints;
  const RouteTable table = *RouteTable::build(specs, options, kNoLimits);
  const std::vector<Alternative> alternatives = alternatives_of(specs, options);
  add_shadowed(specs, alternatives, table, hints);
  add_overlapping(specs, alternatives, hints);
  add_colliding(specs, hints);
  std::ranges::stable_sort(hints, {}, &RouteHint::spec);
  return hints;
}

}  // namespace wayside::routes
