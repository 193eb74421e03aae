// JSON of a listing, read by yaml-cpp: JSON is YAML.
#pragma once

#include "wayside/listing/listing.hpp"

#include <yaml-cpp/yaml.h>

#include <cstddef>
#include <string_view>

namespace wayside::listing {

// The document, or where it is broken. Deep nesting and YAML's aliases are errors, so reading and walking it
// take time and memory in proportion to the text.
Checked<YAML::Node, ListingError> parse_json(std::string_view text);

// The line of a node, from 1.
std::size_t line_of(const YAML::Node& node);

}  // namespace wayside::listing
