// The keys `listen` and `metrics.listen` of the configuration file: an address, or a list of them.
#pragma once

#include "wayside/config/settings.hpp"

#include "config/yaml_node.hpp"

#include <filesystem>
#include <vector>

namespace YAML {
class Emitter;
}

namespace wayside::config {

// `0.0.0.0:8080`, `{address: unix:/run/wayside.sock, mode: "0660", owner: www-data}`, or a list of these.
// Relative names of files begin in `folder`.
void read_listen(const YamlValue& value, const std::filesystem::path& folder, std::vector<ListenSpec>& specs,
                 YamlMistakes& mistakes);
void print_listen(const std::vector<ListenSpec>& specs, YAML::Emitter& out);

}  // namespace wayside::config
