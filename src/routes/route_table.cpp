#include "wayside/routes/route_table.hpp"

#include "wayside/base/quote.hpp"

#include "routes/path.hpp"
#include "routes/template.hpp"
#include "routes/trie.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <utility>

namespace wayside::routes {
namespace {

// One of the routes of a template, which differ in their methods.
struct Candidate {
  MethodSet methods;  // empty: every method
  RouteId route = kUnmatched;
};

// The routes of one template, in the order of the file; at least one.
using Candidates = std::vector<Candidate>;

// Whether both routes of one template are for some method. Within one file, a route that lists none is for
// those that the others leave; a route of the configuration file that lists none replaces a document's.
bool have_methods_in_common(const RouteSpec& a, const RouteSpec& b) noexcept {
  if (a.methods.empty() || b.methods.empty()) return a.methods == b.methods || a.file != b.file;
  return a.methods.intersects(b.methods);
}

RouteId choose(const Candidates& candidates, Method method) noexcept {
  const Candidate* for_others = &candidates.front();
  for (const Candidate& candidate : candidates) {
    if (candidate.methods.contains(method)) return candidate.route;
    if (candidate.methods.empty()) for_others = &candidate;
  }
  return for_others->route;
}

std::optional<std::string> check_name(std::string_view name) {
  if (name == kUnmatchedLabel) {
    return "expected a name that is not reserved for paths without a route, found " + in_quotes(name);
  }
  if (std::ranges::any_of(name, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; })) {
    return "expected a name without control characters, found " + in_quotes(name);
  }
  return std::nullopt;
}

// The templates of all routes. A route with optional parts has several, one after another.
struct Alternatives {
  std::vector<Template> templates;
  std::vector<std::size_t> spec_of;  // by template

  // The host of a route that has a template.
  const std::string& host_of(std::size_t spec) const {
    const auto first = std::ranges::lower_bound(spec_of, spec);
    return templates[static_cast<std::size_t>(first - spec_of.begin())].host;
  }
};

// In bytes. The trie holds each automaton twice more: in its order, and in the index that finds equal ones.
std::size_t memory_of(const Template& whole) {
  std::size_t memory = sizeof(Template);
  for (const Segment& segment : whole.segments)
    memory += sizeof(Segment) + segment.text.size() + 3 * segment.automaton.memory();
  return memory;
}

std::optional<std::string> beyond(const Limits& limits, std::size_t templates, std::size_t memory) {
  if (templates > limits.routes) {
    return fmt::format(
        "expected at most {} templates (limits.routes), servers and optional parts expanded, "
        "found more",
        limits.routes);
  }
  if (memory > limits.memory) {
    return fmt::format("expected routes of at most {} bytes of memory (limits.route_memory), found more",
                       limits.memory);
  }
  return std::nullopt;
}

std::string describe_conflict(std::span<const RouteSpec> specs, std::size_t index, std::size_t other) {
  return fmt::format(
      "expected a template and methods unlike the others', found {}, which matches the same as {} {}",
      in_quotes(specs[index].path), in_quotes(specs[other].path),
      place_of(specs[other], other, specs[index].file));
}

// The routes of each leaf. Where two match the same requests, the later one has an error.
std::vector<Candidates> group_by_leaf(std::span<const RouteSpec> specs, const Alternatives& alternatives,
                                      const Trie& trie, std::vector<RouteError>& errors) {
  std::vector<Candidates> groups;
  for (std::size_t i = 0; i < alternatives.templates.size(); ++i) {
    const std::size_t index = alternatives.spec_of[i];
    const RouteSpec& spec = specs[index];
    const auto route = static_cast<RouteId>(index + 1);
    const Trie::Leaf leaf = trie.leaf_of(i);
    if (leaf == groups.size()) groups.emplace_back();
    Candidates& group = groups[leaf];
    // Two alternatives of one route are one leaf where they differ in a slash at the end that does not
    // matter.
    if (!group.empty() && group.back().route == route) continue;
    const auto equal = std::ranges::find_if(
        group, [&](const Candidate& other) { return have_methods_in_common(specs[other.route - 1], spec); });
    if (equal == group.end()) {
      group.push_back({spec.methods, route});
      continue;
    }
    // The first of several hosts gets the requests of all: paths are matched without their host.
    if (alternatives.templates[i].host == alternatives.host_of(equal->route - 1)) {
      errors.push_back({index, 0, describe_conflict(specs, index, equal->route - 1), equal->route - 1});
    }
  }
  return groups;
}

}  // namespace

struct RouteTable::Compiled {
  MatchOptions options;
  Trie trie;
  std::vector<Candidates> routes_at;  // by leaf
  std::vector<std::string> labels;    // by route
};

RouteTable::RouteTable() : compiled_(new Compiled{{}, Trie({}, false), {}, {std::string(kUnmatchedLabel)}}) {}
RouteTable::RouteTable(std::unique_ptr<const Compiled> compiled) noexcept : compiled_(std::move(compiled)) {}
RouteTable::RouteTable(RouteTable&&) noexcept = default;
RouteTable& RouteTable::operator=(RouteTable&&) noexcept = default;
RouteTable::~RouteTable() = default;

Checked<RouteTable, RouteError> RouteTable::build(std::span<const RouteSpec> specs, MatchOptions options,
                                                  const Limits& limits) {
  std::vector<RouteError> errors;
  auto compiled = compile(specs, options, limits, errors);
  if (!errors.empty()) return std::move(errors.front());
  return RouteTable(std::move(compiled));
}

std::vector<RouteError> RouteTable::check(std::span<const RouteSpec> specs, MatchOptions options,
                                          const Limits& limits) {
  std::vector<RouteError> errors;
  compile(specs, options, limits, errors);
  return errors;
}

std::unique_ptr<const RouteTable::Compiled> RouteTable::compile(std::span<const RouteSpec> specs,
                                                                MatchOptions options, const Limits& limits,
                                                                std::vector<RouteError>& errors) {
  std::size_t memory = 0;
  Alternatives alternatives;  // without templates that cannot be read
  std::vector<std::string> labels{std::string(kUnmatchedLabel)};
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const RouteSpec& spec = specs[i];
    if (auto mistake = check_name(spec.name)) errors.push_back({i, 0, *std::move(mistake)});
    labels.push_back(spec.label());
    auto templates = parse_template(spec.path, spec.dialect, options);
    if (templates.has_error()) {
      errors.push_back({i, templates.error().column, templates.error().message});
      continue;
    }
    for (Template& each : *templates) {
      memory += sizeof(RouteSpec) + 2 * spec.path.size() + memory_of(each);
      if (auto mistake = beyond(limits, alternatives.templates.size() + 1, memory)) {
        errors.push_back({i, 0, *std::move(mistake), {}, true});
        return nullptr;
      }
      alternatives.templates.push_back(std::move(each));
      alternatives.spec_of.push_back(i);
    }
  }
  Trie trie(alternatives.templates, options.trailing_slash_matters, options.ignores_case);
  auto routes_at = group_by_leaf(specs, alternatives, trie, errors);
  std::ranges::stable_sort(errors, {}, &RouteError::spec);
  // Two alternatives of one route may clash with the same other route.
  const auto are_same = [](const RouteError& a, const RouteError& b) {
    return a.spec == b.spec && a.message == b.message;
  };
  errors.erase(std::unique(errors.begin(), errors.end(), are_same), errors.end());
  return std::unique_ptr<const Compiled>(
      new Compiled{options, std::move(trie), std::move(routes_at), std::move(labels)});
}

RouteId RouteTable::match(Method method, std::string_view target) const noexcept {
  const PathSegments path(target, compiled_->trie.depth(), compiled_->options.ignores_case);
  const Trie::Leaf leaf = compiled_->trie.find(path);
  return leaf == Trie::kNoLeaf ? kUnmatched : choose(compiled_->routes_at[leaf], method);
}

std::vector<RouteId> RouteTable::match_all(Method method, std::string_view target) const {
  const PathSegments path(target, compiled_->trie.depth(), compiled_->options.ignores_case);
  std::vector<RouteId> routes;
  for (const Trie::Leaf leaf : compiled_->trie.find_all(path))
    routes.push_back(choose(compiled_->routes_at[leaf], method));
  return routes;
}

std::size_t RouteTable::size() const noexcept {
  return compiled_->labels.size();
}

std::string_view RouteTable::label(RouteId route) const noexcept {
  return compiled_->labels[route];
}

}  // namespace wayside::routes
