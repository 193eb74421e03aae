// The settings that differ from those in force and need a restart.
#pragma once

#include "wayside/config/settings.hpp"

#include <string_view>
#include <vector>

namespace wayside::config {

// The keys of the settings that differ ("workers", "metrics.naming"), in the order of the table, without
// those of the routes, which a reload puts in force.
std::vector<std::string_view> keys_that_need_restart(const Settings& current, const Settings& next);

}  // namespace wayside::config
