// Quotes untrusted text for error messages, log lines and terminals.
//
// The result is printable ASCII on one line, so that the text of a peer or a file can neither forge a line
// nor send escape sequences to a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wayside {

// Appends `text` in double quotes, at most `limit` bytes in all (at least 5): a longer text is cut and ends
// in "...". Quotes and backslashes are escaped with a backslash, line breaks and tabs become \n \r \t, and
// every other byte that is not printable ASCII becomes \xNN.
void append_quoted(std::string& out, std::string_view text, std::size_t limit);

// `text` quoted for a message, in at most 120 bytes.
std::string in_quotes(std::string_view text);

}  // namespace wayside
