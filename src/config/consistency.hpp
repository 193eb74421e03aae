// Conflicts between settings that are each valid.
#pragma once

#include "wayside/config/load.hpp"

#include "config/places.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wayside::config {

// One line for each conflict: one address for two listeners, or addresses that overlap; unknown_owners(),
// where `action` listens; a backend that is wayside itself, where each request would circle until no sockets
// are left; new names of metrics and labels that do not fit the namings; a series budget below its minimum;
// routes of one name with different measurements. Host names are compared as text. `places` says where each
// setting stands.
std::vector<std::string> inconsistencies(const Settings& settings, const Places& places, Action action);

// One line for each owner of a unix socket that this machine does not know; another machine may.
std::vector<std::string> unknown_owners(const Settings& settings, const Places& places);

// The place of a route: "wayside.yaml:12: routes: ".
std::string place_of(const Settings& settings, const routes::RouteSpec& route);

// A warning where the series budget has no room for all routes.
std::optional<std::string> series_hint(const Settings& settings, const Places& places);

}  // namespace wayside::config
