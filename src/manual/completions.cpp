#include "manual/completions.hpp"

#include "wayside/listing/listing.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iterator>
#include <string_view>
#include <vector>

namespace wayside::manual {
namespace {

using config::CommandText;
using config::OptionText;
using config::Reference;

bool takes_a_file(const OptionText& option) {
  return option.placeholder.starts_with("FILE");
}

// The options of `routes import`, which are its own.
std::vector<OptionText> import_options() {
  std::vector<std::string_view> frameworks;
  for (const listing::Framework& framework : listing::frameworks())
    frameworks.push_back(framework.word);
  return {{"--from", "FRAMEWORK", "the framework of the listing", frameworks},
          {"--into", "FILE", "the configuration file that takes the routes"}};
}

// "check", "routes": the first words of the commands.
std::vector<std::string_view> first_words(const Reference& reference) {
  std::vector<std::string_view> words;
  for (const CommandText& command : reference.commands)
    words.push_back(command.words.substr(0, command.words.find(' ')));
  return words;
}

std::string bash_values(const OptionText& option) {
  if (takes_a_file(option)) return "compgen -f -- \"$word\"";
  return fmt::format("compgen -W '{}' -- \"$word\"", fmt::join(option.words, " "));
}

std::string flags_of(const std::vector<OptionText>& options) {
  std::vector<std::string_view> flags;
  std::ranges::transform(options, std::back_inserter(flags), &OptionText::flag);
  return fmt::format("{}", fmt::join(flags, " "));
}

// The cases of an option whose value is to be completed.
std::string bash_cases(const std::vector<OptionText>& options) {
  std::string cases;
  for (const OptionText& option : options) {
    if (option.placeholder.empty()) continue;
    const bool is_known = takes_a_file(option) || !option.words.empty();
    cases += fmt::format(
        "    {}) {} return ;;\n", option.flag,
        is_known ? fmt::format("mapfile -t COMPREPLY < <({});", bash_values(option)) : "COMPREPLY=();");
  }
  return cases;
}

// In single quotes, and without what _arguments would interpret.
std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
      continue;
    }
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_option(const OptionText& option) {
  const std::string help = zsh_text(option.help);
  if (option.placeholder.empty()) return fmt::format("'{}[{}]'", option.flag, help);
  std::string values = " ";
  if (takes_a_file(option)) values = "_files";
  if (!option.words.empty()) values = fmt::format("({})", fmt::join(option.words, " "));
  return fmt::format("'{}=[{}]:{}:{}'", option.flag, help, zsh_text(option.placeholder), values);
}

std::string zsh_options(const std::vector<OptionText>& options) {
  std::string lines;
  for (const OptionText& option : options)
    lines += fmt::format("    {} \\\n", zsh_option(option));
  return lines;
}

}  // namespace

std::string bash_completion(const Reference& reference) {
  const std::vector<OptionText> import = import_options();
  std::string script = "# bash completion of wayside. Made by src/manual from the tables of src/config.\n";
  script += "_wayside() {\n";
  script += "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n";
  script += "  # Bash splits --naming=http at the equals sign.\n";
  script +=
      "  if [[ $word == '=' ]]; then\n    word=\n  elif [[ $before == '=' ]]; then\n"
      "    before=${COMP_WORDS[COMP_CWORD - 2]}\n  fi\n";
  script += "  case $before in\n" + bash_cases(reference.options) + bash_cases(import) + "  esac\n";
  script += fmt::format("  local words='{}'\n", flags_of(reference.options));
  script +=
      fmt::format("  [[ ${{COMP_WORDS[1]}} != routes ]] || words='import {} --help'\n", flags_of(import));
  script += fmt::format("  ((COMP_CWORD > 1)) || words+=' {}'\n", fmt::join(first_words(reference), " "));
  script += "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n";
  script += "}\ncomplete -o filenames -F _wayside wayside\n";
  return script;
}

std::string zsh_completion(const Reference& reference) {
  std::string script = "#compdef wayside\n# Made by src/manual from the tables of src/config.\n";
  script += "if [[ ${words[2]} == routes ]]; then\n  _arguments \\\n" + zsh_options(import_options()) +
            "    '1:command:(routes)' '2:command:(import)' '3:listing:_files'\nelse\n  _arguments \\\n" +
            zsh_options(reference.options);
  script += fmt::format("    '1::command:({})' '*: : '\nfi\n", fmt::join(first_words(reference), " "));
  return script;
}

}  // namespace wayside::manual
