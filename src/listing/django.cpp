#include "wayside/base/quote.hpp"

#include "listing/json.hpp"
#include "listing/lines.hpp"
#include "listing/readers.hpp"

#include <set>
#include <string>
#include <utility>

namespace wayside::listing {
namespace {

// show_urls prints "<var>" for each group without a name: numbered, because parameters of one template have
// different names.
std::string with_distinct_names(std::string_view path) {
  std::string out;
  std::set<std::string, std::less<>> names;
  while (!path.empty()) {
    const std::size_t open = path.find('<');
    const std::size_t close = path.find('>', open);
    if (open == path.npos || close == path.npos) break;
    std::string name(path.substr(open + 1, close - open - 1));
    out += path.substr(0, open + 1);
    if (!names.insert(name).second) name += std::to_string(names.size() + 1);
    names.insert(name);
    out += name + '>';
    path.remove_prefix(close + 1);
  }
  out += path;
  return out;
}

// Whether the word is an expression of re_path(), or a pattern of path(), to which show_urls adds a slash.
bool is_pattern(std::string_view word) {
  return word.starts_with('/') || word.starts_with('^');
}

Entry entry_of_url(std::string_view pattern, std::size_t line, routes::Dialect dialect) {
  const bool is_expression = pattern.starts_with('^');
  return {is_expression ? std::string(pattern) : with_distinct_names(pattern), {}, dialect, {}, line};
}

Checked<Listing, ListingError> read_json(std::string_view text, routes::Dialect dialect) {
  const auto document = parse_json(text);
  if (document.has_error()) return document.error();
  Listing listing;
  for (const YAML::Node& item : *document) {
    const bool has_url = item.IsMap() && item["url"].IsDefined() && item["url"].IsScalar();
    if (!has_url) return ListingError{line_of(item), 1, "expected an object with \"url\", found none"};
    listing.entries.push_back(entry_of_url(item["url"].Scalar(), line_of(item), dialect));
  }
  return listing;
}

}  // namespace

Checked<Listing, ListingError> read_django(std::string_view text, routes::Dialect dialect) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin != text.npos && text[begin] == '[') return read_json(text, dialect);
  Listing listing;
  // The formats dense, aligned and table have the pattern first, verbose alone on a line; other lines have
  // none.
  for (const Line& line : split_lines(text)) {
    // Patterns may contain blanks; columns are parted by a tab, two blanks or " | ".
    if (!is_pattern(line.text)) continue;
    const std::size_t end = std::min({line.text.find('\t'), line.text.find("  "), line.text.find(" |")});
    listing.entries.push_back(entry_of_url(std::string_view(line.text).substr(0, end), line.number, dialect));
  }
  return listing;
}

}  // namespace wayside::listing
