// Percent-encoding (RFC 3986 section 2) as the matching of paths needs it.
#pragma once

#include <string>
#include <string_view>

namespace wayside::routes {

// The octet that two hexadecimal digits stand for, or -1 where one of them is none.
constexpr int octet_of_hex(char high, char low) noexcept {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
  };
  const int first = digit(high);
  const int second = digit(low);
  return first < 0 || second < 0 ? -1 : first * 16 + second;
}

// RFC 3986 section 2.3: octets that mean the same encoded or not.
constexpr bool is_unreserved(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

// pchar of RFC 3986 section 3.3: what may stand in a segment as it is. The percent sign is not among them.
constexpr bool is_segment_char(char c) noexcept {
  constexpr std::string_view kOthers = "!$&'()*+,;=:@";
  return is_unreserved(c) || kOthers.find(c) != std::string_view::npos;
}

// The text as it may stand in a segment of a path.
std::string percent_encoded(std::string_view text);

}  // namespace wayside::routes
