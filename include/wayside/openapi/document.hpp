// Routes from an OpenAPI document: 3.0, 3.1, or Swagger 2.0, as YAML or JSON.
//
// Reads the paths, their methods, and the prefix that `servers` or `basePath` puts before them. Nothing else
// in the document has a meaning here: wayside checks no request against it. The caller opens the file.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/routes/limits.hpp"
#include "wayside/routes/route_table.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::openapi {

struct DocumentError {
  std::size_t line = 0;    // from 1
  std::size_t column = 0;  // in bytes, from 1
  std::string message;     // "expected …, found …"
};

// One spec for each path and prefix, in the order of the document. Its methods are those of the path's
// operations, or any where the document keeps them elsewhere ($ref). `file` becomes the specs' file. `prefix`
// stands before the paths in place of `servers` and `basePath`: "" or "/v1". Whether the routes compile
// together is not checked.
//
// Reading ends with an error behind limits.routes routes; the caller holds `text` to limits.openapi_size, at
// most 1 GiB. The memory for reading depends on the paths, their operations and the nodes with anchors.
// Throws std::bad_alloc.
Checked<std::vector<routes::RouteSpec>, DocumentError> read_routes(
    std::string_view text, const std::string& file, const routes::Limits& limits = {},
    const std::optional<std::string>& prefix = std::nullopt);

}  // namespace wayside::openapi
