// The command `wayside routes import`, split by Boost.Program_options.
#pragma once

#include "config/command_line.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::config {

inline constexpr std::string_view kRoutesCommand = "routes";

// `words` begin with kRoutesCommand. `routes import` needs --from and one file, "-" for standard input;
// --help among its options is about this command. Mistakes are added to `errors`. The framework and the files
// are not looked at.
CommandLine parse_routes_command(std::span<const std::string> words, std::vector<std::string>& errors);

}  // namespace wayside::config
