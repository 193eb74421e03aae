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

// Calls `visit` with the name and the value of each parameter that has a value, until it returns false.
template <class Visit>
void for_each_parameter(std::string_view target, Visit&& visit) {
  target = target.substr(0, target.find('#'));
  const std::size_t mark = target.find('?');
  if (mark == target.npos) return;
  std::string_view query = target.substr(mark + 1);
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    const std::size_t equals = std::min(parameter.find('='), parameter.size());
    const bool has_value = equals < parameter.size();
    if (has_value && !visit(decoded(parameter.substr(0, equals)), parameter.substr(equals + 1))) return;
    query.remove_prefix(std::min(end + 1, query.size()));
  }
}

}  // namespace

std::vector<std::string> wanted_names(std::string_view target) {
  std::vector<std::string> names;
  for_each_parameter(target, [&](std::string_view name, std::string_view value) {
    if (name == "name[]") names.push_back(decoded(value));
    return true;
  });
  return names;
}

std::optional<std::string> query_value(std::string_view target, std::string_view name) {
  std::optional<std::string> found;
  for_each_parameter(target, [&](std::string_view its_name, std::string_view value) {
    if (its_name == name) found = decoded(value);
    return !found;
  });
  return found;
}

}  // namespace wayside::admin
