// Settings that are each valid and make no sense together.
#pragma once

#include "wayside/config/load.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wayside::config {

// One line for each: one address to listen on for two purposes, and a backend that is wayside itself, which
// would send each request round in circles until there are no sockets left; names of metrics and labels that
// do not exist, cannot be, or mean two things; routes of one name that are to be measured differently. What
// names mean is not looked up.
std::vector<std::string> inconsistencies(const Settings& settings, Action action);

// Where a route is written: "wayside.yaml:12: routes: ".
std::string place_of(const Settings& settings, const routes::RouteSpec& route);

// A series budget that has no room for all routes; empty where it has.
std::optional<std::string> series_hint(const Settings& settings);

}  // namespace wayside::config
