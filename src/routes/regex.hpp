// The regular expressions that a constraint may be written in: the part of the common syntax that an
// automaton without memory can decide, so that no path ever costs more than one look at each of its octets.
//
//     abc   .   [a-z_]   [^/]   \d \D \w \W \s \S   \. and other escaped punctuation
//     (…)   (?:…)   a|b   a*   a+   a?   a{2}   a{2,}   a{2,5}
// ^ at the beginning and $ at the end are allowed and mean nothing more: a constraint always covers its whole
// parameter. A lazy quantifier (a+?) is the same as its greedy one where nothing is captured. Backreferences,
// look-around, \b and the like are errors, as is what is not ASCII.
#pragma once

#include "wayside/base/result.hpp"

#include "routes/expression.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace wayside::routes {

struct RegexError {
  std::size_t offset = 0;  // of the octet at fault, from 0; the length of the text where something is missing
  std::string message;     // "expected …, found …"
};

Checked<Expression, RegexError> parse_regex(std::string_view text);

}  // namespace wayside::routes
