#include "config/documents.hpp"

#include "wayside/base/method.hpp"
#include "wayside/base/quote.hpp"
#include "wayside/routes/route_table.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <fmt/format.h>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <utility>

namespace wayside::config {
namespace {

using Specs = std::vector<routes::RouteSpec>;

void erase(Specs& specs, const std::set<std::size_t>& indices) {
  std::size_t index = 0;
  std::erase_if(specs, [&](const routes::RouteSpec&) { return indices.contains(index++); });
}

std::string describe_replacement(const Settings& settings, const routes::RouteSpec& own,
                                 const routes::RouteSpec& other) {
  return fmt::format("{}:{}: routes: replaces {} {}", settings.file, own.line, wayside::in_quotes(other.path),
                     routes::place_of(other, 0));
}

// A spelling of a catch-all: what stands before its name and behind it.
struct CatchAllSpelling {
  std::string_view before;
  std::string_view behind;
};

constexpr std::array kCatchAllSpellings = {
    CatchAllSpelling{"{", ":path}"}, CatchAllSpelling{"<path:", ">"}, CatchAllSpelling{"{**", "}"},
    CatchAllSpelling{"{*", "}"},     CatchAllSpelling{"{", "...}"},
};

bool is_name(std::string_view text) noexcept {
  return !text.empty() && text.find_first_of("/{}<>:*.") == text.npos;
}

// The name of the catch-all that ends the template, and the template with a parameter in its place.
struct AsParameter {
  std::string_view name;
  std::string path;
};

std::optional<AsParameter> with_parameter(std::string_view path) {
  for (const auto& [before, behind] : kCatchAllSpellings) {
    if (!path.ends_with(behind)) continue;
    const std::string_view rest = path.substr(0, path.size() - behind.size());
    const std::size_t begin = rest.rfind(before);
    if (begin == rest.npos) continue;
    const std::string_view name = rest.substr(begin + before.size());
    if (is_name(name)) return AsParameter{name, fmt::format("{}{{{}}}", rest.substr(0, begin), name)};
  }
  return std::nullopt;
}

// Leaves the routes out that a catch-all of the file replaces.
void replace_by_catch_alls(const Settings& settings, Specs& imported, std::vector<std::string>& hints) {
  Specs specs;
  std::vector<const routes::RouteSpec*> own_of;
  std::vector<std::string_view> names;
  for (const routes::RouteSpec& own : settings.routes) {
    auto changed = with_parameter(own.path);
    if (!changed) continue;
    specs.push_back(own);
    specs.back().path = std::move(changed->path);
    own_of.push_back(&own);
    names.push_back(changed->name);
  }
  if (specs.empty()) return;
  std::ranges::copy(imported, std::back_inserter(specs));
  std::set<std::size_t> replaced;
  for (const routes::RouteError& error :
       routes::RouteTable::check(specs, settings.matching, settings.route_limits)) {
    if (!error.twin || *error.twin >= own_of.size() || error.spec < own_of.size()) continue;
    const std::size_t index = error.spec - own_of.size();
    const routes::RouteSpec& other = imported[index];
    if (!other.path.ends_with(fmt::format("{{{}}}", names[*error.twin]))) continue;
    if (replaced.insert(index).second)
      hints.push_back(describe_replacement(settings, *own_of[*error.twin], other));
  }
  erase(imported, replaced);
}

MethodSet all_methods() noexcept {
  MethodSet all;
  for (const Method method : kMethods)
    all.insert(method);
  return all;
}

// The methods of `set` that `others` does not have. Empty: none, so neither set may be empty for "any".
MethodSet without(MethodSet set, MethodSet others) noexcept {
  MethodSet left;
  for (const Method method : kMethods) {
    if (set.contains(method) && !others.contains(method)) left.insert(method);
  }
  return left;
}

MethodSet spelled_out(MethodSet methods) noexcept {
  return methods.empty() ? all_methods() : methods;
}

// "GET,POST"
std::string listed(MethodSet methods) {
  std::vector<std::string_view> labels;
  for (const Method method : kMethods) {
    if (methods.contains(method)) labels.push_back(method_label(method));
  }
  return fmt::format("{}", fmt::join(labels, ","));
}

// `left`: the methods of `spec` that keep its label.
std::string describe_merger(const Settings& settings, const routes::RouteSpec& spec,
                            const routes::RouteSpec& first, MethodSet left) {
  const std::string which =
      left.empty() ? "" : fmt::format(" for {}", listed(without(spelled_out(spec.methods), left)));
  return fmt::format(
      "{}:{}: paths: {} matches the same as {} {}, and is counted with it{}: a name chooses the label, as in "
      "routes: [{{path: {}, name: …}}]{}",
      spec.file, spec.line, wayside::in_quotes(spec.path), wayside::in_quotes(first.path),
      routes::place_of(first, 0, spec.file), which, wayside::in_quotes(first.path),
      settings.file.empty() ? " of a configuration file" : "");
}

// Takes the methods that an earlier route of the documents has from each route, and leaves out the routes
// that have none left. False where nothing had to be changed.
bool merge_twins(Settings& settings, std::size_t own, const std::vector<routes::RouteError>& mistakes,
                 std::set<std::pair<std::size_t, std::size_t>>& told, std::vector<std::size_t>& original,
                 std::vector<std::string>& hints) {
  std::set<std::size_t> changed;
  std::set<std::size_t> merged;
  for (const routes::RouteError& error : mistakes) {
    // One at a time: the next look shows the others.
    if (!error.twin || *error.twin < own || changed.contains(*error.twin)) continue;
    if (!changed.insert(error.spec).second) continue;
    routes::RouteSpec& spec = settings.routes[error.spec];
    const routes::RouteSpec& first = settings.routes[*error.twin];
    const MethodSet left = without(spelled_out(spec.methods), spelled_out(first.methods));
    if (told.emplace(original[error.spec], original[*error.twin]).second)
      hints.push_back(describe_merger(settings, spec, first, left));
    spec.methods = left;
    if (spec.methods.empty()) merged.insert(error.spec);
  }
  erase(settings.routes, merged);
  std::size_t index = 0;
  std::erase_if(original, [&](std::size_t) { return merged.contains(index++); });
  return !changed.empty();
}

std::string describe_omission(const routes::RouteSpec& spec, const routes::RouteError& error) {
  return fmt::format("{}:{}: paths: leaves out {}: {}", spec.file, spec.line, wayside::in_quotes(spec.path),
                     error.message);
}

}  // namespace

void add_documents(Settings& settings, std::vector<Specs> documents, std::vector<std::string>& errors,
                   DocumentHints& hints) {
  Specs imported;
  for (Specs& document : documents)
    std::ranges::move(document, std::back_inserter(imported));
  replace_by_catch_alls(settings, imported, hints.joined);
  const std::size_t own = settings.routes.size();
  std::ranges::move(imported, std::back_inserter(settings.routes));

  const auto check = [&] {
    return routes::RouteTable::check(settings.routes, settings.matching, settings.route_limits);
  };
  std::vector<routes::RouteError> mistakes = check();
  std::set<std::size_t> removed;
  for (const routes::RouteError& error : mistakes) {
    if (error.spec < own || error.is_limit) continue;
    const routes::RouteSpec& spec = settings.routes[error.spec];
    if (!error.twin) {
      // A document is of use without a path that is no template, and that no request has.
      if (removed.insert(error.spec).second) hints.left_out.push_back(describe_omission(spec, error));
    } else if (*error.twin < own && removed.insert(error.spec).second) {
      hints.joined.push_back(describe_replacement(settings, settings.routes[*error.twin], spec));
    }
  }
  if (!removed.empty()) {
    erase(settings.routes, removed);
    mistakes = check();
  }
  std::set<std::pair<std::size_t, std::size_t>> told;
  std::vector<std::size_t> original(
      settings.routes.size());  // the index before routes were left out, by route
  for (std::size_t i = 0; i < original.size(); ++i)
    original[i] = i;
  while (merge_twins(settings, own, mistakes, told, original, hints.joined))
    mistakes = check();
  for (const routes::RouteError& error : mistakes) {
    const routes::RouteSpec& spec = settings.routes[error.spec];
    errors.push_back(fmt::format("{}:{}: paths: {}", spec.file, spec.line, error.message));
  }
}

std::vector<std::string> provenance(const Settings& settings, bool verbose) {
  std::map<std::string_view, std::size_t> counts;
  for (const routes::RouteSpec& route : settings.routes)
    ++counts[route.file];
  std::vector<std::string> parts;
  if (!settings.file.empty()) parts.push_back(fmt::format("{} of {}", counts[""], settings.file));
  std::set<std::string_view> named;
  for (const OpenApiDocument& document : settings.openapi) {
    if (named.insert(document.file).second)
      parts.push_back(fmt::format("{} of {}", counts[document.file], document.file));
  }
  std::vector<std::string> lines = {fmt::format("routes: {}", fmt::join(parts, ", "))};
  if (!verbose) return lines;
  for (const routes::RouteSpec& route : settings.routes) {
    const std::string name =
        route.name.empty() ? "" : fmt::format(" named {}", wayside::in_quotes(route.name));
    lines.push_back(fmt::format("{} {}{} of {}:{}", route.methods.empty() ? "any" : listed(route.methods),
                                route.path, name, route.file.empty() ? settings.file : route.file,
                                route.line));
  }
  return lines;
}

}  // namespace wayside::config
