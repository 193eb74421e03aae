// Reading a command line in tests.
#pragma once

#include "config/command_line.hpp"

#include <string>
#include <vector>

namespace wayside::config {

struct Parsing {
  CommandLine line;
  std::vector<std::string> errors;
};

// Reads the words behind the program's name.
inline Parsing parse(std::vector<const char*> words) {
  words.insert(words.begin(), "wayside");
  Parsing parsing;
  parsing.line = parse_command_line(words, parsing.errors);
  return parsing;
}

}  // namespace wayside::config
