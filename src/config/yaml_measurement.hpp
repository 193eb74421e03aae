// The keys `metrics.labels` and `metrics.rename` of the configuration file.
#pragma once

#include "wayside/config/settings.hpp"

#include "config/yaml_node.hpp"

namespace YAML {
class Emitter;
}

namespace wayside::config {

// `tenant: {header: X-Tenant, values: [a, b], other: other}` for each label.
void read_labels(const YamlValue& value, Settings& settings, YamlMistakes& mistakes);
void print_labels(const Settings& settings, YAML::Emitter& out);

// `families` and `labels`: new names by the old. Whether the names can be used depends on other settings: see
// consistency.hpp.
void read_renaming(const YamlValue& value, Settings& settings, YamlMistakes& mistakes);
void print_renaming(const Settings& settings, YAML::Emitter& out);

}  // namespace wayside::config
