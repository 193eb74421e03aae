// Explains to a person why a request belongs to a route: `wayside --explain`.
#pragma once

#include "wayside/routes/route_table.hpp"
#include "wayside/routes/unmatched.hpp"

#include <span>
#include <string>
#include <string_view>

namespace wayside::routes {

struct Explanation {
  std::string text;
  bool is_matched = false;  // the request has a route
};

// A few lines: the path in its normal form, its route, and the other routes that match, each with the reason
// why the first one wins over it. `specs` compile. `request` is "GET /users/42?x=1", a whole request line, or
// a target alone, which stands for a GET. Throws std::bad_alloc.
Explanation explain(std::span<const RouteSpec> specs, MatchOptions options, UnmatchedPolicy policy,
                    std::string_view request);

}  // namespace wayside::routes
