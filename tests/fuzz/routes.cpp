// Route templates and targets: nothing that is written in a file or asked for by a client crashes the table,
// and the table agrees with its routes taken one by one.
//
// The input is lines: templates up to an empty line, then targets.
#include "wayside/routes/route_table.hpp"

#include "fuzz/check.hpp"

#include <algorithm>
#include <vector>

namespace wayside::fuzz {
namespace {

using routes::RouteSpec;
using routes::RouteTable;

// Cuts the next line off `text`.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

// Those of the templates that can stand beside each other.
std::vector<RouteSpec> take_specs(std::string_view& text) {
  constexpr std::size_t kEnough = 64;  // each takes part in every check below
  std::vector<RouteSpec> specs;
  while (!text.empty() && specs.size() != kEnough) {
    const std::string_view line = take_line(text);
    if (line.empty()) break;
    specs.push_back({.path = std::string(line), .methods = {}, .name = {}, .line = 0});
  }
  const auto errors = RouteTable::check(specs);
  require(RouteTable::build(specs).has_value() == errors.empty(), "routes compile where no check fails");
  // In the order of specs, and maybe several of one.
  std::size_t last_erased = specs.size();
  for (auto error = errors.rbegin(); error != errors.rend(); ++error) {
    if (error->spec == last_erased) continue;
    last_erased = error->spec;
    specs.erase(specs.begin() + static_cast<std::ptrdiff_t>(last_erased));
  }
  return specs;
}

RouteTable build(const std::vector<RouteSpec>& specs) {
  auto table = RouteTable::build(specs);
  require(table.has_value(), "routes without an error compile");
  return std::move(*table);
}

}  // namespace
}  // namespace wayside::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wayside;
  using namespace wayside::fuzz;
  std::string_view text = as_text(data, size);
  std::vector<RouteSpec> specs = take_specs(text);
  const RouteTable table = build(specs);
  std::vector<RouteTable> alone;
  for (const RouteSpec& spec : specs)
    alone.push_back(build({spec}));
  std::ranges::reverse(specs);
  const RouteTable reversed = build(specs);

  while (!text.empty()) {
    const std::string_view target = take_line(text);
    const routes::RouteId route = table.match(Method::get, target);
    require(route < table.size(), "a match is a route of the table");
    const bool any_matches = std::ranges::any_of(
        alone, [&](const RouteTable& one) { return one.match(Method::get, target) != routes::kUnmatched; });
    require((route != routes::kUnmatched) == any_matches, "a table matches what one of its routes matches");
    if (route == routes::kUnmatched) continue;
    require(alone[route - 1].match(Method::get, target) != routes::kUnmatched, "the route that wins matches");
    require(reversed.match(Method::get, target) == table.size() - route,
            "the order of routes makes no difference");
  }
  return 0;
}
