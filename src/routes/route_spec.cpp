#include "wayside/routes/route_spec.hpp"

#include <fmt/format.h>

namespace wayside::routes {

std::string place_of(const RouteSpec& spec, std::size_t index, std::string_view seen_from) {
  if (spec.line == 0) return fmt::format("in route {}", index + 1);
  if (spec.file == seen_from) return fmt::format("on line {}", spec.line);
  return fmt::format("on line {} of {}", spec.line, spec.file.empty() ? "the configuration" : spec.file);
}

}  // namespace wayside::routes
