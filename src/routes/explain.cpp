#include "wayside/routes/explain.hpp"

#include "wayside/base/quote.hpp"
#include "wayside/base/target_path.hpp"

#include "routes/path.hpp"
#include "routes/template.hpp"
#include "routes/trie.hpp"

#include <algorithm>
#include <array>

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
  target = target.substr(0, target.find(' '));  // a whole request line is fine too
  return {method_from_token(text.substr(0, space)), target};
}

std::string normal_path(std::string_view target, MatchOptions options) {
  const std::string_view path = path_of(target);
  std::string out(path.size(), '\0');
  return path.empty() ? std::string() : std::string(normalize(path, options.ignores_case, out));
}

// The alternative of the route's template that the target matches best.
Template matching_alternative(const RouteSpec& spec, MatchOptions options, std::string_view target) {
  const auto alternatives = *parse_template(spec.path, spec.syntax, options.ignores_case);
  const Trie trie(alternatives, options.trailing_slash_matters);
  const Trie::Leaf leaf = trie.find(PathSegments(target, trie.depth(), options.ignores_case));
  for (std::size_t i = 0; i < alternatives.size(); ++i) {
    if (trie.leaf_of(i) == leaf) return alternatives[i];
  }
  return alternatives.front();
}

std::string describe(const Segment& segment) {
  return segment.kind == SegmentKind::kStatic ? "the text " + quoted(segment.text)
                                              : std::string(to_string(segment.kind));
}

// What the winner has that the other has not.
std::string reason(const Template& winner, const Template& other) {
  const std::size_t common = std::min(winner.segments.size(), other.segments.size());
  for (std::size_t i = 0; i < common; ++i) {
    const Segment& better = winner.segments[i];
    const Segment& worse = other.segments[i];
    if (better == worse) continue;
    const std::string place = "in segment " + std::to_string(i + 1) + ", ";
    if (better.kind != worse.kind) return place + describe(better) + " wins over " + describe(worse);
    return place + (worse.automaton.includes(better.automaton)
                        ? "the constraint that allows less wins"
                        : "the constraint with more text of its own wins");
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
  return spec.path + " (" + place_of(spec, index) + ")";
}

std::string describe_methods(const RouteSpec& spec, Method method) {
  if (spec.methods.empty()) return "methods  any\n";
  const std::string list = "methods  " + listed(spec.methods);
  if (spec.methods.contains(method)) return list + "\n";
  return list + "; " + std::string(method_label(method)) + " is none of them, and the path alone decides\n";
}

std::string explain_unmatched(Unmatched mode, std::string_view target) {
  std::string buffer(target.size() + kMaxPath, '\0');
  std::string text = "route    none\n";
  text.append("label    ").append(unmatched_label(mode, target, buffer));
  text.append("  (unmatched: ").append(to_string(mode)).append(")\n");
  const std::string_view guess = guess_template(target, buffer);
  if (!guess.empty()) text.append("try      - ").append(guess).append("\n");
  return text;
}

}  // namespace

std::string place_of(const RouteSpec& spec, std::size_t index) {
  if (spec.line == 0) return "in route " + std::to_string(index + 1);
  return "on line " + std::to_string(spec.line) + (spec.file.empty() ? "" : " of " + spec.file);
}

std::string explain(std::span<const RouteSpec> specs, MatchOptions options, Unmatched mode,
                    std::string_view request) {
  const auto [method, target] = parse_request(request);
  const std::string path = normal_path(target, options);
  std::string text = "request  " + std::string(method_label(method)) + " " + std::string(target) + "\n";
  text += path.empty() ? "path     none: no route can match\n" : "path     " + path + "\n";

  const auto table = *RouteTable::build(specs, options, kNoLimits);
  const std::vector<RouteId> routes = table.match_all(method, target);
  if (routes.empty()) return text + explain_unmatched(mode, target);
  const RouteSpec& winner = specs[routes.front() - 1];
  const Template best = matching_alternative(winner, options, target);
  text += "route    " + describe(winner, routes.front() - 1) + "\n";
  text.append("label    ").append(table.label(routes.front())).append("\n");
  text += describe_methods(winner, method);
  if (winner.is_excluded) text += "excluded it is forwarded and not measured\n";
  if (routes.size() == 1) return text + "\nNo other route matches.\n";
  text += "\nThese match too, in the order in which they would have won:\n";
  for (const RouteId route : std::span(routes).subspan(1)) {
    const RouteSpec& other = specs[route - 1];
    text += "  " + describe(other, route - 1) + ": " +
            reason(best, matching_alternative(other, options, target)) + "\n";
  }
  return text;
}

}  // namespace wayside::routes
