// Comma-separated lists of tokens, as in Connection, TE and Trailer (RFC 9110 section 5.6.1).
#pragma once

#include "wayside/base/text.hpp"

#include <cstddef>
#include <string_view>

namespace wayside::http {

// Calls `visit` with each non-empty element of `list`, trimmed, until it returns false. Does not parse quoted
// strings.
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
