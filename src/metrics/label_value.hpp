// Any bytes, made fit to be a label value of the text format.
//
// Labels come from configuration files and, through them, from anyone's route names: the format wants UTF-8,
// and three characters escaped. Knows nothing of the rest of the format.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace wayside::metrics {

// `text` with every byte that is not part of well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms,
// nothing past U+10FFFF) replaced by U+FFFD.
std::string valid_utf8(std::string_view text);

bool is_valid_utf8(std::string_view text) noexcept;

// The same as valid_utf8, into `out`, which has kReplacementGrowth bytes for each byte of `text`.
inline constexpr std::size_t kReplacementGrowth = 3;
std::string_view replace_invalid_utf8(std::string_view text, std::span<char> out) noexcept;

// `text` with backslash, double quote and line feed written as \\, \" and \n: what stands between the quotes
// of a label. Escaping is injective: different texts stay different.
std::string escaped_label_value(std::string_view text);

}  // namespace wayside::metrics
