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
// overlap, and labels that routes share without having been written as a group. `specs` compile. The hints
// are in the order of `specs`. Start-up only. Throws std::bad_alloc.
std::vector<RouteHint> lint(std::span<const RouteSpec> specs, MatchOptions options);

}  // namespace wayside::routes
