// The key `tls` of a listener.
#pragma once

#include "wayside/config/settings.hpp"

#include "config/yaml_node.hpp"

#include <filesystem>
#include <optional>

namespace YAML {
class Emitter;
}

namespace wayside::config {

// `{cert: FILE, key: FILE, …}`; relative names of files begin in `folder`. Nothing where there are mistakes.
std::optional<tls::ServerOptions> read_server_tls(const YamlValue& value, const std::filesystem::path& folder,
                                                  YamlMistakes& mistakes);
void print_server_tls(const tls::ServerOptions& options, YAML::Emitter& out);

}  // namespace wayside::config
