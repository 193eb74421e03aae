#include "config/command_line.hpp"

#include "wayside/base/text.hpp"

#include "config/route_import_command.hpp"

#include <boost/program_options/cmdline.hpp>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <algorithm>
#include <array>
#include <iterator>
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
    ActionFlag{"help", "print this text, as -h does; behind a command, its usage", Action::kHelp},
};

// Says more, beside --check.
constexpr const char* kVerbose = "verbose";
constexpr const char* kVerboseHelp = "with --check: list the routes, and where each comes from";

// The one action with a value.
constexpr const char* kExplain = "explain";
constexpr const char* kExplainHelp =
    "say which route 'GET /users/42' belongs to and why, exit 0, or 1 where none does";

// A first word without dashes that asks for an action.
struct Command {
  std::string_view word;
  Action action;
};

constexpr std::array kCommands = {
    Command{"check", Action::kCheck}, Command{"explain", Action::kExplain}, Command{"probe", Action::kProbe},
    Command{"help", Action::kHelp},   Command{"version", Action::kVersion},
};

// A switch is off by default, always.
std::string help_of(const Setting& setting) {
  if (setting.is_switch()) return std::string(setting.summary());
  return fmt::format("{}: {}; default: {}", setting.summary(), setting.text()->accepted().text,
                     default_of(setting));
}

constexpr unsigned kLineLength = 100;

po::options_description describe_options() {
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

// A word that is neither an option nor its value, nor an operand.
std::string stray_word(std::string_view word, const Command* command) {
  if (command == nullptr) {
    std::vector<std::string_view> known;
    std::ranges::transform(kCommands, std::back_inserter(known), &Command::word);
    known.push_back(kRoutesCommand);
    if (!nearest(word, known).empty()) return unknown_word("a command as the first word", word, known);
  }
  const bool is_file = word.ends_with(".yaml") || word.ends_with(".yml");
  const bool is_checked = command != nullptr && command->action == Action::kCheck && !word.starts_with('-');
  const std::string hint =
      is_file || is_checked ? fmt::format(" (did you mean --config {}?)", word) : std::string();
  return expected("an option that begins with --" + hint, word).text;
}

// Whether the request to explain lacks its path: the shell has split GET /users/42.
bool is_method_alone(std::string_view request) noexcept {
  return !request.empty() && std::ranges::all_of(request, is_letter);
}

// Takes an operand of the command, or of --explain.
void take_operand(const std::string& word, const Command* command, CommandLine& line,
                  std::vector<std::string>& errors) {
  const auto is_of = [&](Action action) { return command != nullptr && command->action == action; };
  if (is_of(Action::kProbe) && line.probe_url.empty() && !word.empty()) {
    line.probe_url = word;
  } else if (is_of(Action::kExplain) && line.explain.empty()) {
    line.explain = word;
  } else if (is_method_alone(line.explain)) {
    line.explain.append(" ").append(word);
  } else {
    errors.push_back(stray_word(word, command));
  }
}

// Sorts what Program_options found into flags and values. `command`: the first word; null: none.
CommandLine collect(const po::parsed_options& parsed, const Command* command,
                    std::vector<std::string>& errors) {
  CommandLine line;
  std::vector<Action> actions;
  if (command != nullptr) actions.push_back(command->action);
  for (const auto& found : parsed.options) {
    if (found.position_key >= 0) {
      take_operand(found.value.front(), command, line, errors);
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
                                   wayside::in_quotes(earlier->texts.front()),
                                   wayside::in_quotes(found.value.front())));
    }
  }
  line.action = choose(actions, errors);
  const bool can_say_more =
      line.action == Action::kCheck || line.action == Action::kHelp || line.action == Action::kVersion;
  if (line.is_verbose && !can_say_more)
    errors.emplace_back("--verbose: expected --check beside it, found none");
  if (line.action == Action::kExplain && (line.explain.empty() || is_method_alone(line.explain)))
    errors.push_back(expected("a request such as GET /users/42 to explain", line.explain).text);
  if (line.action == Action::kHelp && command != nullptr) line.command = command->word;
  return line;
}

std::string help_of_all() {
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
      << describe_options() << "\nThese options are also environment variables:\n";
  for (const Setting* setting : settings_with_flag())
    out << fmt::format("  --{} is {}\n", setting->flag.name, variable_of(*setting));
  out << "The command line overrides the environment, which overrides the configuration file.\n";
  return out.str();
}

// The text in lines of at most `width` characters, broken at blanks.
std::string wrapped(std::string_view text, std::size_t width) {
  std::string out;
  while (text.size() > width) {
    const std::size_t end = text.rfind(' ', width);
    if (end == text.npos) break;
    out.append(text.substr(0, end)).append("\n");
    text.remove_prefix(end + 1);
  }
  return out.append(text).append("\n");
}

std::string help_of_command(const CommandText& command) {
  std::string sentences = fmt::format("{}.", command.help);
  sentences.front() = static_cast<char>(sentences.front() - 'a' + 'A');
  std::string out = fmt::format("Usage: wayside {} {}\n{}", command.words, command.operands,
                                wrapped(sentences, kLineLength));
  if (command.operands.find("[OPTION]") != command.operands.npos)
    out += "The options are those that wayside --help lists.\n";
  return out;
}

}  // namespace

CommandLine parse_command_line(std::span<const char* const> argv, std::vector<std::string>& errors) {
  namespace style = po::command_line_style;
  std::vector<std::string> words(argv.begin() + (argv.empty() ? 0 : 1), argv.end());
  std::ranges::replace(words, std::string("-h"), std::string("--help"));
  if (!words.empty() && words.front() == kRoutesCommand) return parse_routes_command(words, errors);
  const Command* command = nullptr;
  if (!words.empty()) {
    const auto* const found = std::ranges::find(kCommands, words.front(), &Command::word);
    if (found != kCommands.end()) command = found;
  }
  if (command != nullptr) words.erase(words.begin());
  const po::options_description description = describe_options();
  try {
    return collect(po::command_line_parser(words)
                       .options(description)
                       .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next)
                       .run(),
                   command, errors);
  } catch (const po::unknown_option& error) {
    errors.push_back(unknown_option(error.get_option_name()));
  } catch (const po::invalid_command_line_syntax& error) {
    errors.push_back(syntax_mistake(error));
  }
  return {};
}

std::vector<CommandText> command_texts() {
  return {
      {"check", "[OPTION]...",
       "check the configuration, print the effective one, exit 0 or 1. The file is that of --config"},
      {"explain", "REQUEST [OPTION]...",
       "say which route a request belongs to and why, exit 0, or 1 where none does. REQUEST is a path, such "
       "as /users/42, or a method and a path, such as GET /users/42"},
      {"probe", "[URL] [OPTION]...",
       "ask whether wayside is ready, exit 0 for a status of 2xx, else 1. URL is "
       "http://host:port/path, unix:/socket:/path, or unix:/socket, where the page is /-/ready; without it, "
       "/-/ready is asked of the metrics listener that the options, the environment and the file configure, "
       "on the loopback where it listens on every address"},
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

std::string help_text(std::string_view command) {
  const std::vector<CommandText> commands = command_texts();
  const auto found = std::ranges::find(commands, command, &CommandText::words);
  return found != commands.end() ? help_of_command(*found) : help_of_all();
}

}  // namespace wayside::config
