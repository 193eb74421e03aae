#include "wayside/routes/route_text.hpp"

#include <algorithm>

namespace wayside::routes {

RouteText split_methods(std::string_view text) noexcept {
  const std::size_t end = text.find_first_of(" \t");
  if (end == std::string_view::npos || end == 0) return {{}, text};
  const std::string_view words = text.substr(0, end);
  const std::size_t start = text.find_first_not_of(" \t", end);
  const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || c == '|' || c == ','; };
  if (start == std::string_view::npos || !std::ranges::all_of(words, is_letter)) return {{}, text};
  RouteText route{{}, text.substr(start)};
  bool has_all = false;
  for (std::size_t from = 0; from <= words.size();) {
    const std::size_t stop = std::min(words.find_first_of("|,", from), words.size());
    const std::string_view word = words.substr(from, stop - from);
    has_all = has_all || word == "ANY" || word == "ALL";
    if (!word.empty()) route.methods.insert(method_from_token(word));
    from = stop + 1;
  }
  if (has_all) route.methods = {};
  return route;
}

}  // namespace wayside::routes
