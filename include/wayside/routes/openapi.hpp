// Routes from an OpenAPI document: 3.0, 3.1, or Swagger 2.0, as YAML or JSON.
//
// Paths, their methods, and the prefix that `servers` or `basePath` puts before them are read, and nothing
// else: wayside checks no request against the document. Opening the file is the caller's business.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/routes/limits.hpp"
#include "wayside/routes/route_table.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace wayside::routes {

struct OpenApiError {
  std::size_t line = 0;    // from 1
  std::size_t column = 0;  // from 1
  std::string message;     // "expected …, found …"
};

// One RouteSpec for each path and prefix, in the order of the document; its methods are those of the path's
// operations, or any where the document keeps them elsewhere ($ref). `file` becomes that of the specs. That
// the routes compile together is not checked. More than limits.routes of them are an error, at which reading
// ends; limits.openapi_size is the caller's business. Not on the way of a request: it allocates freely.
Checked<std::vector<RouteSpec>, OpenApiError> read_openapi(const std::string& text, const std::string& file,
                                                           const Limits& limits = {});

}  // namespace wayside::routes
