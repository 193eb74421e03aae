// Parses the regular expressions of constraints: the part of the common syntax that a finite automaton
// decides, so that matching costs one step for each byte of a path.
//
//     abc   .   [a-z_]   [^/]   \d \D \w \W \s \S   \. and other escaped punctuation
//     (…)   (?:…)   (?P<name>…)   (?<name>…)   a|b   a*   a+   a?   a{2}   a{2,}   a{2,5}
// ^ at the beginning and $ at the end change nothing: a constraint always covers its whole parameter. A lazy
// quantifier (a+?) equals its greedy one, since nothing is captured. A dot and a class like [^/] stand for
// whole characters of UTF-8. Backreferences, look-around, \b and characters beyond ASCII are errors.
#pragma once

#include "wayside/base/result.hpp"

#include "routes/constraint/expression.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wayside::routes {

struct RegexError {
  std::size_t offset = 0;  // in bytes, from 0; the length of the text where its end comes too soon
  std::string message;     // "expected …, found …"
};

// What \w stands for, beside the letters, digits and underscore of ASCII.
enum class WordCharacters : std::uint8_t {
  kAscii,
  kUnicode,  // every character beyond ASCII: which of them are letters is not known here
};

Checked<Expression, RegexError> parse_regex(std::string_view text,
                                            WordCharacters word_characters = WordCharacters::kAscii);

}  // namespace wayside::routes
