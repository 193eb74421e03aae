// From argv, environment and file to Settings.
//
// The command line overrides the environment (WAYSIDE_LISTEN …), which overrides the file, which overrides the
// defaults. Any doubt is an error: an unknown key, a value of the wrong kind, two equal templates.
#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "wayside/base/result.hpp"
#include "wayside/config/settings.hpp"

namespace wayside::config {

// What the command line asks the program to do.
enum class Action : std::uint8_t { kRun, kDemo, kCheck, kVersion, kHelp };

struct Invocation {
  Action action = Action::kRun;
  Settings settings;
};

// Every mistake found, one line each, as a person should read it:
// "wayside.yaml:12: routes[3].path: expected …, found …" or "--listen: expected …, found …".
struct Errors {
  std::vector<std::string> lines;
};

// `environment` holds "NAME=value" entries; names without the WAYSIDE_ prefix are passed over.
Checked<Invocation, Errors> load(std::span<const char* const> argv, std::span<const char* const> environment);

// The text of --help.
std::string help_text();

// The settings as a configuration file that loads to the same settings.
std::string to_yaml(const Settings& settings);

}  // namespace wayside::config
