// Settings that are each valid and make no sense together.
#pragma once

#include "wayside/config/load.hpp"

#include <string>
#include <vector>

namespace wayside::config {

// One line for each: one address to listen on for two purposes, and a backend that is wayside itself, which
// would send each request round in circles until there are no sockets left; names of metrics and labels that
// do not exist, cannot be, or mean two things. What names mean is not looked up.
std::vector<std::string> inconsistencies(const Settings& settings, Action action);

}  // namespace wayside::config
