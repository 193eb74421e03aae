// Foreign text made safe to show: in an error message, in a log line, on a terminal.
//
// What comes out is printable ASCII on one line, whatever went in, so that a peer or a file cannot forge a
// line of its own or send escape sequences to a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wayside {

// Appends `text` in double quotes, at most `limit` bytes in all (at least 5): a longer text is cut and ends
// in "...". Quotes and backslashes are escaped with a backslash, line breaks and tabs become \n \r \t, and
// every other byte that is not printable ASCII becomes \xNN.
void append_quoted(std::string& out, std::string_view text, std::size_t limit);

// The same as a string of its own, short enough for a message.
std::string quoted(std::string_view text);

}  // namespace wayside
