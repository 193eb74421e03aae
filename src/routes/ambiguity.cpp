#include "wayside/base/quote.hpp"
#include "wayside/routes/lint.hpp"

#include "routes/tokens.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <fmt/format.h>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

namespace wayside::routes {
namespace {

// Entries that are read in every dialect, which takes some microseconds for each.
constexpr std::size_t kMaxEntries = 2'000;

constexpr std::string_view kSpecial = "{}<>:*()[]?+\\";
constexpr std::string_view kSpecialOrSlash = "{}<>:*()[]?+\\/";

using Dialects = std::bitset<kDialectCount>;

// A reading, without what a constraint allows: "/users/{}", "/static/{...}", "/a[/{}]".
std::string shape_of(const TokenizedTemplate& read, MatchOptions options) {
  std::string shape;
  std::size_t group = 0;
  for (const Token& token : read.tokens) {
    if (token.optional != group) {
      if (group != 0) shape += ']';
      if (token.optional != 0) shape += '[';
      group = token.optional;
    }
    switch (token.kind) {
      case Token::Kind::kSlash:
        shape += '/';
        break;
      case Token::Kind::kText:
        shape += token.text;
        break;
      case Token::Kind::kParameter:
        shape += "{}";
        break;
      case Token::Kind::kCatchSome:
        shape += "{.../}";  // one segment or more
        break;
      case Token::Kind::kCatchAll:
      case Token::Kind::kCrossing:
        shape += "{...}";
        break;
      case Token::Kind::kEnd:
        break;
    }
  }
  if (group != 0) shape += ']';
  if (options.trailing_slash_matters) return shape;
  if (shape.size() > 1 && shape.ends_with('/')) shape.pop_back();
  // With and without the parameter, "/a/[{}]" of Sinatra matches the same as "/a[/{}]".
  for (std::size_t at = shape.find("/[{"); at != std::string::npos; at = shape.find("/[{", at))
    shape.replace(at, 2, "[/");
  return shape;
}

bool may_be_ambiguous(std::string_view text) noexcept {
  return text.ends_with('/') || text.find_first_of("*?+(:") != std::string_view::npos ||
         text.find("{/") != std::string_view::npos;
}

// "Express 4, Fastify and chi".
std::string listed(const std::vector<Dialect>& dialects) {
  std::string text;
  for (std::size_t i = 0; i < dialects.size(); ++i) {
    if (i != 0) text += i + 1 == dialects.size() ? " and " : ", ";
    text += framework_of(dialects[i]);
  }
  return text;
}

// The readings of one entry in the dialects that are `plausible` and understand it.
std::map<std::string, std::vector<Dialect>> readings_of(std::string_view path, Dialects plausible,
                                                        MatchOptions options) {
  std::map<std::string, std::vector<Dialect>> readings;
  for (const Dialect dialect : kDialects) {
    if (dialect == Dialect::kAuto || !plausible.test(static_cast<std::size_t>(dialect))) continue;
    const auto read = tokenize(path, dialect);
    if (read.has_value() && !read->is_doubtful) readings[shape_of(*read, options)].push_back(dialect);
  }
  return readings;
}

// The dialects in which all of the entries may have been written.
Dialects plausible_for(std::span<const RouteSpec> specs, std::span<const std::size_t> entries) {
  Dialects plausible;
  plausible.set();
  for (const std::size_t entry : entries) {
    for (const Dialect dialect : kDialects) {
      const auto index = static_cast<std::size_t>(dialect);
      if (dialect == Dialect::kAuto || !plausible.test(index)) continue;
      const auto read = tokenize(specs[entry].path, dialect);
      if (read.has_error() || read->is_doubtful) plausible.reset(index);
    }
  }
  return plausible;
}

}  // namespace

std::vector<RouteHint> lint_dialects(std::span<const RouteSpec> specs, MatchOptions options) {
  std::vector<std::size_t> entries;  // without a dialect, and not plain
  for (std::size_t i = 0; i < specs.size() && entries.size() < kMaxEntries; ++i) {
    const bool is_plain = specs[i].path.find_first_of(kSpecialOrSlash, 1) == std::string::npos;
    // "/" alone, everything in Go, is left out: files of every framework have it.
    if (specs[i].dialect == Dialect::kAuto && !is_plain) entries.push_back(i);
  }
  Dialects plausible = plausible_for(specs, entries);
  // A file of several frameworks: each entry that has special characters stands for itself.
  const bool is_mixed = (plausible.to_ulong() & ~1UL) == 0;
  if (is_mixed) plausible.set();
  struct Hint {
    RouteHint first;
    std::size_t further = 0;
  };
  std::map<std::vector<Dialect>, Hint> by_difference;  // the dialects that differ from the reading in force
  for (const std::size_t entry : entries) {
    const std::string& path = specs[entry].path;
    if (!may_be_ambiguous(path) || (is_mixed && path.find_first_of(kSpecial) == std::string::npos)) continue;
    const auto readings = readings_of(path, plausible, options);
    if (readings.size() < 2) continue;
    const std::string own = shape_of(*tokenize(path, Dialect::kAuto), options);
    std::vector<Dialect> others;
    std::string text;
    for (const auto& [shape, dialects] : readings) {
      if (shape == own) continue;
      others.insert(others.end(), dialects.begin(), dialects.end());
      text += fmt::format("{}{} in {}", text.empty() ? "" : ", ", shape, listed(dialects));
    }
    const auto same = readings.find(own);
    const std::string as = same == readings.end() ? "" : fmt::format(", as in {}", listed(same->second));
    auto [known, is_new] = by_difference.try_emplace(others);
    if (!is_new) {
      ++known->second.further;
      continue;
    }
    known->second.first = {
        entry,
        fmt::format("{} is read as {}{}; it would be {}: set \"dialect\" to the framework whose spelling "
                    "it is",
                    in_quotes(path), own, as, text)};
  }
  std::vector<RouteHint> hints;
  for (auto& [others, hint] : by_difference) {
    if (hint.further != 0) hint.first.message += fmt::format(" (the same holds for {} more)", hint.further);
    hints.push_back(std::move(hint.first));
  }
  std::ranges::stable_sort(hints, {}, &RouteHint::spec);
  return hints;
}

}  // namespace wayside::routes
