#include "wayside/base/quote.hpp"
#include "wayside/base/text.hpp"

#include "listing/lines.hpp"
#include "listing/methods.hpp"
#include "listing/readers.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::listing {
namespace {

// A string literal of Go at the beginning of `source`, without its quotes; nothing where there is none, or
// where it has an escape that no pattern needs.
std::optional<std::string> read_literal(std::string_view source) {
  if (source.empty() || (source.front() != '"' && source.front() != '`')) return std::nullopt;
  const char quote = source.front();
  std::string text;
  for (std::size_t i = 1; i < source.size(); ++i) {
    if (source[i] == quote) return text;
    if (quote == '"' && source[i] == '\\') {
      if (++i == source.size() || (source[i] != '\\' && source[i] != '"')) return std::nullopt;
    }
    text += source[i];
  }
  return std::nullopt;
}

// The source without a comment at its end.
std::string_view without_comment(std::string_view source) {
  char quote = '\0';
  for (std::size_t i = 0; i < source.size(); ++i) {
    const char c = source[i];
    if (quote != '\0') {
      if (c == '\\' && quote == '"') {
        ++i;
      } else if (c == quote) {
        quote = '\0';
      }
    } else if (c == '"' || c == '`') {
      quote = c;
    } else if (source.substr(i).starts_with("//")) {
      return source.substr(0, i);
    }
  }
  return source;
}

// "GET example.com/users/{id}": the method is parted from the rest, which is what wayside matches.
std::optional<Entry> entry_of_pattern(std::string_view pattern, std::size_t line, routes::Dialect dialect) {
  MethodSet methods;
  const std::size_t blank = pattern.find_first_of(" \t");
  if (blank != pattern.npos) {
    const auto given = read_methods(pattern.substr(0, blank));
    if (!given) return std::nullopt;
    methods = *given;
    pattern = trim(pattern.substr(blank));
  }
  const bool is_path = pattern.find('/') != pattern.npos && pattern.find_first_of(" \t") == pattern.npos;
  if (!is_path) return std::nullopt;
  return Entry{std::string(pattern), methods, dialect, {}, line};
}

// Reads the calls in one line of Go source; returns whether there is one.
bool read_calls(const Line& line, routes::Dialect dialect, Listing& listing) {
  const std::string_view source = without_comment(line.text);
  bool has_call = false;
  for (std::size_t place = source.find(".Handle"); place != source.npos;
       place = source.find(".Handle", place + 1)) {
    std::string_view call = source.substr(place);
    for (const std::string_view name : {".HandleFunc(", ".Handle("}) {
      if (!call.starts_with(name)) continue;
      has_call = true;
      call.remove_prefix(name.size());
      const auto literal = read_literal(trim(call));
      const auto entry = literal ? entry_of_pattern(*literal, line.number, dialect) : std::nullopt;
      if (entry) {
        listing.entries.push_back(*entry);
      } else if (listing.notes.empty() || listing.notes.back().line != line.number) {
        // Once for the line, all of which it shows.
        listing.notes.push_back(
            {line.number, std::string(trim(source)), "the pattern is no string literal on this line"});
      }
      break;
    }
  }
  return has_call;
}

}  // namespace

Checked<Listing, ListingError> read_go(std::string_view text, routes::Dialect dialect) {
  const std::vector<Line> lines = split_lines(text);
  Listing source;
  bool is_source = false;
  for (const Line& line : lines) {
    if (read_calls(line, dialect, source)) is_source = true;
  }
  if (is_source) return source;

  Listing listing;
  for (const Line& line : lines) {
    const std::string_view pattern = trim(line.text);
    if (pattern.empty() || pattern.starts_with("//") || pattern.starts_with('#')) continue;
    const auto entry = entry_of_pattern(pattern, line.number, dialect);
    if (!entry) {
      return ListingError{
          line.number, line.text.find(pattern) + 1,
          "expected a pattern of net/http as in \"GET /users/{id}\", or Go source with calls of "
          "Handle or HandleFunc, found " +
              in_quotes(pattern)};
    }
    listing.entries.push_back(*entry);
  }
  return listing;
}

}  // namespace wayside::listing
