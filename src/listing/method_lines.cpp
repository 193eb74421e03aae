#include "wayside/base/quote.hpp"

#include "listing/lines.hpp"
#include "listing/methods.hpp"
#include "listing/readers.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wayside::listing {
namespace {

std::string rest_from(const Line& line, const Word& word) {
  return line.text.substr(word.offset);
}

}  // namespace

Checked<Listing, ListingError> read_method_lines(std::string_view text, routes::Dialect dialect) {
  Listing listing;
  for (const Line& line : split_lines(text)) {
    std::vector<Word> words = split_words(line.text);
    // "[GIN-debug] GET    /ping    --> main.ping (3 handlers)"
    if (!words.empty() && words.front().text == "[GIN-debug]") words.erase(words.begin());
    if (words.size() < 2) continue;
    const std::optional<MethodSet> methods = read_methods(words[0].text);
    if (!methods) continue;
    const std::string_view path = words[1].text;
    if (path.starts_with('/')) {
      listing.entries.push_back({std::string(path), *methods, dialect, {}, line.number});
    } else if (path.find('/') != path.npos) {
      listing.notes.push_back({line.number, rest_from(line, words[1]),
                               "the framework matches this path with a regular expression"});
    }
  }
  return listing;
}

}  // namespace wayside::listing
