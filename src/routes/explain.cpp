#include "wayside/routes/explain.hpp"

#include "wayside/base/quote.hpp"
#include "wayside/base/target_path.hpp"

#include "routes/path.hpp"
#include "routes/template.hpp"
#include "routes/trie.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>

namespace wayside::routes {
namespace {

struct Request {
  Method method = Method::get;
  std::string_view target;
};

Request parse_request(std::string_view text) noexcept {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return {Method::get, text};
  std::string_view target = text.substr(space + 1);
  target = target.substr(0, target.find(' '));  // of a whole request line
  return {method_from_token(text.substr(0, space)), target};
}

std::string normal_path(std::string_view target, MatchOptions options) {
  const std::string_view path = path_of(target);
  std::string out(path.size(), '\0');
  return path.empty() ? std::string() : std::string(normalize(path, options.ignores_case, out));
}

// The alternative of the route's template that matches the target best.
Template matching_alternative(const RouteSpec& spec, MatchOptions options, std::string_view target) {
  const auto alternatives = *parse_template(spec.path, spec.dialect, options);
  const Trie trie(alternatives, options.trailing_slash_matters, options.ignores_case);
  const Trie::Leaf leaf = trie.find(PathSegments(target, trie.depth(), options.ignores_case));
  for (std::size_t i = 0; i < alternatives.size(); ++i) {
    if (trie.leaf_of(i) == leaf) return alternatives[i];
  }
  return alternatives.front();
}

std::string describe(const Segment& segment) {
  return segment.kind == SegmentKind::kStatic ? "the text " + in_quotes(segment.text)
                                              : std::string(to_string(segment.kind));
}

// Why the winner is more specific than the other.
std::string reason(const Template& winner, const Template& other) {
  const std::size_t common = std::min(winner.segments.size(), other.segments.size());
  for (std::size_t i = 0; i < common; ++i) {
    const Segment& better = winner.segments[i];
    const Segment& worse = other.segments[i];
    if (better == worse) continue;
    if (better.kind != worse.kind)
      return fmt::format("in segment {}, {} wins over {}", i + 1, describe(better), describe(worse));
    const bool is_narrower = worse.automaton.includes(better.automaton);
    return fmt::format("in segment {}, the constraint {} wins", i + 1,
                       is_narrower ? "that allows less" : "with more static text");
  }
  return "a template that ends with the path wins over a catch-all";
}

std::string listed(MethodSet methods) {
  std::string text;
  for (const Method method : kMethods) {
    if (methods.contains(method)) text.append(text.empty() ? "" : ", ").append(method_label(method));
  }
  return text;
}

std::string describe(const RouteSpec& spec, std::size_t index) {
  return fmt::format("{} ({})", spec.path, place_of(spec, index));
}

std::string describe_methods(const RouteSpec& spec, Method method) {
  if (spec.methods.empty()) return "any";
  if (spec.methods.contains(method)) return listed(spec.methods);
  return fmt::format("{}; {} is none of them, and the path alone decides", listed(spec.methods),
                     method_label(method));
}

// Several alternatives of one template may match: "/:name" and "/:name.:format".
std::vector<RouteId> each_once(const std::vector<RouteId>& routes) {
  std::vector<RouteId> once;
  for (const RouteId route : routes) {
    if (std::ranges::find(once, route) == once.end()) once.push_back(route);
  }
  return once;
}

std::string explain_unmatched(UnmatchedPolicy policy, std::string_view target) {
  std::string buffer(target.size() + kMaxPath, '\0');
  std::string text = fmt::format("route    none\nlabel    {}  (unmatched: {})\n",
                                 unmatched_label(policy, target, buffer), to_string(policy));
  if (const std::string_view route = suggest_template(target, buffer); !route.empty())
    text += fmt::format("try      {}\n", entry_for(route));
  return text;
}

}  // namespace

Explanation explain(std::span<const RouteSpec> specs, MatchOptions options, UnmatchedPolicy policy,
                    std::string_view request) {
  const auto [method, target] = parse_request(request);
  const std::string path = normal_path(target, options);
  std::string text = fmt::format("request  {} {}\npath     {}\n", method_label(method), target,
                                 path.empty() ? "none: no route can match" : path);

  const auto table = *RouteTable::build(specs, options, kNoLimits);
  const std::vector<RouteId> routes = each_once(table.match_all(method, target));
  if (routes.empty()) return {text + explain_unmatched(policy, target), false};
  const std::size_t first = routes.front() - 1;
  const RouteSpec& winner = specs[first];
  text += fmt::format("route    {}\nlabel    {}\nmethods  {}\n", describe(winner, first), winner.label(),
                      describe_methods(winner, method));
  if (winner.is_excluded) text += "excluded it is forwarded and not measured\n";
  if (routes.size() == 1) return {text + "\nNo other route matches.\n", true};
  text += "\nThese match too, in the order in which they would have won:\n";
  const Template best = matching_alternative(winner, options, target);
  for (const RouteId route : std::span(routes).subspan(1)) {
    const RouteSpec& other = specs[route - 1];
    text += fmt::format("  {}: {}\n", describe(other, route - 1),
                        reason(best, matching_alternative(other, options, target)));
  }
  return {std::move(text), true};
}

}  // namespace wayside::routes
