#include "wayside/routes/lint.hpp"

#include "wayside/base/percent.hpp"
#include "wayside/base/quote.hpp"

#include "routes/template.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <map>
#include <optional>
#include <utility>

namespace wayside::routes {
namespace {

// Paths that are tried for a template before it counts as shadowed.
constexpr std::size_t kAttempts = 60;

// Pairs of constraints that are compared, which takes tenths of a second. More pairs need hundreds of
// constraints at one place that do not overlap.
constexpr std::size_t kMaxPairs = 100'000;

// Stands for the number of a segment with any constraint.
constexpr std::size_t kAnyConstraint = std::numeric_limits<std::size_t>::max();

struct Alternative {
  std::size_t spec = 0;
  Template whole;
};

std::vector<Alternative> alternatives_of(std::span<const RouteSpec> specs, MatchOptions options) {
  std::vector<Alternative> all;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    for (Template& each : *parse_template(specs[i].path, specs[i].dialect, options.ignores_case))
      all.push_back({i, std::move(each)});
  }
  return all;
}

std::string named(std::span<const RouteSpec> specs, std::size_t spec) {
  return fmt::format("{} {}", quoted(specs[spec].path), place_of(specs[spec], spec));
}

// Up to `limit` texts that match the segment.
std::vector<std::string> texts_of(const Segment& segment, std::size_t limit) {
  if (segment.kind == SegmentKind::kStatic) return {segment.text};
  std::vector<std::string> texts;
  if (segment.kind == SegmentKind::kConstrained) {
    for (const std::string& text : segment.automaton.shortest_texts(limit))
      texts.push_back(percent_encoded(text));
    return texts;
  }
  for (std::size_t i = 0; i < limit; ++i)  // unlikely to match another route's constraint
    texts.push_back(fmt::format("{}{}{}", i % 2 == 0 ? "~" : "x", i, i % 3 == 0 ? "~" : ""));
  return texts;
}

// A method of the route.
Method method_of(const RouteSpec& spec) noexcept {
  for (const Method method : kMethods) {
    if (spec.methods.contains(method)) return method;
  }
  return Method::get;
}

// Nothing where a path reaches the template; else the route that the last path belongs to.
std::optional<RouteId> taken_by(const Alternative& alternative, const RouteTable& table, Method method) {
  RouteId winner = kUnmatched;
  for (const std::size_t attempts : {std::size_t{1}, kAttempts}) {  // the first one nearly always succeeds
    std::vector<std::vector<std::string>> texts;
    for (const Segment& segment : alternative.whole.segments)
      texts.push_back(texts_of(segment, attempts));
    for (std::size_t attempt = 0; attempt < attempts; ++attempt) {
      std::string path;
      for (const auto& choices : texts)
        path.append("/").append(choices[attempt % choices.size()]);
      if (path.empty() || alternative.whole.ends_with_slash) path += '/';
      winner = table.match(method, path);
      if (winner == alternative.spec + 1) return std::nullopt;
    }
  }
  return winner;
}

void add_shadowed(std::span<const RouteSpec> specs, std::span<const Alternative> alternatives,
                  const RouteTable& table, std::vector<RouteHint>& hints) {
  for (const Alternative& each : alternatives) {
    const auto winner = taken_by(each, table, method_of(specs[each.spec]));
    if (!winner || *winner == kUnmatched) continue;
    hints.push_back(
        {each.spec, fmt::format("no request reaches {}: more specific routes take every path, such as {}",
                                quoted(specs[each.spec].path), named(specs, *winner - 1))});
  }
}

// Gives equal segments equal numbers.
class SegmentNumbers {
 public:
  std::size_t of(const Segment& segment) {
    if (segment.kind == SegmentKind::kStatic) return number(texts_, segment.text);
    if (segment.kind == SegmentKind::kConstrained) return number(automata_, segment.automaton);
    return static_cast<std::size_t>(segment.kind);
  }

 private:
  template <class Map, class Key>
  std::size_t number(Map& map, const Key& key) {
    const auto [known, is_new] = map.try_emplace(key, next_);
    if (is_new) ++next_;
    return known->second;
  }

  std::map<std::string, std::size_t> texts_;
  std::map<Automaton, std::size_t> automata_;
  std::size_t next_ = static_cast<std::size_t>(SegmentKind::kCatchAll) + 1;
};

// A constraint and its template.
struct Constraint {
  std::size_t spec;
  std::size_t number;
  const Automaton* automaton;
};

std::optional<std::string> overlap(const Constraint& a, const Constraint& b) {
  if (a.spec == b.spec || a.number == b.number) return std::nullopt;
  auto text = a.automaton->common_text(*b.automaton);
  if (!text || a.automaton->includes(*b.automaton) || b.automaton->includes(*a.automaton))
    return std::nullopt;
  return text;
}

// Two templates overlap where they differ in the constraint of one segment only, both constraints accept some
// text, and neither includes the other. A template is compared with earlier ones up to the first overlap.
void add_overlapping(std::span<const RouteSpec> specs, std::span<const Alternative> alternatives,
                     std::vector<RouteHint>& hints) {
  SegmentNumbers numbers;
  std::map<std::vector<std::size_t>, std::vector<Constraint>> by_rest;  // of the template
  std::size_t pairs = 0;
  for (const Alternative& each : alternatives) {
    std::vector<std::size_t> whole;
    for (const Segment& segment : each.whole.segments)
      whole.push_back(numbers.of(segment));
    for (std::size_t place = 0; place < whole.size(); ++place) {
      const Segment& segment = each.whole.segments[place];
      if (segment.kind != SegmentKind::kConstrained) continue;
      std::vector<std::size_t> rest = whole;
      rest[place] = kAnyConstraint;
      const Constraint constraint{each.spec, whole[place], &segment.automaton};
      std::vector<Constraint>& group = by_rest[std::move(rest)];
      for (const Constraint& earlier : group) {
        if (++pairs > kMaxPairs) {
          hints.push_back({each.spec, fmt::format("is the first whose constraint was not compared with all "
                                                  "others: more than {} pairs are too many",
                                                  kMaxPairs)});
          return;
        }
        const auto text = overlap(earlier, constraint);
        if (!text) continue;
        hints.push_back(
            {each.spec, fmt::format("overlaps {}: both match {}, and the one with more static text gets it",
                                    named(specs, earlier.spec), quoted(*text))});
        break;
      }
      group.push_back(constraint);
    }
  }
}

void add_colliding(std::span<const RouteSpec> specs, std::vector<RouteHint>& hints) {
  std::map<std::string, std::size_t> first_with;  // by label
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const RouteSpec& spec = specs[i];
    const auto [first, is_new] = first_with.try_emplace(spec.label(), i);
    const RouteSpec& other = specs[first->second];
    const bool were_one = spec.group != 0 && spec.group == other.group;
    if (is_new || were_one || other.path == spec.path) continue;
    hints.push_back(
        {i, fmt::format("shares the label {} with {}: they are counted together (a group says so)",
                        quoted(first->first), named(specs, first->second))});
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
