#include "wayside/base/utf8.hpp"

#include <algorithm>

namespace wayside {
namespace {

constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";  // U+FFFD

bool is_between(char byte, unsigned low, unsigned high) noexcept {
  const auto value = static_cast<unsigned char>(byte);
  return value >= low && value <= high;
}

}  // namespace

std::size_t utf8_sequence_length(std::string_view text) noexcept {
  if (text.empty()) return 0;
  const auto lead = static_cast<unsigned char>(text[0]);
  std::size_t length = 0;
  unsigned low = 0x80;  // bounds of the second byte, which exclude overlong forms and surrogates
  unsigned high = 0xBF;
  if (lead <= 0x7F) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else {
    return 0;
  }
  if (text.size() < length || !is_between(text[1], low, high)) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (!is_between(text[i], 0x80, 0xBF)) return 0;
  }
  return length;
}

bool is_valid_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string_view replace_invalid_utf8(std::string_view text, std::span<char> out) noexcept {
  static_assert(kReplacementCharacter.size() == kReplacementGrowth);
  char* end = out.data();
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    const std::string_view piece = length == 0 ? kReplacementCharacter : text.substr(0, length);
    end = std::copy(piece.begin(), piece.end(), end);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return {out.data(), static_cast<std::size_t>(end - out.data())};
}

std::string valid_utf8(std::string_view text) {
  std::string valid(text.size() * kReplacementGrowth, '\0');
  valid.resize(replace_invalid_utf8(text, valid).size());
  return valid;
}

}  // namespace wayside
