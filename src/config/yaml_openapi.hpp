// The key `openapi` of the configuration file: an OpenAPI document, or a list of them.
#pragma once

#include "wayside/config/settings.hpp"

#include "config/yaml_node.hpp"

namespace YAML {
class Emitter;
}

namespace wayside::config {

// `api.yaml`, `{file: api.yaml, prefix: /v1}`, or a list of these. Relative names begin beside
// `settings.file`.
void read_openapi(const YamlValue& value, Settings& settings, YamlMistakes& mistakes);
void print_openapi(const Settings& settings, YAML::Emitter& out);

}  // namespace wayside::config
