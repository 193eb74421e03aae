#include "wayside/routes/route_table.hpp"

#include "wayside/base/quote.hpp"

#include "routes/target.hpp"
#include "routes/template.hpp"
#include "routes/trie.hpp"

#include <algorithm>
#include <limits>
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

// "on line 7" of the file, or "in route 3" where there is no file.
std::string place_of(const RouteSpec& spec, std::size_t index) {
  return spec.line != 0 ? "on line " + std::to_string(spec.line) : "in route " + std::to_string(index + 1);
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

// The routes of each leaf. Two that cannot be told apart are a mistake of the later one.
std::vector<Candidates> group_by_leaf(std::span<const RouteSpec> specs,
                                      std::span<const std::size_t> spec_of_template, const Trie& trie,
                                      std::vector<RouteError>& errors) {
  std::vector<Candidates> groups;
  for (std::size_t i = 0; i < spec_of_template.size(); ++i) {
    const std::size_t index = spec_of_template[i];
    const RouteSpec& spec = specs[index];
    const Trie::Leaf leaf = trie.leaf_of(i);
    if (leaf == groups.size()) groups.emplace_back();
    Candidates& group = groups[leaf];
    const auto equal = std::ranges::find_if(
        group, [&](const Candidate& other) { return have_methods_in_common(other.methods, spec.methods); });
    if (equal == group.end()) {
      group.push_back({spec.methods, static_cast<RouteId>(index + 1)});
      continue;
    }
    const std::size_t other = equal->route - 1;
    errors.push_back({index, 0,
                      "expected a template and methods unlike the others', found " + quoted(spec.path) +
                          ", which matches the same as " + quoted(specs[other].path) + " " +
                          place_of(specs[other], other)});
  }
  return groups;
}

}  // namespace

struct RouteTable::Compiled {
  Trie trie;
  std::vector<Candidates> routes_at;  // by leaf
  std::vector<std::string> labels;    // by route
};

RouteTable::RouteTable() : compiled_(new Compiled{Trie({}), {}, {std::string(kUnmatchedLabel)}}) {}
RouteTable::RouteTable(std::unique_ptr<const Compiled> compiled) noexcept : compiled_(std::move(compiled)) {}
RouteTable::RouteTable(RouteTable&&) noexcept = default;
RouteTable& RouteTable::operator=(RouteTable&&) noexcept = default;
RouteTable::~RouteTable() = default;

Checked<RouteTable, RouteError> RouteTable::build(std::span<const RouteSpec> specs) {
  std::vector<RouteError> errors;
  auto compiled = compile(specs, errors);
  if (!errors.empty()) return std::move(errors.front());
  return RouteTable(std::move(compiled));
}

std::vector<RouteError> RouteTable::check(std::span<const RouteSpec> specs) {
  std::vector<RouteError> errors;
  compile(specs, errors);
  return errors;
}

std::unique_ptr<const RouteTable::Compiled> RouteTable::compile(std::span<const RouteSpec> specs,
                                                                std::vector<RouteError>& errors) {
  std::vector<Template> templates;
  std::vector<std::size_t> spec_of_template;  // templates that cannot be read are left out
  std::vector<std::string> labels{std::string(kUnmatchedLabel)};
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const RouteSpec& spec = specs[i];
    if (auto mistake = check_name(spec.name)) errors.push_back({i, 0, *std::move(mistake)});
    labels.push_back(spec.name.empty() ? spec.path : spec.name);
    auto segments = parse_template(spec.path);
    if (segments.has_error()) {
      errors.push_back({i, segments.error().column, segments.error().message});
      continue;
    }
    templates.push_back(*std::move(segments));
    spec_of_template.push_back(i);
  }
  Trie trie(templates);
  auto routes_at = group_by_leaf(specs, spec_of_template, trie, errors);
  std::ranges::stable_sort(errors, {}, &RouteError::spec);
  return std::unique_ptr<const Compiled>(
      new Compiled{std::move(trie), std::move(routes_at), std::move(labels)});
}

RouteId RouteTable::match(Method method, std::string_view target) const noexcept {
  const Trie::Leaf leaf = compiled_->trie.find(path_of(target));
  return leaf == Trie::kNoLeaf ? kUnmatched : choose(compiled_->routes_at[leaf], method);
}

std::size_t RouteTable::size() const noexcept {
  return compiled_->labels.size();
}

std::string_view RouteTable::label(RouteId route) const noexcept {
  return compiled_->labels[route];
}

}  // namespace wayside::routes
