// Percent-encoding of paths and queries (RFC 3986 section 2).
#pragma once

#include "wayside/base/text.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace wayside {

// "%20": the size of an encoded byte.
inline constexpr std::size_t kPercentTriple = 3;

// The byte encoded by the triple at text[at], at < text.size(); -1 if there is no "%" with two hexadecimal
// digits.
constexpr int percent_decoded_byte(std::string_view text, std::size_t at) noexcept {
  if (text[at] != '%' || at + kPercentTriple > text.size()) return -1;
  const int high = hex_value(text[at + 1]);
  const int low = hex_value(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// unreserved of RFC 3986 section 2.3: characters that mean the same encoded or not.
constexpr bool is_unreserved(char c) noexcept {
  return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

// pchar of RFC 3986 section 3.3 without its percent sign: characters of a path segment that need no encoding.
constexpr bool is_segment_char(char c) noexcept {
  constexpr std::string_view kOthers = "!$&'()*+,;=:@";
  return is_unreserved(c) || kOthers.find(c) != std::string_view::npos;
}

// `text` with every triple decoded. A percent sign without two hexadecimal digits stays. Throws
// std::bad_alloc.
std::string percent_decoded(std::string_view text);

// `text` with every byte encoded that is_segment_char() does not permit. Throws std::bad_alloc.
std::string percent_encoded(std::string_view text);

}  // namespace wayside
