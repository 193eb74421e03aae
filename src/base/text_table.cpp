#include "wayside/base/text_table.hpp"

#include "wayside/base/quote.hpp"

#include <algorithm>
#include <cstddef>

namespace wayside {

std::string printable(std::string_view cell) {
  const bool is_plain = std::ranges::all_of(cell, [](char c) { return c >= ' ' && c <= '~'; });
  return is_plain ? std::string(cell) : in_quotes(cell);
}

void append_text(const TextTable& table, std::string& out) {
  std::vector<std::vector<std::string>> lines{table.heads};
  lines.reserve(1 + table.rows.size());
  for (const auto& row : table.rows) {
    lines.emplace_back().reserve(row.size());
    for (const std::string& cell : row)
      lines.back().push_back(printable(cell));
  }
  std::vector<std::size_t> widths(table.heads.size());
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], line[i].size());
  }
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      out += line[i];
      if (i + 1 < line.size()) out.append(widths[i] - line[i].size() + 2, ' ');
    }
    out += '\n';
  }
}

}  // namespace wayside
