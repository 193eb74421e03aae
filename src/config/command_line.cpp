#include "config/command_line.hpp"

#include "config/nearest.hpp"

#include <boost/program_options/cmdline.hpp>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <algorithm>
#include <array>
#include <sstream>

namespace wayside::config {
namespace {

namespace po = boost::program_options;

// An option without a value.
struct Flag {
  const char* name;
  const char* help;
  Action action;
};

constexpr std::array kFlags = {
    Flag{"demo", "run in front of an embedded example service, and send it some requests", Action::kDemo},
    Flag{"check", "check the configuration, print the effective one, exit 0 or 1", Action::kCheck},
    Flag{"version", "print the version", Action::kVersion},
    Flag{"help", "print this text", Action::kHelp},
};

// Asks for something, as a flag does, and has a value all the same.
constexpr const char* kExplain = "explain";

po::options_description describe() {
  constexpr unsigned kLineLength = 100;
  po::options_description description("Options", kLineLength);
  auto add = description.add_options();
  for (const Option& option : options()) {
    // value_name is printed, the type is not used: values are read as text by options().
    auto* const value = po::value<std::vector<std::string>>()->value_name(option.placeholder);
    add(option.name, option.is_switch ? value->zero_tokens() : value, option.help);
  }
  add(kExplain, po::value<std::vector<std::string>>()->value_name("REQUEST"),
      "say which route 'GET /users/42' belongs to and why, exit 0 or 1");
  for (const Flag& flag : kFlags)
    add(flag.name, flag.help);
  return description;
}

std::string unknown_option(const std::string& name) {
  std::vector<std::string> dashed;
  for (const Option& option : options())
    dashed.push_back("--" + std::string(option.name));
  for (const Flag& flag : kFlags)
    dashed.push_back("--" + std::string(flag.name));
  dashed.push_back("--" + std::string(kExplain));
  const std::vector<std::string_view> known(dashed.begin(), dashed.end());
  return name + ": " + unknown_word("a known option", name, known);
}

std::string syntax_mistake(const po::invalid_command_line_syntax& error) {
  switch (error.kind()) {
    case po::invalid_syntax::missing_parameter:
    case po::invalid_syntax::empty_adjacent_parameter:
      return error.get_option_name() + ": expected a value, found none";
    case po::invalid_syntax::extra_parameter:
      return error.get_option_name() + ": expected no value, found one";
    default:
      return error.get_option_name() + ": " + error.what();
  }
}

// The actions asked for, in words of the command line, become one.
Action choose(std::span<const Action> actions, std::vector<std::string>& errors) {
  const auto asks_for = [&](Action action) { return std::ranges::find(actions, action) != actions.end(); };
  if (asks_for(Action::kHelp)) return Action::kHelp;
  if (asks_for(Action::kVersion)) return Action::kVersion;
  if (asks_for(Action::kDemo) && asks_for(Action::kCheck)) {
    errors.emplace_back("--check: expected to stand alone, found --demo beside it");
  }
  if (asks_for(Action::kExplain) && actions.size() > 1) {
    errors.emplace_back("--explain: expected to stand alone, found another request beside it");
  }
  return actions.empty() ? Action::kRun : actions.front();
}

// Sorts what Program_options found into flags and values.
CommandLine collect(const po::parsed_options& parsed, std::vector<std::string>& errors) {
  CommandLine line;
  std::vector<Action> actions;
  for (const auto& found : parsed.options) {
    if (found.position_key >= 0) {
      errors.push_back(expected("an option that begins with --", found.value.front()).text);
      continue;
    }
    if (const auto flag = std::ranges::find(kFlags, found.string_key, &Flag::name); flag != kFlags.end()) {
      actions.push_back(flag->action);
      continue;
    }
    if (found.string_key == kExplain) {
      actions.push_back(Action::kExplain);
      line.explain = found.value.front();
      continue;
    }
    const auto option = std::ranges::find(options(), found.string_key, &Option::name);
    const auto earlier = std::ranges::find(line.given, &*option, &GivenOption::option);
    if (earlier == line.given.end()) {
      const bool is_switch = found.value.empty();
      line.given.push_back(
          {&*option, "--" + found.string_key, is_switch ? std::vector<std::string>{"true"} : found.value});
    } else if (option->is_repeatable) {
      earlier->texts.push_back(found.value.front());
    } else if (option->is_switch) {
      errors.push_back(earlier->source + ": expected once, found twice");
    } else {
      errors.push_back(earlier->source + ": expected once, found " + quoted(earlier->texts.front()) +
                       " and " + quoted(found.value.front()));
    }
  }
  line.action = choose(actions, errors);
  return line;
}

}  // namespace

CommandLine parse_command_line(std::span<const char* const> argv, std::vector<std::string>& errors) {
  namespace style = po::command_line_style;
  const std::vector<std::string> words(argv.begin() + (argv.empty() ? 0 : 1), argv.end());
  const po::options_description description = describe();
  try {
    return collect(po::command_line_parser(words)
                       .options(description)
                       .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next)
                       .run(),
                   errors);
  } catch (const po::unknown_option& error) {
    errors.push_back(unknown_option(error.get_option_name()));
  } catch (const po::invalid_command_line_syntax& error) {
    errors.push_back(syntax_mistake(error));
  }
  return {};
}

std::string help_text() {
  std::ostringstream out;
  out << "Usage: wayside [OPTION]...\n"
         "Forwards HTTP to the service behind it and counts and times each route for Prometheus.\n\n"
      << describe() << "\nEach option with a value is also an environment variable:\n";
  for (const Option& option : options())
    out << "  --" << option.name << " is " << option.variable << '\n';
  out << "The command line overrides the environment, which overrides the configuration file.\n";
  return out.str();
}

}  // namespace wayside::config
