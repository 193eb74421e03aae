#include "routes/identifier.hpp"

#include "wayside/base/text.hpp"

#include <algorithm>
#include <cstddef>

namespace wayside::routes {
namespace {

constexpr std::size_t kLongestWord = 64;

enum class CharClass { kDigit, kLower, kUpper, kOther };

CharClass class_of(char c) noexcept {
  if (is_digit(c)) return CharClass::kDigit;
  if (!is_letter(c)) return CharClass::kOther;
  return c == to_lower(c) ? CharClass::kLower : CharClass::kUpper;
}

// The characters of one part of a segment by class.
struct CharCounts {
  std::size_t digits = 0;
  std::size_t hex_letters = 0;
  std::size_t other_letters = 0;
  std::size_t upper = 0;
  std::size_t lower = 0;
  std::size_t others = 0;
  std::size_t changes = 0;  // from letter to digit or back, and from a small letter to a capital

  std::size_t letters() const noexcept { return hex_letters + other_letters; }
  std::size_t size() const noexcept { return digits + letters() + others; }
};

CharCounts count_chars(std::string_view part) noexcept {
  CharCounts counts;
  CharClass last = CharClass::kOther;
  for (const char c : part) {
    const CharClass current = class_of(c);
    const bool is_hex = is_letter(c) && is_hex_digit(c);
    counts.digits += current == CharClass::kDigit ? 1U : 0U;
    counts.hex_letters += is_hex ? 1U : 0U;
    counts.other_letters += is_letter(c) && !is_hex ? 1U : 0U;
    counts.upper += current == CharClass::kUpper ? 1U : 0U;
    counts.lower += current == CharClass::kLower ? 1U : 0U;
    counts.others += current == CharClass::kOther ? 1U : 0U;
    // A capital before small letters begins a word: "userName" changes once.
    const bool is_change = current != last && last != CharClass::kOther && current != CharClass::kOther;
    const bool begins_word = last == CharClass::kUpper && current == CharClass::kLower;
    counts.changes += is_change && !begins_word ? 1U : 0U;
    last = current;
  }
  return counts;
}

// "1.0", "2.1.13": versions are words of the program.
bool looks_like_version(std::string_view segment) noexcept {
  std::size_t parts = 0;
  for (bool is_over = false; !is_over; ++parts) {
    const std::size_t dot = segment.find('.');
    const std::string_view part = segment.substr(0, dot);
    is_over = dot == std::string_view::npos;
    if (part.empty() || part.size() > 3 || !std::ranges::all_of(part, is_digit)) return false;
    if (!is_over) segment.remove_prefix(dot + 1);
  }
  return parts == 2 || parts == 3;
}

// Numbers, and texts of digits and punctuation: dates, times, coordinates.
bool is_numeric(std::string_view segment) noexcept {
  constexpr std::string_view kPunctuation = "+-.,:_";
  bool has_digit = false;
  for (const char c : segment) {
    const bool is_of_time = has_digit && (c == 'T' || c == 'Z');  // 2024-01-31T12:00:00Z
    if (!is_digit(c) && !is_of_time && kPunctuation.find(c) == std::string_view::npos) return false;
    has_digit = has_digit || is_digit(c);
  }
  return has_digit;
}

bool is_email(std::string_view segment) noexcept {
  constexpr std::string_view kEncodedAt = "%40";
  std::size_t at = segment.find('@');
  std::size_t size = 1;
  if (at == std::string_view::npos) {
    at = segment.find(kEncodedAt);
    size = kEncodedAt.size();
  }
  if (at == std::string_view::npos || at == 0) return false;
  const std::string_view host = segment.substr(at + size);
  const std::size_t dot = host.find('.');
  return dot != std::string_view::npos && dot != 0 && dot + 1 < host.size();
}

// A text of letters and digits that is no word: a hash, a random token, a serial number.
bool is_token(std::string_view part) noexcept {
  const CharCounts counts = count_chars(part);
  if (counts.others != 0) return false;
  const std::size_t size = counts.size();
  if (counts.letters() == 0) return size >= 4;                                    // order-12345
  if (counts.other_letters == 0 && counts.digits != 0 && size >= 7) return true;  // a1b2c3d
  if (counts.other_letters == 0 && size >= 16) return true;                       // a hash without digits
  if (counts.digits >= 2 && counts.changes >= 3 && size >= 10) return true;       // k3jd82hf1x
  if (counts.digits >= 4 && size >= 8) return true;                               // SKU123456
  return counts.digits != 0 && counts.upper >= 3 && counts.lower >= 3 && counts.changes >= 5 && size >= 16;
}

}  // namespace

bool looks_like_identifier(std::string_view segment) noexcept {
  if (segment.empty()) return false;
  if (segment.size() > kLongestWord) return true;
  if (looks_like_version(segment)) return false;
  if (is_numeric(segment) || is_email(segment)) return true;
  // UUIDs, "cus_9s6XKzkNRiz8i3", "app.3f2a9c1b.js": one token is enough.
  while (!segment.empty()) {
    const std::size_t end = std::min(segment.find_first_of("-_.~:=,!"), segment.size());
    if (is_token(segment.substr(0, end))) return true;
    segment.remove_prefix(std::min(end + 1, segment.size()));
  }
  return false;
}

}  // namespace wayside::routes
