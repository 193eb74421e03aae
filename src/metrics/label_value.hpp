// Escaping for the text between the quotes of a label, and back.
#pragma once

#include <string>
#include <string_view>

namespace wayside::metrics {

// `text` with backslash, double quote and line feed written as \\, \" and \n. Escaping is injective:
// different texts stay different.
std::string escaped_label_value(std::string_view text);

// The text of which that is the escaped form.
std::string unescaped_label_value(std::string_view escaped);

}  // namespace wayside::metrics
