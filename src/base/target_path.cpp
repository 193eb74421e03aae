#include "wayside/base/target_path.hpp"

#include "wayside/base/text.hpp"

#include <algorithm>

namespace wayside {
namespace {

// scheme of RFC 3986 section 3.1.
bool is_scheme(std::string_view text) noexcept {
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  });
}

}  // namespace

std::string_view skip_authority(std::string_view target) noexcept {
  constexpr std::string_view kSeparator = "://";
  const std::size_t separator = target.find(kSeparator);
  if (separator == std::string_view::npos || !is_scheme(target.substr(0, separator))) return {};
  target.remove_prefix(separator + kSeparator.size());
  target.remove_prefix(std::min(target.find_first_of("/?#"), target.size()));
  return target.starts_with('/') ? target : "/";
}

std::string_view path_of(std::string_view target) noexcept {
  target = from_path_on(target);
  return target.substr(0, target.find_first_of("?#"));
}

}  // namespace wayside
