#include "wayside/base/quote.hpp"

#include "listing/lines.hpp"
#include "listing/methods.hpp"
#include "listing/readers.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace wayside::listing {
namespace {

// One column of the table, in characters: Flask pads by characters, not by bytes.
struct Column {
  std::size_t begin = 0;
  std::size_t width = 0;
};

// The byte at which a character begins; the size of the text where it has fewer characters (UTF-8: a byte
// 10xxxxxx continues a character).
std::size_t byte_of(std::string_view text, std::size_t character) {
  std::size_t byte = 0;
  while (byte < text.size()) {
    const bool begins_character = (static_cast<unsigned char>(text[byte]) & 0xc0U) != 0x80U;
    if (begins_character && character-- == 0) return byte;
    ++byte;
  }
  return byte;
}

std::string_view cell(std::string_view line, Column column) {
  const std::size_t begin = byte_of(line, column.begin);
  std::string_view text = line.substr(begin, byte_of(line.substr(begin), column.width));
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

// Whether the column would cut its cell short: its dashes are not those that Flask printed.
bool cuts(Column column, std::string_view line) {
  const std::size_t end = byte_of(line, column.begin + column.width);
  return end < line.size() && line[end] != ' ';
}

// The runs of a row of dashes; empty where the line is none.
std::vector<Column> columns_of(std::string_view line) {
  std::vector<Column> columns;
  if (line.find_first_not_of("- ") != line.npos) return columns;
  for (const Word& word : split_words(line))
    columns.push_back({word.offset, word.text.size()});
  return columns;
}

std::optional<Column> find_column(std::string_view header, const std::vector<Column>& columns,
                                  std::string_view title) {
  const auto found =
      std::ranges::find_if(columns, [&](Column column) { return cell(header, column) == title; });
  return found == columns.end() ? std::nullopt : std::optional(*found);
}

}  // namespace

Checked<Listing, ListingError> read_flask(std::string_view text, routes::Dialect dialect) {
  const std::vector<Line> lines = split_lines(text);
  Listing listing;
  std::optional<Column> rule;
  std::optional<Column> methods;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Line& line = lines[i];
    if (const auto columns = columns_of(line.text); i > 0 && !columns.empty()) {
      rule = find_column(lines[i - 1].text, columns, "Rule");
      methods = find_column(lines[i - 1].text, columns, "Methods");
      continue;
    }
    if (!rule || !methods || line.text.empty()) continue;  // log lines before the table
    if (cuts(*rule, line.text) || cuts(*methods, line.text)) {
      return ListingError{
          line.number, 1,
          "expected cells as wide as the dashes below the header or shorter, found " + in_quotes(line.text)};
    }
    const std::string_view path = cell(line.text, *rule);
    const std::optional<MethodSet> allowed = read_methods(cell(line.text, *methods));
    if (!path.starts_with('/') || !allowed) {
      return ListingError{
          line.number, byte_of(line.text, methods->begin) + 1,
          "expected methods and a rule as in \"GET  /users/<id>\", found " + in_quotes(line.text)};
    }
    listing.entries.push_back({std::string(path), *allowed, dialect, {}, line.number});
  }
  if (!rule || !methods) {
    return ListingError{1, 1, "expected the header of flask routes (Endpoint, Methods, Rule), found none"};
  }
  return listing;
}

}  // namespace wayside::listing
