#include "openapi/input.hpp"

#include "wayside/base/percent.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

namespace wayside::openapi {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kEscape = 6;  // a backslash, u and four digits

// What stands for some bytes of the text.
struct Piece {
  std::size_t taken = 1;         // bytes of the text
  std::array<char, 10> bytes{};  // what replaces them
  std::size_t size = 0;          // of `bytes`; 0: they stay as they are
};

Piece kept(std::size_t taken) noexcept {
  return {taken, {}, 0};
}

Piece replaced(std::size_t taken, std::string_view by) noexcept {
  Piece piece{taken, {}, by.size()};
  std::ranges::copy(by, piece.bytes.begin());
  return piece;
}

// The UTF-16 code unit of the JSON escape at `at`: a backslash, u and four hexadecimal digits (RFC 8259
// section 7). Nothing if there is no such escape.
std::optional<unsigned> escaped_unit(std::string_view text, std::size_t at) noexcept {
  if (at + kEscape > text.size() || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
  unsigned unit = 0;
  for (const char c : text.substr(at + 2, 4)) {
    if (!is_hex_digit(c)) return std::nullopt;
    unit = unit << 4U | static_cast<unsigned>(hex_value(c));
  }
  return unit;
}

bool is_high(unsigned unit) noexcept {
  return unit >= 0xD800 && unit < 0xDC00;
}

bool is_low(unsigned unit) noexcept {
  return unit >= 0xDC00 && unit < 0xE000;
}

Piece escape_at(std::string_view text, std::size_t at) noexcept {
  if (text.substr(at + 1, 1) == "\\") return kept(2);  // an escaped backslash
  const auto unit = escaped_unit(text, at);
  if (!unit || (!is_high(*unit) && !is_low(*unit))) return kept(1);
  const auto next = escaped_unit(text, at + kEscape);
  if (!is_high(*unit) || !next || !is_low(*next)) return replaced(kEscape, "\\uFFFD");
  const unsigned code = 0x10000 + ((*unit - 0xD800) << 10U) + (*next - 0xDC00);
  Piece piece = replaced(2 * kEscape, "\\U00000000");
  for (std::size_t digit = 0; digit < 8; ++digit)
    piece.bytes[2 + digit] = kUpperHexDigits[(code >> (28 - 4 * digit)) & 15U];
  return piece;
}

// By byte: a table, because every byte of a document is looked at.
constexpr std::array<bool, 256> kMayChange = [] {
  std::array<bool, 256> may{};
  for (const std::size_t byte : {0x5CU, 0x7FU, 0xC2U, 0xE2U, 0xEFU})
    may[byte] = true;
  return may;
}();

bool may_change(unsigned char byte) noexcept {
  return kMayChange[byte];
}

// `text[at]` may change.
Piece piece_at(std::string_view text, std::size_t at) noexcept {
  const auto byte = [&](std::size_t offset) -> unsigned {
    return at + offset < text.size() ? static_cast<unsigned char>(text[at + offset]) : 0;
  };
  switch (byte(0)) {
    case '\\':
      return escape_at(text, at);
    case 0x7F:
      return replaced(1, kReplacement);
    case 0xC2:  // U+0080 to U+00BF
      if (byte(1) >= 0x80 && byte(1) < 0xA0) return replaced(2, kReplacement);
      break;
    case 0xE2:
      if (byte(1) == 0x80 && (byte(2) == 0xA8 || byte(2) == 0xA9)) return replaced(3, kReplacement);
      break;
    case 0xEF:
      if (byte(1) == 0xBB && byte(2) == 0xBF) return replaced(3, kReplacement);
      if (byte(1) == 0xBF && (byte(2) == 0xBE || byte(2) == 0xBF)) return replaced(3, kReplacement);
      break;
    default:
      break;
  }
  return kept(1);
}

bool begins_character(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80;
}

// The characters of valid UTF-8.
std::size_t characters_of(std::string_view bytes) noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(bytes, begins_character));
}

bool begins_as_utf16(std::string_view text) noexcept {
  return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF");
}

}  // namespace

Input::Input(std::string_view text) noexcept : text_(text), is_utf16_(begins_as_utf16(text)) {
  if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
}

std::size_t Input::read(std::span<unsigned char> out) noexcept {
  std::size_t size = 0;
  const auto append = [&](std::string_view bytes) {
    if (!bytes.empty()) std::memcpy(&out[size], bytes.data(), bytes.size());
    size += bytes.size();
  };
  while (at_ < text_.size() && size < out.size()) {
    const std::string_view room = text_.substr(at_, out.size() - size);
    const auto* const changes = is_utf16_ ? room.end() : std::ranges::find_if(room, [](char c) {
      return may_change(static_cast<unsigned char>(c));
    });
    const auto plain = static_cast<std::size_t>(changes - room.begin());
    append(room.substr(0, plain));
    at_ += plain;
    if (plain == room.size()) break;
    const Piece piece = piece_at(text_, at_);
    const std::string_view bytes =
        piece.size == 0 ? text_.substr(at_, piece.taken) : std::string_view(piece.bytes.data(), piece.size);
    if (bytes.size() > out.size() - size) break;
    append(bytes);
    at_ += piece.taken;
  }
  return size;
}

Place Input::place_of(const Mark& mark) const noexcept {
  if (is_utf16_) return {mark.line + 1, mark.column + 1};
  return place_behind(mark.character, Unit::kCharacters);
}

Place Input::place_of_byte(std::size_t offset) const noexcept {
  return is_utf16_ ? Place{} : place_behind(offset, Unit::kBytes);
}

Place Input::place_behind(std::size_t count, Unit unit) const noexcept {
  std::size_t at = 0;
  for (std::size_t done = 0; done < count && at < text_.size();) {
    const Piece piece = may_change(static_cast<unsigned char>(text_[at])) ? piece_at(text_, at) : kept(1);
    const std::string_view bytes =
        piece.size == 0 ? text_.substr(at, piece.taken) : std::string_view(piece.bytes.data(), piece.size);
    done += unit == Unit::kBytes ? bytes.size() : characters_of(bytes);
    at += piece.taken;
  }
  // The other bytes of the last character.
  while (unit == Unit::kCharacters && at < text_.size() && !begins_character(text_[at]))
    ++at;
  Place place;
  std::size_t line_begin = 0;
  for (std::size_t i = 0; i < at; ++i) {
    const bool is_break = text_[i] == '\n' || (text_[i] == '\r' && text_.substr(i + 1, 1) != "\n");
    if (!is_break) continue;
    ++place.line;
    line_begin = i + 1;
  }
  place.column = at - line_begin + 1;
  return place;
}

}  // namespace wayside::openapi
