// A table for terminals: columns of equal width, in printable ASCII.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wayside {

// Cells may hold text of clients. Each row has as many cells as there are heads.
struct TextTable {
  std::vector<std::string> heads;
  std::vector<std::vector<std::string>> rows;
};

// `cell` itself where it is printable ASCII, and else quoted (base/quote.hpp), so that no client can send
// escape sequences to a terminal.
std::string printable(std::string_view cell);

// Appends a line for the heads and one for each row. Throws std::bad_alloc.
void append_text(const TextTable& table, std::string& out);

}  // namespace wayside
