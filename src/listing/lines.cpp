#include "listing/lines.hpp"

#include <algorithm>

namespace wayside::listing {
namespace {

constexpr std::string_view kBlanks = " \t";

// Control sequences of a terminal (ECMA-48 section 5.4): ESC [, parameters, one final byte.
std::string without_colours(std::string_view line) {
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (!line.substr(i).starts_with("\x1b[")) {
      out += line[i];
      continue;
    }
    i += 2;
    while (i < line.size() && (line[i] < '@' || line[i] > '~'))
      ++i;
  }
  return out;
}

}  // namespace

std::vector<Line> split_lines(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::vector<Line> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string line = without_colours(text.substr(0, end));
    line.erase(line.find_last_not_of(" \t\r") + 1);
    lines.push_back({lines.size() + 1, std::move(line)});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::vector<Word> split_words(std::string_view line) {
  std::vector<Word> words;
  std::size_t begin = line.find_first_not_of(kBlanks);
  while (begin < line.size()) {
    const std::size_t end = std::min(line.find_first_of(kBlanks, begin), line.size());
    words.push_back({begin, line.substr(begin, end - begin)});
    begin = line.find_first_not_of(kBlanks, end);
  }
  return words;
}

}  // namespace wayside::listing
