#include "config/command_line.hpp"

#include "config/route_import_command.hpp"

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

// An option that asks for an action, without a value.
struct ActionFlag {
  const char* name;
  const char* help;
  Action action;
};

constexpr std::array kActions = {
    ActionFlag{"demo", "run in front of an embedded example service, and send it some requests",
               Action::kDemo},
    ActionFlag{"check", "check the configuration, print the effective one, exit 0 or 1", Action::kCheck},
    ActionFlag{"version", "print the version", Action::kVersion},
    ActionFlag{"help", "print this text", Action::kHelp},
};

// Says more, beside --check.
constexpr const char* kVerbose = "verbose";
constexpr const char* kVerboseHelp = "with --check: list the routes, and where each comes from";

// The one action with a value.
constexpr const char* kExplain = "explain";
constexpr const char* kExplainHelp =
    "say which route 'GET /users/42' belongs to and why, exit 0, or 1 where none does";

// A command whose operand is a URL.
constexpr std::string_view kProbeCommand = "probe";

// A switch is off by default, always.
std::string help_of(const Setting& setting) {
  if (setting.is_switch()) return std::string(setting.summary());
  return fmt::format("{}: {}; default: {}", setting.summary(), setting.text()->accepted().text,
                     default_of(setting));
}

po::options_description describe() {
  constexpr unsigned kLineLength = 100;
  po::options_description description("Options", kLineLength);
  auto add = description.add_options();
  for (const Setting* setting : settings_with_flag()) {
    // value_name is printed, the type is not used: apply() reads the texts.
    auto* const value = po::value<std::vector<std::string>>();
    setting->is_switch() ? value->zero_tokens() : value->value_name(setting->flag.placeholder);
    add(setting->flag.name, value, help_of(*setting).c_str());
  }
  add(kExplain, po::value<std::vector<std::string>>()->value_name("REQUEST"), kExplainHelp);
  for (const ActionFlag& flag : kActions)
    add(flag.name, flag.help);
  add(kVerbose, kVerboseHelp);
  return description;
}

std::string unknown_option(const std::string& name) {
  std::vector<std::string> dashed;
  for (const Setting* setting : settings_with_flag())
    dashed.push_back(fmt::format("--{}", setting->flag.name));
  for (const ActionFlag& flag : kActions)
    dashed.push_back(fmt::format("--{}", flag.name));
  dashed.push_back(fmt::format("--{}", kExplain));
  dashed.push_back(fmt::format("--{}", kVerbose));
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

// Makes the actions of the command line one.
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
  if (asks_for(Action::kProbe) && actions.size() > 1) {
    errors.emplace_back("probe: expected to stand alone, found another action beside it");
  }
  return actions.empty() ? Action::kRun : actions.front();
}

// Sorts what Program_options found into flags and values. `is_probe`: the words of the command `probe`.
CommandLine collect(const po::parsed_options& parsed, bool is_probe, std::vector<std::string>& errors) {
  CommandLine line;
  std::vector<Action> actions;
  if (is_probe) actions.push_back(Action::kProbe);
  for (const auto& found : parsed.options) {
    if (found.position_key >= 0) {
      if (is_probe && line.probe_url.empty() && !found.value.front().empty()) {
        line.probe_url = found.value.front();
        continue;
      }
      errors.push_back(expected("an option that begins with --", found.value.front()).text);
      continue;
    }
    if (const auto flag = std::ranges::find(kActions, found.string_key, &ActionFlag::name);
        flag != kActions.end()) {
      actions.push_back(flag->action);
      continue;
    }
    if (found.string_key == kVerbose) {
      line.is_verbose = true;
      continue;
    }
    if (found.string_key == kExplain) {
      actions.push_back(Action::kExplain);
      line.explain = found.value.front();
      continue;
    }
    const std::vector<const Setting*> known = settings_with_flag();
    const Setting* const setting = *std::ranges::find_if(
        known, [&](const Setting* each) { return each->flag.name == found.string_key; });
    const auto earlier = std::ranges::find(line.given, setting, &GivenValue::setting);
    if (earlier == line.given.end()) {
      line.given.push_back({setting, "--" + found.string_key,
                            setting->is_switch() ? std::vector<std::string>{"true"} : found.value});
    } else if (setting->text()->is_list) {
      earlier->texts.push_back(found.value.front());
    } else if (setting->is_switch()) {
      errors.push_back(earlier->source + ": expected once, found twice");
    } else {
      errors.push_back(fmt::format("{}: expected once, found {} and {}", earlier->source,
                                   wayside::quoted(earlier->texts.front()),
                                   wayside::quoted(found.value.front())));
    }
  }
  line.action = choose(actions, errors);
  const bool can_say_more =
      line.action == Action::kCheck || line.action == Action::kHelp || line.action == Action::kVersion;
  if (line.is_verbose && !can_say_more)
    errors.emplace_back("--verbose: expected --check beside it, found none");
  return line;
}

}  // namespace

CommandLine parse_command_line(std::span<const char* const> argv, std::vector<std::string>& errors) {
  namespace style = po::command_line_style;
  std::vector<std::string> words(argv.begin() + (argv.empty() ? 0 : 1), argv.end());
  if (!words.empty() && words.front() == kRoutesCommand) return parse_routes_command(words, errors);
  for (const std::string_view command : {"check", "explain", "help", "version"}) {
    if (!words.empty() && words.front() == command) words.front().insert(0, "--");
  }
  const bool is_probe = !words.empty() && words.front() == kProbeCommand;
  if (is_probe) words.erase(words.begin());
  const po::options_description description = describe();
  try {
    return collect(po::command_line_parser(words)
                       .options(description)
                       .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next)
                       .run(),
                   is_probe, errors);
  } catch (const po::unknown_option& error) {
    errors.push_back(unknown_option(error.get_option_name()));
  } catch (const po::invalid_command_line_syntax& error) {
    errors.push_back(syntax_mistake(error));
  }
  return {};
}

std::vector<CommandText> command_texts() {
  return {
      {"check", "[OPTION]...", "like --check"},
      {"explain", "REQUEST [OPTION]...", "like --explain"},
      {"probe", "[URL] [OPTION]...",
       "ask whether wayside is ready, exit 0 for a status of 2xx, else 1. URL is http://host:port/path or "
       "unix:/path; without it, the page /-/ready is asked of the metrics listener that the options, the "
       "environment and the file configure, on the loopback where it listens on every address"},
      {"routes import", "--from FRAMEWORK [--into FILE] LISTING",
       "print the routes of a framework's listing as YAML, or add them to FILE. A LISTING of - is standard "
       "input"},
  };
}

std::vector<OptionText> option_texts() {
  std::vector<OptionText> texts;
  for (const Setting* setting : settings_with_flag()) {
    const bool is_switch = setting->is_switch();
    texts.push_back({fmt::format("--{}", setting->flag.name), is_switch ? "" : setting->flag.placeholder,
                     help_of(*setting),
                     is_switch ? std::vector<std::string_view>() : setting->accepted().words});
  }
  texts.push_back({fmt::format("--{}", kExplain), "REQUEST", kExplainHelp});
  for (const ActionFlag& flag : kActions)
    texts.push_back({fmt::format("--{}", flag.name), "", flag.help});
  texts.push_back({fmt::format("--{}", kVerbose), "", kVerboseHelp});
  return texts;
}

std::string help_text() {
  std::ostringstream out;
  out << "Usage: wayside [OPTION]...\n";
  constexpr std::size_t kUsageLength = 36;
  for (const CommandText& command : command_texts()) {
    const std::string usage = fmt::format("wayside {} {}", command.words, command.operands);
    const std::string_view clause = command.help.substr(0, command.help.find_first_of(".,"));
    out << (usage.size() > kUsageLength ? fmt::format("       {}\n", usage)
                                        : fmt::format("       {:<{}}  {}\n", usage, kUsageLength, clause));
  }
  out << "Forwards HTTP to the service behind it and counts and times each route for Prometheus.\n\n"
      << describe() << "\nThese options are also environment variables:\n";
  for (const Setting* setting : settings_with_flag())
    out << fmt::format("  --{} is {}\n", setting->flag.name, variable_of(*setting));
  out << "The command line overrides the environment, which overrides the configuration file.\n";
  return out.str();
}

}  // namespace wayside::config
