// Why does a request belong to a route? For people: `wayside --explain`.
#pragma once

#include "wayside/routes/route_table.hpp"
#include "wayside/routes/unmatched.hpp"

#include <span>
#include <string>
#include <string_view>

namespace wayside::routes {

// "on line 7", "on line 7 of api.yaml" where the spec has a file, or "in route 3" where it has no line.
// `index` is that of the spec.
std::string place_of(const RouteSpec& spec, std::size_t index);

// A few lines: the path in its normal form, the route that it belongs to, and the others that match, each
// with what made the winner win. `specs` compile. `request` is "GET /users/42?x=1", or the target alone,
// which means GET.
std::string explain(std::span<const RouteSpec> specs, MatchOptions options, Unmatched mode,
                    std::string_view request);

}  // namespace wayside::routes
