#include "wayside/base/quote.hpp"
#include "wayside/base/text.hpp"

#include "listing/readers.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wayside::listing {
namespace {

using routes::Dialect;

// How express-list-routes prints a parameter in the path that a router is mounted on (Express 4): the
// expression that the router is matched with.
constexpr std::string_view kMountedParameter = "(?:/([^/]+?))";
// How it prints every path that a router is mounted on in Express 5.
constexpr std::string_view kUnknownMount = "/~/";

// A path that Express was given as a regular expression, "/.*fly$/" or "/^\/x/i".
bool is_expression(std::string_view path) {
  const std::size_t end = path.find_last_of('/');
  const std::string_view flags = path.substr(end + 1);
  if (end == 0 || !std::ranges::all_of(flags, [](char c) { return c >= 'a' && c <= 'z'; })) return false;
  constexpr std::array<std::string_view, 7> kSigns = {"$", "^", "[", "\\", ".*", ".+", "(?"};
  const std::string_view body = path.substr(0, end);
  return std::ranges::any_of(kSigns, [&](std::string_view sign) { return body.find(sign) != body.npos; });
}

// "/a1,/a2": a route with several paths.
std::vector<std::string> split_paths(std::string_view text) {
  std::vector<std::string> paths;
  for (std::size_t end = 0; end != text.npos; text.remove_prefix(std::min(end + 1, text.size()))) {
    end = text.find(",/");
    paths.emplace_back(text.substr(0, end));
  }
  return paths;
}

std::string with_named_mounts(std::string path) {
  for (std::size_t number = 1;; ++number) {
    const std::size_t place = path.find(kMountedParameter);
    if (place == path.npos) return path;
    path.replace(place, kMountedParameter.size(), "/:mount" + std::to_string(number));
  }
}

// The version that alone reads `path`: Express 5 names a catch-all and puts optional parts in braces; Express
// 4 has "*" without a name, "?", "+" and expressions in parentheses.
std::optional<Dialect> version_of(std::string_view path) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char next = i + 1 < path.size() ? path[i + 1] : '\0';
    if (path[i] == '\\') {
      ++i;
    } else if (path[i] == '{' || (path[i] == '*' && (is_letter(next) || next == '_' || next == '"'))) {
      return Dialect::kExpress5;
    } else if (path[i] == '*' || path[i] == '?' || path[i] == '+' || path[i] == '(') {
      return Dialect::kExpress4;
    }
  }
  return std::nullopt;
}

// The version that the listing is of; an error where its routes disagree. Express 5 where all read alike.
Checked<Dialect, ListingError> version_of(const std::vector<Entry>& entries) {
  std::optional<Dialect> version;
  for (const Entry& entry : entries) {
    const std::optional<Dialect> own = version_of(entry.path);
    if (own && version && own != version) {
      return ListingError{entry.line, 1,
                          "expected the spelling of one version of Express, found " + in_quotes(entry.path) +
                              " beside paths of the other: use --from express4 or --from express5"};
    }
    if (own) version = own;
  }
  return version.value_or(Dialect::kExpress5);
}

}  // namespace

Checked<Listing, ListingError> read_express(std::string_view text, Dialect dialect) {
  auto lines = read_method_lines(text, dialect);
  if (lines.has_error()) return lines.error();
  Listing listing;
  listing.notes = std::move(lines->notes);
  for (const Entry& line : lines->entries) {
    if (is_expression(with_named_mounts(line.path))) {
      listing.notes.push_back(
          {line.line, line.path, "the framework matches this path with a regular expression"});
      continue;
    }
    if (line.path.starts_with(kUnknownMount)) {
      return ListingError{
          line.line, 1,
          "expected the path that the router is mounted on, found " + in_quotes(line.path) +
              ": express-list-routes does not see it in Express 5; list each router with "
              "expressListRoutes(router, {prefix: '/mount'}), or write the path in place of /~"};
    }
    for (const std::string& path : split_paths(line.path)) {
      Entry entry = line;
      entry.path = with_named_mounts(path);
      listing.entries.push_back(std::move(entry));
    }
  }
  if (dialect != Dialect::kAuto) return listing;
  const auto version = version_of(listing.entries);
  if (version.has_error()) return version.error();
  for (Entry& entry : listing.entries)
    entry.dialect = *version;
  return listing;
}

}  // namespace wayside::listing
