#include "config/route_import_command.hpp"

#include "config/mistake.hpp"

#include <boost/program_options/cmdline.hpp>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>

namespace wayside::config {
namespace {

namespace po = boost::program_options;

constexpr const char* kFrom = "from";
constexpr const char* kInto = "into";
constexpr const char* kHelp = "help";

po::options_description describe_import_options() {
  po::options_description description;
  auto add = description.add_options();
  add(kFrom, po::value<std::vector<std::string>>());
  add(kInto, po::value<std::vector<std::string>>());
  add(kHelp, "");
  return description;
}

// Stores the value of an option that may be there once.
void store(const std::string& name, const std::string& value, std::string& out,
           std::vector<std::string>& errors) {
  if (value.empty()) return errors.push_back(name + ": expected a value, found none");
  if (!out.empty()) {
    return errors.push_back(fmt::format("{}: expected once, found {} and {}", name, wayside::in_quotes(out),
                                        wayside::in_quotes(value)));
  }
  out = value;
}

CommandLine collect(const po::parsed_options& parsed, std::vector<std::string>& errors) {
  CommandLine line;
  line.action = Action::kImportRoutes;
  RouteImport& import = line.route_import;
  for (const auto& found : parsed.options) {
    if (found.string_key == kHelp) {
      line.action = Action::kHelp;
      line.command = "routes import";
    } else if (found.string_key == kFrom) {
      store("--from", found.value.front(), import.from, errors);
    } else if (found.string_key == kInto) {
      store("--into", found.value.front(), import.into, errors);
    } else {
      store("routes import: the listing", found.value.front(), import.file, errors);
    }
  }
  if (line.action == Action::kHelp) return line;
  if (import.from.empty()) {
    errors.emplace_back("routes import: expected --from with the framework of the listing, found none");
  }
  if (import.file.empty()) {
    errors.emplace_back(
        "routes import: expected the file of the listing, or - for standard input, found none");
  }
  return line;
}

}  // namespace

CommandLine parse_routes_command(std::span<const std::string> words, std::vector<std::string>& errors) {
  namespace style = po::command_line_style;
  CommandLine failed;
  failed.action = Action::kImportRoutes;
  if (words.size() < 2 || words[1] != "import") {
    errors.push_back(words.size() < 2 ? "routes: expected the command import, found none"
                                      : "routes: " + expected("the command import", words[1]).text);
    return failed;
  }
  const po::options_description description = describe_import_options();
  try {
    return collect(po::command_line_parser(std::vector<std::string>(words.begin() + 2, words.end()))
                       .options(description)
                       .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next)
                       .run(),
                   errors);
  } catch (const po::unknown_option& error) {
    constexpr std::string_view kKnown[] = {"--from", "--into", "--help"};
    const std::string name = error.get_option_name();
    errors.push_back("routes import: " + name + ": " + unknown_word("a known option", name, kKnown));
  } catch (const po::invalid_command_line_syntax& error) {
    const bool has_value = error.kind() == po::invalid_syntax::extra_parameter;
    errors.push_back(error.get_option_name() +
                     (has_value ? ": expected no value, found one" : ": expected a value, found none"));
  }
  return failed;
}

}  // namespace wayside::config
