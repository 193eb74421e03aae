// The key `routes` of the configuration file: a list of templates, and of mappings that say more about them.
#pragma once

#include "wayside/config/settings.hpp"
#include "wayside/routes/route_table.hpp"

#include "config/yaml_node.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace wayside::config {

// The routes that were read, and where each template stands, for the mistakes that are found later.
struct YamlRoutes {
  struct Place {
    std::string key;         // "routes[3].path"
    std::size_t column = 0;  // of the template's first character, from 1; 0: not known
  };
  std::vector<routes::RouteSpec> specs;
  std::vector<Place> places;  // by spec
};

// Items that cannot be used are left out, and their mistakes added. Where there are more than limits.routes,
// one more is read, for check_routes() to find.
YamlRoutes read_routes(const YamlValue& list, const routes::Limits& limits, YamlMistakes& mistakes);

// Adds what keeps the routes from compiling with the options and limits of `settings`.
void check_routes(const YamlRoutes& routes, const Settings& settings, YamlMistakes& mistakes);

}  // namespace wayside::config
