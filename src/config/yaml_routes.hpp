// The key `routes` of the configuration file: a list of templates, and of mappings with more about them.
#pragma once

#include "wayside/config/reference.hpp"
#include "wayside/config/settings.hpp"

#include "config/yaml_node.hpp"

#include <string_view>
#include <vector>

namespace YAML {
class Emitter;
}

namespace wayside::config {

// Reads and compiles the routes with the options and limits of `settings`, which must be known, and stores
// them there. Items that cannot be used are left out, and their mistakes added.
void read_routes(const YamlValue& list, Settings& settings, YamlMistakes& mistakes);

// Without the routes of the OpenAPI document, which come with it again.
void print_routes(const Settings& settings, YAML::Emitter& out);

// The keys of one route: "path", "group", ….
std::vector<std::string_view> route_keys();
std::vector<RouteKeyText> route_key_texts();

}  // namespace wayside::config
