// The keys under `metrics:` that say what is measured.
#pragma once

#include "wayside/config/settings.hpp"

#include "config/yaml_node.hpp"

#include <vector>

namespace wayside::config {

// They read into `measurement`. Both outlive the result.
std::vector<YamlKey> measurement_keys(Measurement& measurement, YamlMistakes& mistakes);

}  // namespace wayside::config
