#include "admin/query.hpp"

#include "wayside/base/percent.hpp"

#include <algorithm>
#include <cstddef>

namespace wayside::admin {
namespace {

// The plus sign of HTML forms stands for a space.
std::string decoded(std::string_view text) {
  std::string with_spaces(text);
  std::ranges::replace(with_spaces, '+', ' ');
  return percent_decoded(with_spaces);
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
