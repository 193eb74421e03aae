// The catch-all that a route may have meant: where `/files/{p}` is a route and `/files/a/b` has none, the
// parameter may stand for more than one segment. OpenAPI cannot say so: FastAPI exports `{p:path}` as `{p}`.
#pragma once

#include "wayside/base/method.hpp"
#include "wayside/routes/route_table.hpp"

#include <string>
#include <string_view>

namespace wayside::inspector {

// The nearest route above `target`: the route of its longest proper prefix, in whole segments, that has one.
// kUnmatched where there is none, and where `target` has a route. Never allocates.
routes::RouteId find_route_above(const routes::RouteTable& table, Method method,
                                 std::string_view target) noexcept;

// `path` with the parameter at its end as a catch-all, in the same spelling: `/files/{p}` is
// `/files/{p:path}`,
// `/files/<p>` is `/files/<path:p>`, `/files/:p` is `/files/*p`, `/files/*` is `/files/**`. Empty where it
// does not end in a parameter that is a whole segment without a constraint. Throws std::bad_alloc.
std::string with_catch_all(std::string_view path);

}  // namespace wayside::inspector
