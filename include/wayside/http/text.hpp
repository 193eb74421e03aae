// Small questions about the characters of HTTP, locale-free (RFC 9110 section 5.6).
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace wayside::http {

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

constexpr bool is_hex_digit(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

constexpr char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Field names and many tokens compare without case (RFC 9110 section 5.1).
constexpr bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (to_lower(a[i]) != to_lower(b[i])) return false;
  }
  return true;
}

// Of letters, digits and `others`: for questions that are asked of every byte.
constexpr std::array<bool, 256> alphanumeric_or(std::string_view others) noexcept {
  std::array<bool, 256> table{};
  for (std::size_t byte = 0; byte < table.size(); ++byte) {
    const char c = static_cast<char>(byte);
    table[byte] = is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || others.find(c) != others.npos;
  }
  return table;
}

inline constexpr std::array<bool, 256> kTokenChars = alphanumeric_or("!#$%&'*+-.^_`|~");

// tchar of RFC 9110 section 5.6.2.
constexpr bool is_token_char(char c) noexcept {
  return kTokenChars[static_cast<unsigned char>(c)];
}

constexpr std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

// Calls `visit` with each element of a comma-separated list (RFC 9110 section 5.6.1), trimmed, empty ones
// left out. `visit` returns false to stop. Quoted strings are not understood: for lists of tokens only.
template <class Visit>
constexpr void for_each_token(std::string_view list, Visit&& visit) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    const std::string_view element = trim(list.substr(0, comma));
    if (!element.empty() && !visit(element)) return;
    if (comma == list.npos) return;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace wayside::http
