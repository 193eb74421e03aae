// The command line, split by Boost.Program_options. apply() reads the values.
#pragma once

#include "wayside/config/load.hpp"
#include "wayside/config/reference.hpp"

#include "config/setting.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::config {

struct CommandLine {
  Action action = Action::kRun;
  std::vector<GivenValue> given;
  std::string explain;         // the request to explain
  bool is_verbose = false;     // beside --check
  RouteImport route_import{};  // the words of `routes import`
  std::string probe_url{};     // the operand of `probe`; empty: none
  std::string_view command{};  // beside kHelp: the command that the help is about; empty: all of them
};

// `argv` begins with the name of the program. --help wins over --version, and both over everything else; of
// --demo, --check and --explain only one may be there. Mistakes are added to `errors`. Options may not be
// abbreviated: an abbreviation stops working when an option is added.
//
// The first word may be a command in place of an option: `check` is --check, `explain REQUEST` is --explain
// REQUEST, `probe` has one operand at most, and `routes import` has the options of route_import_command.hpp.
// The method and the path of a REQUEST may be two words. -h is --help.
CommandLine parse_command_line(std::span<const char* const> argv, std::vector<std::string>& errors);

// The options and the commands, for the documentation.
std::vector<OptionText> option_texts();
std::vector<CommandText> command_texts();

}  // namespace wayside::config
