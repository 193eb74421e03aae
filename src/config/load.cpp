#include "wayside/config/load.hpp"

#include "wayside/base/quote.hpp"
#include "wayside/openapi/document.hpp"
#include "wayside/routes/explain.hpp"
#include "wayside/routes/lint.hpp"

#include "config/command_line.hpp"
#include "config/consistency.hpp"
#include "config/documents.hpp"
#include "config/environment.hpp"
#include "config/quantities.hpp"
#include "config/web_config_file.hpp"
#include "config/yaml_settings.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

namespace wayside::config {
namespace {

void append(std::vector<std::string>& lines, std::vector<std::string> more) {
  lines.insert(lines.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

// The whole file, or one line with the reason why not.
Checked<std::string, Mistake> read_file(const std::string& path, std::size_t max_size,
                                        std::string_view limit) {
  const auto unreadable = [&](std::string_view why) {
    return Mistake{fmt::format("{}: expected a readable file, found: {}", path, why)};
  };
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return unreadable("a directory");
  std::ifstream in(path, std::ios::binary);
  if (!in) return unreadable(std::generic_category().message(errno));
  std::string text;
  // A text that grows takes up to three times its size.
  if (const auto size = std::filesystem::file_size(path, ignored); !ignored && size <= max_size)
    text.reserve(static_cast<std::size_t>(size));
  std::array<char, 16384> buffer;
  while (in.read(buffer.data(), buffer.size()), in.gcount() > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() > max_size) return unreadable(fmt::format("more than {}{}", print_size(max_size), limit));
  }
  if (in.bad()) return unreadable("an error while reading");
  return {boost::system::in_place_value, std::move(text)};
}

constexpr std::size_t kMaxSize = 16U << 20U;  // a larger file is no configuration

void read_settings_file(Settings& settings, std::vector<std::string>& errors, Places& places) {
  const auto text = read_file(settings.file, kMaxSize, {});
  if (text.has_error()) return errors.push_back(text.error().text);
  append(errors, read_yaml(settings.file, *text, settings, &places));
}

void read_web_config_file(Settings& settings, std::vector<std::string>& errors, Places& places) {
  const auto text = read_file(settings.web_config, kMaxSize, {});
  if (text.has_error())
    return errors.push_back(fmt::format("{}: {}", places.of("metrics.web_config"), text.error().text));
  append(errors, read_web_config(settings.web_config, *text, settings.web, places));
}

void read_openapi_files(Settings& settings, std::vector<std::string>& errors, DocumentHints& hints) {
  std::vector<std::vector<routes::RouteSpec>> documents;
  for (const OpenApiDocument& document : settings.openapi) {
    const auto text = read_file(document.file, settings.route_limits.openapi_size, " (limits.openapi_size)");
    if (text.has_error()) {
      errors.push_back(text.error().text);
      continue;
    }
    auto specs = openapi::read_routes(*text, document.file, settings.route_limits, document.prefix);
    if (specs.has_error()) {
      const openapi::DocumentError& error = specs.error();
      errors.push_back(fmt::format("{}:{}:{}: {}", document.file, error.line, error.column, error.message));
      continue;
    }
    documents.push_back(*std::move(specs));
  }
  if (errors.empty()) add_documents(settings, std::move(documents), errors, hints);
}

std::vector<std::string> as_lines(const Settings& settings, const std::vector<routes::RouteHint>& hints) {
  std::vector<std::string> lines;
  lines.reserve(hints.size());
  for (const routes::RouteHint& hint : hints)
    lines.push_back(place_of(settings, settings.routes[hint.spec]) + hint.message);
  return lines;
}

std::vector<std::string> hints_of(const Settings& settings, const Places& places) {
  std::vector<std::string> hints = as_lines(settings, routes::lint(settings.routes, settings.matching));
  if (auto hint = series_hint(settings, places)) hints.push_back(*std::move(hint));
  append(hints, unknown_owners(settings, places));
  return hints;
}

// The file is read first, because the other sources override it. So its name is needed before all else.
std::string file_named_by(std::span<const GivenValue> variables, std::span<const GivenValue> command_line) {
  Settings scratch;
  std::vector<std::string> found_again_later;
  apply(variables, scratch, found_again_later);
  apply(command_line, scratch, found_again_later);
  return scratch.file;
}

}  // namespace

Checked<Invocation, Errors> load(std::span<const char* const> argv,
                                 std::span<const char* const> environment) {
  Errors errors;
  const CommandLine line = parse_command_line(argv, errors.lines);
  const Action action = line.action;
  const bool needs_settings = action != Action::kHelp && action != Action::kVersion &&
                              action != Action::kImportRoutes && line.probe_url.empty();
  if (!needs_settings) {
    if (!errors.lines.empty()) return errors;
    return Invocation{action, {}, {}, {}, {}, line.route_import, line.probe_url, line.command};
  }
  const std::vector<GivenValue> variables = read_environment(environment, errors.lines);

  Settings settings;
  Places places;
  settings.file = file_named_by(variables, line.given);
  if (!settings.file.empty()) read_settings_file(settings, errors.lines, places);
  apply(variables, settings, errors.lines, &places);
  apply(line.given, settings, errors.lines, &places);
  if (!settings.web_config.empty() && action != Action::kExplain)
    read_web_config_file(settings, errors.lines, places);
  if (action == Action::kProbe) {
    // Neither the documents nor conflicts matter to it, and it is run every few seconds.
    if (!errors.lines.empty()) return errors;
    return Invocation{action, std::move(settings), {}, {}, {}};
  }
  DocumentHints of_documents;
  if (errors.lines.empty() && !settings.openapi.empty())
    read_openapi_files(settings, errors.lines, of_documents);
  if (errors.lines.empty()) append(errors.lines, inconsistencies(settings, places, action));
  if (!errors.lines.empty()) return errors;
  std::vector<std::string> hints = std::move(of_documents.left_out);
  std::vector<std::string> notes;
  if (action == Action::kCheck) {
    append(hints, std::move(of_documents.joined));
    append(hints, hints_of(settings, places));
    if (!settings.openapi.empty() || line.is_verbose) notes = provenance(settings, line.is_verbose);
  }
  if (action == Action::kRun)
    append(hints, as_lines(settings, routes::lint_dialects(settings.routes, settings.matching)));
  return Invocation{action, std::move(settings), line.explain, std::move(hints), std::move(notes)};
}

}  // namespace wayside::config
