// The settings that the command line and the environment share: --listen is WAYSIDE_LISTEN.
//
// This is the one list of them. Where an option was given, and which of two wins, is the business of the
// readers of the two sources and of load().
#pragma once

#include "wayside/config/settings.hpp"

#include "config/mistake.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::config {

struct Option {
  const char* name;         // "metrics-listen"
  const char* variable;     // "WAYSIDE_METRICS_LISTEN"
  const char* placeholder;  // "HOST:PORT"
  const char* help;
  // Puts the value into the settings, or says why it cannot. `texts` holds the value, or several where the
  // option was repeated and may be.
  std::optional<Mistake> (*set)(std::span<const std::string> texts, Settings& settings);
  bool is_repeatable = false;
  bool is_switch = false;  // stands alone on the command line, where it means "true"
};

// Every option that takes a value.
std::span<const Option> options();

// An option as some source gave it.
struct GivenOption {
  const Option* option = nullptr;  // one of options()
  std::string source;              // how the source names it: "--listen", "WAYSIDE_LISTEN"
  std::vector<std::string> texts;  // never empty
};

// Puts the given values into the settings in their order, and adds a line "source: expected …, found …" for
// each that cannot be used.
void apply(std::span<const GivenOption> given, Settings& settings, std::vector<std::string>& errors);

}  // namespace wayside::config
