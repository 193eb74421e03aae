// Settings from command line, environment and file.
//
// The command line overrides the environment (WAYSIDE_LISTEN …), which overrides the file, which overrides
// the defaults. Any doubt is an error: an unknown key, a value of the wrong kind, two equal templates. Values
// that another source overrides are checked as well.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/config/settings.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::config {

// The task of the program, by the command line.
enum class Action : std::uint8_t { kRun, kDemo, kCheck, kExplain, kImportRoutes, kProbe, kVersion, kHelp };

// `wayside routes import`: the words as they were given.
struct RouteImport {
  std::string from;  // the framework: "flask"
  std::string file;  // the listing; "-": standard input
  std::string into;  // the configuration file that takes the routes; empty: standard output

  friend bool operator==(const RouteImport&, const RouteImport&) = default;
};

struct Invocation {
  Action action = Action::kRun;
  Settings settings;    // the defaults where the action reads no other source
  std::string explain;  // the request that kExplain is about
  // Settings that are allowed and probably not meant, one line each: all of them for kCheck, and for kRun
  // paths of OpenAPI documents that are left out and templates whose dialect should be named.
  std::vector<std::string> hints;
  std::vector<std::string> notes;  // for kCheck: where the routes come from, one line each
  RouteImport route_import{};      // for kImportRoutes
  std::string probe_url{};         // for kProbe; empty: the metrics listener of `settings`
  std::string_view command{};      // for kHelp: the command that the help is about; empty: all of them
};

// Every mistake found, one line each:
// "wayside.yaml:12: routes[3].path: expected …, found …" or "--listen: expected …, found …".
struct Errors {
  std::vector<std::string> lines;
};

// `argv` begins with the name of the program. `environment` holds "NAME=value" entries; names without the
// WAYSIDE_ prefix are passed over, and so are those that Kubernetes sets for a service called "wayside".
// Reads the configuration file and the OpenAPI documents that they name. For start-up and reload: blocks, and
// allocates freely.
Checked<Invocation, Errors> load(std::span<const char* const> argv, std::span<const char* const> environment);

// The text of --help, or of one command: "explain", "routes import".
std::string help_text(std::string_view command = {});

// The settings as a configuration file that loads to the same settings (lines and the file's name apart).
std::string to_yaml(const Settings& settings);

}  // namespace wayside::config
