#include "wayside/http/traceparent.hpp"

#include <cstddef>

namespace wayside::http {
namespace {

// Takes `digits` hexadecimal digits, at most 16, off `text`.
std::optional<std::uint64_t> take_hex(std::string_view& text, std::size_t digits) noexcept {
  if (text.size() < digits) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text.substr(0, digits)) {
    const bool is_letter = c >= 'a' && c <= 'f';
    if (!is_letter && (c < '0' || c > '9')) return std::nullopt;
    value = value << 4U | static_cast<std::uint64_t>(is_letter ? c - 'a' + 10 : c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take_dash(std::string_view& text) noexcept {
  if (!text.starts_with('-')) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<TraceParent> parse_traceparent(std::string_view value) noexcept {
  constexpr std::uint64_t kInvalidVersion = 0xFF;
  constexpr std::uint64_t kSampled = 0x01;
  const auto version = take_hex(value, 2);
  if (!version || *version == kInvalidVersion || !take_dash(value)) return std::nullopt;
  const auto high = take_hex(value, 16);
  if (!high) return std::nullopt;
  const auto low = take_hex(value, 16);
  if (!low || !take_dash(value)) return std::nullopt;
  const auto parent = take_hex(value, 16);
  if (!parent || !take_dash(value)) return std::nullopt;
  const auto flags = take_hex(value, 2);
  const bool is_whole = value.empty() || (*version != 0 && value.starts_with('-'));
  if (!flags || !is_whole || (*high == 0 && *low == 0) || *parent == 0) return std::nullopt;
  return TraceParent{*high, *low, *parent, (*flags & kSampled) != 0};
}

}  // namespace wayside::http
