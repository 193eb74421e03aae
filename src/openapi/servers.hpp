// The prefixes that an OpenAPI document puts before its paths: `servers` of version 3, `basePath` of
// Swagger 2.
#pragma once

#include "wayside/openapi/document.hpp"

#include <yaml-cpp/node/node.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::openapi {

// The line of the node in its document, from 1; 1 where the node has no place in it.
std::size_t line_of(const YAML::Node& node);

DocumentError error_at(const YAML::Mark& mark, std::string message);

// "expected `what`, found …" at the place of the node.
DocumentError unexpected(const YAML::Node& node, std::string_view what);

// The path of each server's URL, without a slash at its end: "" or "/v1"; each once. Variables in it take
// every value of their `enum`, or else their `default`. `servers` is a list of server objects.
Checked<std::vector<std::string>, DocumentError> prefixes_of(const YAML::Node& servers);

// "/v1/" is "/v1"; "/" is "".
std::string prefix_of_base_path(std::string_view base_path);

}  // namespace wayside::openapi
