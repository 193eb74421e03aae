// The prefixes that an OpenAPI document puts before its paths: `servers` of version 3, `basePath` of
// Swagger 2.
#pragma once

#include "wayside/openapi/document.hpp"

#include "openapi/outline.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wayside::openapi {

// The path of each server's URL, without a slash at its end: "" or "/v1"; each once. Variables in it take
// every value of their `enum`, or else their `default`, which may be a whole URL. `servers` is a list of
// server objects.
Checked<std::vector<std::string>, DocumentError> prefixes_of(const Node& servers);

// "/v1/" is "/v1"; "/" is "".
std::string prefix_of_base_path(std::string_view base_path);

}  // namespace wayside::openapi
