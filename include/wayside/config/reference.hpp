// Everything that can be said to wayside, in words: what --help, the man pages and the completions are made
// of.
//
// The texts come from the tables by which the command line and the file are read, so they cannot lack a
// setting. A help is a clause without a final dot; further sentences may stand behind it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wayside::config {

struct SettingText {
  std::string_view key;      // "metrics.listen"; empty: only the command line has it
  std::string accepted;      // "a number from 1 to 1024, or auto"
  std::string default_text;  // empty where the default is nothing at all
  std::string_view help;
  std::string flag;      // "--metrics-listen"; empty: none
  std::string variable;  // "WAYSIDE_METRICS_LISTEN"; empty: none
};

struct OptionText {
  std::string flag;         // "--naming"
  std::string placeholder;  // "NAME[,NAME]"; empty: the option has no value
  std::string help;
  std::vector<std::string_view> words{};  // the values that a shell can propose
};

struct CommandText {
  std::string_view words;     // "routes import"
  std::string_view operands;  // "--from FRAMEWORK [--into FILE] LISTING"
  std::string_view help;
};

struct RouteKeyText {
  std::string_view key;
  std::string_view help;
};

struct Reference {
  std::vector<SettingText> settings;  // in the order of the table
  std::vector<OptionText> options;    // of `wayside` itself
  std::vector<CommandText> commands;
  std::vector<RouteKeyText> route_keys;
};

Reference reference();

}  // namespace wayside::config
