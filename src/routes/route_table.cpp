#include "wayside/routes/route_table.hpp"

#include "wayside/base/quote.hpp"

#include "routes/path.hpp"
#include "routes/template.hpp"
#include "routes/trie.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace wayside::routes {
namespace {

// A route of some template: the template's routes differ in their methods.
struct Candidate {
  MethodSet methods;  // empty: every method
  RouteId route = kUnmatched;
};

// One template's routes, in the order of the file; never empty.
using Candidates = std::vector<Candidate>;

bool have_methods_in_common(MethodSet a, MethodSet b) noexcept {
  return a.empty() || b.empty() || a.intersects(b);
}

RouteId choose(const Candidates& candidates, Method method) noexcept {
  for (const Candidate& candidate : candidates) {
    if (candidate.methods.empty() || candidate.methods.contains(method)) return candidate.route;
  }
  return candidates.front().route;
}

// "on line 7", "on line 7 of api.yaml", or "in route 3" where there is no file.
std::string place_of(const RouteSpec& spec, std::size_t index, std::string_view seen_from) {
  if (spec.line == 0) return "in route " + std::to_string(index + 1);
  const std::string line = "on line " + std::to_string(spec.line);
  return spec.file == seen_from ? line
                                : line + " of " + (spec.file.empty() ? "the configuration" : spec.file);
}

std::optional<std::string> check_name(std::string_view name) {
  if (name == kUnmatchedLabel) {
    return "expected a name that is not reserved for paths without a route, found " + quoted(name);
  }
  if (std::ranges::any_of(name, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; })) {
    return "expected a name without control characters, found " + quoted(name);
  }
  return std::nullopt;
}

// The templates of all routes, those of one route one after another.
struct Alternatives {
  std::vector<Template> templates;
  std::vector<std::size_t> spec_of;  // by template
};

// In bytes; the trie keeps an automaton twice more, in its order and by its place.
std::size_t memory_of(const Template& whole) {
  std::size_t memory = sizeof(Template);
  for (const Segment& segment : whole.segments)
    memory += sizeof(Segment) + segment.text.size() + 3 * segment.automaton.memory();
  return memory;
}

std::optional<std::string> beyond(const Limits& limits, std::size_t templates, std::size_t memory) {
  if (templates > limits.routes) {
    return "expected at most " + std::to_string(limits.routes) +
           " templates (limits.routes), servers and optional parts expanded, found more";
  }
  if (memory > limits.memory) {
    return "expected routes of at most " + std::to_string(limits.memory) +
           " bytes of memory (limits.route_memory), found more";
  }
  return std::nullopt;
}

std::string describe_conflict(std::span<const RouteSpec> specs, std::size_t index, std::size_t other) {
  return "expected a template and methods unlike the others', found " + quoted(specs[index].path) +
         ", which matches the same as " + quoted(specs[other].path) + " " +
         place_of(specs[other], other, specs[index].file);
}

// The routes of each leaf. Two that cannot be told apart are a mistake of the later one.
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
    // Two alternatives of one route may come to the same where a slash at the end does not matter.
    if (!group.empty() && group.back().route == route) continue;
    const auto equal = std::ranges::find_if(
        group, [&](const Candidate& other) { return have_methods_in_common(other.methods, spec.methods); });
    if (equal == group.end()) {
      group.push_back({spec.methods, route});
    } else {
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
  Alternatives alternatives;  // templates that cannot be read are left out
  std::vector<std::string> labels{std::string(kUnmatchedLabel)};
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const RouteSpec& spec = specs[i];
    if (auto mistake = check_name(spec.name)) errors.push_back({i, 0, *std::move(mistake)});
    labels.push_back(spec.name.empty() ? spec.path : spec.name);
    auto templates = parse_template(spec.path, spec.syntax, options.ignores_case);
    if (templates.has_error()) {
      errors.push_back({i, templates.error().column, templates.error().message});
      continue;
    }
    for (Template& each : *templates) {
      memory += sizeof(RouteSpec) + 2 * spec.path.size() + memory_of(each);
      if (auto mistake = beyond(limits, alternatives.templates.size() + 1, memory)) {
        errors.push_back({i, 0, *std::move(mistake)});
        return nullptr;
      }
      alternatives.templates.push_back(std::move(each));
      alternatives.spec_of.push_back(i);
    }
  }
  Trie trie(alternatives.templates, options.trailing_slash_matters);
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
