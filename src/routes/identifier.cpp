#include "routes/identifier.hpp"

#include <algorithm>
#include <cstddef>

namespace wayside::routes {
namespace {

constexpr std::size_t kLongestWord = 64;  // what is longer is no word of a program

// One part of a segment, counted.
struct Census {
  std::size_t digits = 0;
  std::size_t hex_letters = 0;
  std::size_t other_letters = 0;
  std::size_t upper = 0;
  std::size_t lower = 0;
  std::size_t others = 0;
  std::size_t changes = 0;  // between letters and digits, and from small letters to capitals

  std::size_t letters() const noexcept { return hex_letters + other_letters; }
  std::size_t size() const noexcept { return digits + letters() + others; }
};

enum class Sort { kDigit, kLower, kUpper, kOther };

Sort sort_of(char c) noexcept {
  if (c >= '0' && c <= '9') return Sort::kDigit;
  if (c >= 'a' && c <= 'z') return Sort::kLower;
  if (c >= 'A' && c <= 'Z') return Sort::kUpper;
  return Sort::kOther;
}

Census count(std::string_view part) noexcept {
  Census census;
  Sort last = Sort::kOther;
  for (const char c : part) {
    const Sort sort = sort_of(c);
    const bool is_letter = sort == Sort::kLower || sort == Sort::kUpper;
    const bool is_hex = is_letter && (c | 0x20) <= 'f';
    census.digits += sort == Sort::kDigit ? 1U : 0U;
    census.hex_letters += is_hex ? 1U : 0U;
    census.other_letters += is_letter && !is_hex ? 1U : 0U;
    census.upper += sort == Sort::kUpper ? 1U : 0U;
    census.lower += sort == Sort::kLower ? 1U : 0U;
    census.others += sort == Sort::kOther ? 1U : 0U;
    // A capital before small letters begins a word: "userName" changes once.
    const bool is_change = sort != last && last != Sort::kOther && sort != Sort::kOther;
    const bool begins_word = last == Sort::kUpper && sort == Sort::kLower;
    census.changes += is_change && !begins_word ? 1U : 0U;
    last = sort;
  }
  return census;
}

// "1.0", "2.1.13": a version, which is a word of the program.
bool looks_like_version(std::string_view segment) noexcept {
  std::size_t parts = 0;
  for (bool is_over = false; !is_over; ++parts) {
    const std::size_t dot = segment.find('.');
    const std::string_view part = segment.substr(0, dot);
    is_over = dot == std::string_view::npos;
    const bool is_number = std::ranges::all_of(part, [](char c) { return sort_of(c) == Sort::kDigit; });
    if (part.empty() || part.size() > 3 || !is_number) return false;
    if (!is_over) segment.remove_prefix(dot + 1);
  }
  return parts == 2 || parts == 3;
}

// Numbers, and what is written with digits and punctuation: dates, times, coordinates.
bool is_numeric(std::string_view segment) noexcept {
  constexpr std::string_view kPunctuation = "+-.,:_";
  bool has_digit = false;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    const bool is_digit = sort_of(segment[i]) == Sort::kDigit;
    // 2024-01-31T12:00:00Z
    const bool is_of_time = has_digit && (segment[i] == 'T' || segment[i] == 'Z');
    if (!is_digit && !is_of_time && kPunctuation.find(segment[i]) == std::string_view::npos) return false;
    has_digit = has_digit || is_digit;
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

// A run of letters and digits that no word is: hashes, random tokens, serial numbers.
bool is_token(std::string_view part) noexcept {
  const Census census = count(part);
  if (census.others != 0) return false;
  const std::size_t size = census.size();
  if (census.letters() == 0) return size >= 4;                                    // order-12345
  if (census.other_letters == 0 && census.digits != 0 && size >= 7) return true;  // a1b2c3d
  if (census.other_letters == 0 && size >= 16) return true;                       // a hash without digits
  if (census.digits >= 2 && census.changes >= 3 && size >= 10) return true;       // k3jd82hf1x
  if (census.digits >= 4 && size >= 8) return true;                               // SKU123456
  return census.digits != 0 && census.upper >= 3 && census.lower >= 3 && census.changes >= 5 && size >= 16;
}

}  // namespace

bool looks_like_identifier(std::string_view segment) noexcept {
  if (segment.empty()) return false;
  if (segment.size() > kLongestWord) return true;
  if (looks_like_version(segment)) return false;
  if (is_numeric(segment) || is_email(segment)) return true;
  // UUIDs, "cus_9s6XKzkNRiz8i3", "app.3f2a9c1b.js": one part that is a token is enough.
  while (!segment.empty()) {
    const std::size_t end = std::min(segment.find_first_of("-_.~:=,!"), segment.size());
    if (is_token(segment.substr(0, end))) return true;
    segment.remove_prefix(std::min(end + 1, segment.size()));
  }
  return false;
}

}  // namespace wayside::routes
