// The configuration file: from the text of a YAML document to settings, and back.
//
// The way back, to_yaml, is declared in wayside/config/load.hpp. load() opens the file.
#pragma once

#include "wayside/config/settings.hpp"

#include "config/places.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wayside::config {

// Puts the values of the document into `settings` and leaves the rest as it is. Returns every mistake, as
// "file:line: key: expected …, found …", in the order of the lines; `settings` is then of no use. `file` is
// the name that the lines begin with. `places`, unless null, gets the lines of the values, but for routes,
// which know theirs.
std::vector<std::string> read_yaml(const std::string& file, const std::string& text, Settings& settings,
                                   Places* places = nullptr);

}  // namespace wayside::config
