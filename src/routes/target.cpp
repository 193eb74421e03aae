#include "routes/target.hpp"

#include <algorithm>

namespace wayside::routes {
namespace {

// scheme of RFC 3986 section 3.1.
bool is_scheme(std::string_view text) noexcept {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_scheme_char = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  };
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, is_scheme_char);
}

}  // namespace

std::string_view path_of(std::string_view target) noexcept {
  if (!target.starts_with('/')) {
    constexpr std::string_view kSeparator = "://";
    const std::size_t separator = target.find(kSeparator);
    if (separator == std::string_view::npos || !is_scheme(target.substr(0, separator))) return {};
    target.remove_prefix(separator + kSeparator.size());
    target.remove_prefix(std::min(target.find_first_of("/?#"), target.size()));
    // An empty path of an http URI is "/" (RFC 9110 section 4.2.3).
    if (!target.starts_with('/')) return "/";
  }
  return target.substr(0, target.find_first_of("?#"));
}

}  // namespace wayside::routes
