// The settings that differ from those in force and need a restart.
#pragma once

#include "wayside/config/settings.hpp"

#include <string_view>
#include <vector>

namespace wayside::config {

// Whether the listeners are the same but for what they say about TLS: this takes effect with a reload, where
// both speak TLS.
bool differ_in_tls_alone(const std::vector<ListenSpec>& current, const std::vector<ListenSpec>& next);

// The keys of the settings that differ ("workers", "metrics.naming"), in the order of the table, without
// those that a reload puts in force: of the routes, of TLS, and of who may read the metrics listener.
std::vector<std::string_view> keys_that_need_restart(const Settings& current, const Settings& next);

}  // namespace wayside::config
