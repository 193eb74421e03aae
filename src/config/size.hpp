// Sizes as people write them: "512B", "8KiB", "1MiB", "2GiB".
#pragma once

#include "config/mistake.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace wayside::config {

// A whole number and one of the units B, KiB, MiB, GiB, without anything between or around them. From 1 to
// `max` bytes.
Parsed<std::uint64_t> parse_size(std::string_view text, std::uint64_t max);

// The shortest text that parse_size reads back: the largest unit that divides the size.
std::string size_to_string(std::uint64_t bytes);

}  // namespace wayside::config
