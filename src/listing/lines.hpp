// The lines of a listing, without what a terminal added: colours, carriage returns, blanks at the end.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::listing {

struct Line {
  std::size_t number = 0;  // from 1
  std::string text;
};

// Every line of `text`, empty ones included.
std::vector<Line> split_lines(std::string_view text);

// A word of a line: characters between blanks.
struct Word {
  std::size_t offset = 0;  // in bytes, in the line
  std::string_view text;   // shows part of the line
};

std::vector<Word> split_words(std::string_view line);

}  // namespace wayside::listing
