// Any bytes, made fit to be a label value of the text format.
//
// Labels come from configuration files and, through them, from anyone's route names: the format wants UTF-8,
// and three characters escaped. Knows nothing of the rest of the format.
#pragma once

#include <string>
#include <string_view>

namespace wayside::metrics {

// `text` with every byte that is not part of well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms,
// nothing past U+10FFFF) replaced by U+FFFD.
std::string valid_utf8(std::string_view text);

// `text` with backslash, double quote and line feed written as \\, \" and \n: what stands between the quotes
// of a label. Escaping is injective: different texts stay different.
std::string escaped_label_value(std::string_view text);

}  // namespace wayside::metrics
