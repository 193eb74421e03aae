// Hints about routes that compile, but probably do not do what their author meant: `wayside --check`.
#pragma once

#include "wayside/routes/route_table.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace wayside::routes {

struct RouteHint {
  std::size_t spec = 0;  // index of the RouteSpec
  std::string message;
};

// Finds templates that no request reaches because more specific ones match every path, constraints that
// overlap, labels that routes share without having been written as a group, and what lint_dialects() finds.
// Reachability is exact, but for templates whose comparison would take too many steps: they count as reached,
// so there is no hint rather than a wrong one. `specs` compile. The hints are in the order of `specs`.
// Start-up only. Throws std::bad_alloc.
std::vector<RouteHint> lint(std::span<const RouteSpec> specs, MatchOptions options);

// Finds templates without a dialect that two frameworks would read differently, both of which may be meant:
// nothing in the template, nor in the other templates without a dialect where one framework reads them all,
// rules either out. Templates with the same frameworks share one hint. Readings count as different where one
// matches deeper or other paths, not where a constraint such as int allows more. Quick enough for every
// start.
std::vector<RouteHint> lint_dialects(std::span<const RouteSpec> specs, MatchOptions options);

}  // namespace wayside::routes
