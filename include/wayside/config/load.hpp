// From argv, environment and file to Settings.
//
// The command line overrides the environment (WAYSIDE_LISTEN …), which overrides the file, which overrides
// the defaults. Any doubt is an error: an unknown key, a value of the wrong kind, two equal templates. A
// value that another source overrides is checked all the same.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/config/settings.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace wayside::config {

// What the command line asks the program to do.
enum class Action : std::uint8_t { kRun, kDemo, kCheck, kExplain, kVersion, kHelp };

struct Invocation {
  Action action = Action::kRun;
  Settings settings;    // the defaults where the action is kVersion or kHelp: nothing else was looked at
  std::string explain;  // the request that kExplain is about
  std::vector<std::string> hints;  // for kCheck: what is allowed and probably not meant, one line each
};

// Every mistake found, one line each, as a person should read it:
// "wayside.yaml:12: routes[3].path: expected …, found …" or "--listen: expected …, found …".
struct Errors {
  std::vector<std::string> lines;
};

// `argv` begins with the name of the program. `environment` holds "NAME=value" entries; names without the
// WAYSIDE_ prefix are passed over, and so are those that Kubernetes sets for a service called "wayside".
// Reads the configuration file that they name, and nothing else from outside. Start-up only: allocates
// freely.
Checked<Invocation, Errors> load(std::span<const char* const> argv, std::span<const char* const> environment);

// The text of --help.
std::string help_text();

// The settings as a configuration file that loads to the same settings (lines and the file's name apart).
std::string to_yaml(const Settings& settings);

}  // namespace wayside::config
