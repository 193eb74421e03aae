// The file that metrics.web_config names: from the text of a YAML document to a WebConfig.
//
// Reads the format of exporter-toolkit (docs/web-configuration.md there), with Go's names of cipher suites,
// curves and kinds of client authentication. What wayside has no equivalent for is a mistake.
#pragma once

#include "wayside/config/web_config.hpp"

#include "config/places.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wayside::config {

// Returns every mistake, as "file:line: key: expected …, found …", in the order of the lines; `into` is then
// of no use. No line has a password or a hash. Relative names of files begin beside `file`. `places` gets
// that of tls_server_config, under kWebTlsPlace.
std::vector<std::string> read_web_config(const std::string& file, const std::string& text, WebConfig& into,
                                         Places& places);

// No setting has a key with this character.
inline constexpr std::string_view kWebTlsPlace = "metrics.web_config/tls_server_config";

}  // namespace wayside::config
