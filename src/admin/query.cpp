#include "admin/query.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <system_error>

namespace wayside::admin {
namespace {

// Percent-encoding (RFC 3986 section 2.1), and the plus sign of HTML forms. What is not well-formed stays.
std::string decoded(std::string_view text) {
  std::string out;
  constexpr std::size_t kTriple = 3;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
      continue;
    }
    unsigned char byte = 0;
    if (text[i] == '%' && i + kTriple <= text.size()) {
      const char* const end = text.data() + i + kTriple;
      const auto [stop, error] = std::from_chars(text.data() + i + 1, end, byte, 16);
      if (error == std::errc{} && stop == end) {
        out += static_cast<char>(byte);
        i += kTriple - 1;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

}  // namespace

std::vector<std::string> wanted_names(std::string_view target) {
  std::vector<std::string> names;
  target = target.substr(0, target.find('#'));
  const std::size_t mark = target.find('?');
  if (mark == target.npos) return names;
  std::string_view query = target.substr(mark + 1);
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    const std::size_t equals = std::min(parameter.find('='), parameter.size());
    if (decoded(parameter.substr(0, equals)) == "name[]" && equals < parameter.size()) {
      names.push_back(decoded(parameter.substr(equals + 1)));
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return names;
}

}  // namespace wayside::admin
