// What is allowed in a set of routes, and is probably not meant: `wayside --check`.
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

// Templates that no request reaches, because more specific ones take every path; constraints that overlap,
// so that a path could be either's; labels that routes share without having been written as one. `specs`
// compile. In the order of `specs`. Start-up only.
std::vector<RouteHint> lint(std::span<const RouteSpec> specs, MatchOptions options);

}  // namespace wayside::routes
