#include "wayside/routes/lint.hpp"

#include "wayside/base/quote.hpp"

#include "routes/reachability.hpp"
#include "routes/template.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <utility>

namespace wayside::routes {
namespace {

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
    for (Template& each : *parse_template(specs[i].path, specs[i].dialect, options))
      all.push_back({i, std::move(each)});
  }
  return all;
}

std::string named(std::span<const RouteSpec> specs, std::size_t spec) {
  return fmt::format("{} {}", in_quotes(specs[spec].path), place_of(specs[spec], spec));
}

// A route is not reached where none of its alternatives is.
void add_unreached(std::span<const RouteSpec> specs, std::span<const Alternative> alternatives,
                   MatchOptions options, std::vector<RouteHint>& hints) {
  std::vector<Template> templates;
  for (const Alternative& each : alternatives)
    templates.push_back(each.whole);
  const auto taken = find_unreached(templates, options);
  for (std::size_t i = 0; i < alternatives.size();) {
    const std::size_t spec = alternatives[i].spec;
    const std::optional<std::size_t> taker = taken[i];
    bool is_reached = false;
    for (; i < alternatives.size() && alternatives[i].spec == spec; ++i)
      is_reached = is_reached || !taken[i];
    if (is_reached) continue;
    hints.push_back(
        {spec, fmt::format("no request reaches {}: more specific routes take every path, such as {}",
                           in_quotes(specs[spec].path), named(specs, alternatives[*taker].spec))});
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
                                    named(specs, earlier.spec), in_quotes(*text))});
        break;
      }
      group.push_back(constraint);
    }
  }
}

bool have_same_place(const Segment& a, const Segment& b) {
  const auto is_one = [](SegmentKind kind) {
    return kind == SegmentKind::kConstrained || kind == SegmentKind::kParameter;
  };
  if (a.kind == SegmentKind::kStatic) return b.kind == SegmentKind::kStatic && a.text == b.text;
  return b.kind != SegmentKind::kStatic && is_one(a.kind) == is_one(b.kind);
}

// As /users/:id and /users/:id(\d+) do: one label for them needs no explanation.
bool differ_in_constraints_alone(const RouteSpec& a, const RouteSpec& b, MatchOptions options) {
  const auto of_a = *parse_template(a.path, a.dialect, options);
  const auto of_b = *parse_template(b.path, b.dialect, options);
  return std::ranges::equal(of_a, of_b, [](const Template& one, const Template& other) {
    return std::ranges::equal(one.segments, other.segments, have_same_place);
  });
}

void add_colliding(std::span<const RouteSpec> specs, MatchOptions options, std::vector<RouteHint>& hints) {
  std::map<std::string, std::size_t> first_with;  // by label
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const RouteSpec& spec = specs[i];
    const auto [first, is_new] = first_with.try_emplace(spec.label(), i);
    const RouteSpec& other = specs[first->second];
    const bool were_one = spec.group != 0 && spec.group == other.group;
    if (is_new || were_one || other.path == spec.path) continue;
    if (differ_in_constraints_alone(spec, other, options)) continue;
    hints.push_back(
        {i, fmt::format("shares the label {} with {}: they are counted together (a group says so)",
                        in_quotes(first->first), named(specs, first->second))});
  }
}

// Routes that differ in their hosts alone: the later ones get no request.
void add_hosts(std::span<const RouteSpec> specs, std::span<const Alternative> alternatives,
               std::vector<RouteHint>& hints) {
  SegmentNumbers numbers;
  std::map<std::vector<std::size_t>, const Alternative*> first_with;  // by segments
  for (const Alternative& each : alternatives) {
    std::vector<std::size_t> whole;
    for (const Segment& segment : each.whole.segments)
      whole.push_back(numbers.of(segment));
    const auto [first, is_new] = first_with.try_emplace(std::move(whole), &each);
    if (is_new || first->second->whole.host == each.whole.host) continue;
    const RouteSpec& earlier = specs[first->second->spec];
    const bool have_common_methods =
        earlier.methods.empty() == specs[each.spec].methods.empty() &&
        (earlier.methods.empty() || earlier.methods.intersects(specs[each.spec].methods));
    if (!have_common_methods) continue;
    hints.push_back(
        {each.spec, fmt::format("no request reaches {}: paths are matched without their host, so {} "
                                "gets the requests of both hosts",
                                in_quotes(specs[each.spec].path), named(specs, first->second->spec))});
  }
}

}  // namespace

std::vector<RouteHint> lint(std::span<const RouteSpec> specs, MatchOptions options) {
  std::vector<RouteHint> hints;
  const std::vector<Alternative> alternatives = alternatives_of(specs, options);
  add_unreached(specs, alternatives, options, hints);
  add_overlapping(specs, alternatives, hints);
  add_colliding(specs, options, hints);
  add_hosts(specs, alternatives, hints);
  std::ranges::move(lint_dialects(specs, options), std::back_inserter(hints));
  std::ranges::stable_sort(hints, {}, &RouteHint::spec);
  return hints;
}

}  // namespace wayside::routes
