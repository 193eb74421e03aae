#include "inspector/catch_all.hpp"

#include "wayside/base/target_path.hpp"
#include "wayside/base/text.hpp"

#include <algorithm>
#include <cstddef>

namespace wayside::inspector {
namespace {

bool is_name(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '-';
  });
}

}  // namespace

routes::RouteId find_route_above(const routes::RouteTable& table, Method method,
                                 std::string_view target) noexcept {
  std::string_view path = path_of(target);
  // A slash at the end is no further segment, also where it decides about the route.
  while (path.ends_with('/'))
    path.remove_suffix(1);
  if (table.match(method, path) != routes::kUnmatched) return routes::kUnmatched;
  for (;;) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos || slash == 0) return routes::kUnmatched;
    path = path.substr(0, slash);
    if (const routes::RouteId route = table.match(method, path); route != routes::kUnmatched) return route;
  }
}

std::string with_catch_all(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view segment = path.substr(slash + 1);
  std::string made(path.substr(0, slash + 1));
  if (segment == "*") return made += "**";
  if (segment.starts_with(':') && is_name(segment.substr(1)))
    return made.append("*").append(segment.substr(1));
  if (segment.size() < 3 || !is_name(segment.substr(1, segment.size() - 2))) return {};
  const std::string_view name = segment.substr(1, segment.size() - 2);
  if (segment.front() == '{' && segment.back() == '}') return made.append("{").append(name).append(":path}");
  if (segment.front() == '<' && segment.back() == '>') return made.append("<path:").append(name).append(">");
  return {};
}

}  // namespace wayside::inspector
