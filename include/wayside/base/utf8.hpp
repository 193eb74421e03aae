// Checks and repairs untrusted text for formats that require UTF-8.
//
// Well-formed UTF-8 has no surrogates, no overlong forms and nothing past U+10FFFF (RFC 3629).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace wayside {

// Length of the well-formed sequence that `text` starts with, by the table of RFC 3629 section 4; 0 if there
// is none.
std::size_t utf8_sequence_length(std::string_view text) noexcept;

bool is_valid_utf8(std::string_view text) noexcept;

// `text` with every byte that is not part of a well-formed sequence replaced by U+FFFD.
std::string valid_utf8(std::string_view text);

// The same, written to `out`, which has kReplacementGrowth bytes for each byte of `text`.
inline constexpr std::size_t kReplacementGrowth = 3;
std::string_view replace_invalid_utf8(std::string_view text, std::span<char> out) noexcept;

}  // namespace wayside
