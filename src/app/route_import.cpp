#include "wayside/app/route_import.hpp"

#include "wayside/base/quote.hpp"
#include "wayside/listing/listing.hpp"
#include "wayside/listing/yaml.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <istream>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

namespace wayside::app {
namespace {

namespace fs = std::filesystem;

// One line for a person.
struct Failure {
  std::string text;
};

ImportOutcome failed(std::vector<std::string> remarks) {
  return {1, {}, std::move(remarks)};
}

std::string number(std::size_t value) {
  return std::to_string(value);
}

// The whole stream. A listing of 64 MiB would have a million routes.
Checked<std::string, Failure> read_stream(std::istream& in, const std::string& name) {
  constexpr std::size_t kMaxSize = std::size_t{64} << 20U;
  std::string text;
  std::array<char, 16384> buffer;
  while (in.read(buffer.data(), buffer.size()), in.gcount() > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() > kMaxSize) return Failure{name + ": expected at most 64 MiB, found more"};
  }
  if (in.bad()) return Failure{name + ": expected a readable file, found: an error while reading"};
  return {boost::system::in_place_value, std::move(text)};
}

Checked<std::string, Failure> read_file(const std::string& name) {
  std::error_code ignored;
  if (fs::is_directory(name, ignored))
    return Failure{name + ": expected a readable file, found: a directory"};
  std::ifstream in(name, std::ios::binary);
  if (!in) {
    return Failure{name + ": expected a readable file, found: " + std::generic_category().message(errno)};
  }
  return read_stream(in, name);
}

// The settings of a configuration file alone, without the environment.
Checked<config::Settings, config::Errors> load_file(const std::string& name) {
  const std::array<const char*, 4> arguments = {"wayside", "--check", "--config", name.c_str()};
  auto invocation = config::load(arguments, {});
  if (invocation.has_error()) return invocation.error();
  return std::move(invocation->settings);
}

// One line for each route that is not imported.
void add_remarks(const listing::Listing& listing, const std::string& source,
                 std::vector<std::string>& remarks) {
  for (const listing::Note& note : listing.notes) {
    remarks.push_back(source + ":" + number(note.line) + ": not imported: " + wayside::in_quotes(note.text) +
                      ": " + note.reason);
  }
}

// The number of routes that the configuration file lists itself: a route of it may replace a document's.
std::size_t own_routes(const config::Settings& settings) {
  return static_cast<std::size_t>(std::ranges::count_if(
      settings.routes, [](const routes::RouteSpec& route) { return route.file.empty(); }));
}

// Replaces `target` by a file with `text`, provided that wayside accepts it and finds `routes` routes of its
// own in it.
std::optional<std::vector<std::string>> replace(const fs::path& target, const std::string& text,
                                                std::size_t routes) {
  // Beside the file, where its relative names mean the same.
  const fs::path draft = target.string() + ".new";
  std::error_code error;
  const auto give_up = [&](std::vector<std::string> lines) {
    fs::remove(draft, error);
    return std::optional(std::move(lines));
  };
  {
    std::ofstream out(draft, std::ios::binary | std::ios::trunc);
    out << text << std::flush;
    if (!out) {
      return give_up(
          {draft.string() + ": expected to be writable, found: " + std::generic_category().message(errno)});
    }
  }
  const auto settings = load_file(draft.string());
  if (settings.has_error()) return give_up(settings.error().lines);
  if (const std::size_t found = own_routes(*settings); found != routes) {
    return give_up({target.string() + ": expected " + number(routes) + " routes after the import, found " +
                    number(found) + ": the file is unchanged"});
  }
  if (const fs::file_status status = fs::status(target, error); !error && fs::exists(status)) {
    fs::permissions(draft, status.permissions(), error);
  }
  fs::rename(draft, target, error);
  if (error) return give_up({target.string() + ": expected to be replaceable, found: " + error.message()});
  return std::nullopt;
}

ImportOutcome import_into(const std::string& into, listing::Listing listing, const std::string& source) {
  std::error_code error;
  std::string text;
  config::Settings settings;
  const bool is_new = !fs::exists(into, error);
  if (!is_new) {
    auto read = read_file(into);
    if (read.has_error()) return failed({read.error().text});
    text = *std::move(read);
    auto loaded = load_file(into);
    if (loaded.has_error()) return failed(loaded.error().lines);
    settings = *std::move(loaded);
  }
  listing::settle(listing, settings.routes, settings.matching, settings.route_limits);
  const auto changed = is_new ? listing::print_file(listing) : listing::insert_items(text, listing);
  if (changed.has_error()) {
    return failed({into + ":" + number(changed.error().line) + ": routes: " + changed.error().message});
  }
  ImportOutcome outcome;
  add_remarks(listing, source, outcome.remarks);
  if (is_new || *changed != text) {
    // A link stays a link.
    const fs::path target = is_new ? fs::path(into) : fs::canonical(into, error);
    const std::size_t routes = own_routes(settings) + listing.entries.size();
    if (auto lines = replace(target, *changed, routes)) return failed(*std::move(lines));
  }
  const std::string known =
      listing.known == 0 ? "" : ", " + number(listing.known) + " of the listing are there already";
  outcome.remarks.push_back(into + ": " + number(listing.entries.size()) + " routes added" + known);
  return outcome;
}

}  // namespace

ImportOutcome import_routes(const config::RouteImport& import) {
  const listing::Framework* const framework = listing::find_framework(import.from);
  if (framework == nullptr) {
    std::string words;
    for (const listing::Framework& each : listing::frameworks())
      words += (words.empty() ? "" : ", ") + std::string(each.word);
    return failed({"--from: expected one of " + words + ", found " + wayside::in_quotes(import.from)});
  }
  const bool is_standard_input = import.file == "-";
  const std::string source = is_standard_input ? "standard input" : import.file;
  const auto text = is_standard_input ? read_stream(std::cin, source) : read_file(source);
  if (text.has_error()) return failed({text.error().text});
  auto listing = listing::read_listing(*framework, *text);
  if (listing.has_error()) {
    const listing::ListingError& error = listing.error();
    return failed({source + ":" + number(error.line) + ":" + number(error.column) + ": " + error.message});
  }
  if (!import.into.empty()) return import_into(import.into, *std::move(listing), source);

  listing::settle(*listing, {}, {}, {});
  ImportOutcome outcome;
  outcome.output = listing::print_file(*listing);
  add_remarks(*listing, source, outcome.remarks);
  return outcome;
}

}  // namespace wayside::app
