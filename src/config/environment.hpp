// The settings that the environment gives: WAYSIDE_LISTEN and the like.
#pragma once

#include "config/setting.hpp"

#include <span>
#include <string>
#include <vector>

namespace wayside::config {

// Reads entries "NAME=value". Names without the prefix WAYSIDE_ are passed over. An unknown name with it adds
// a line to `errors`: a mistyped variable would otherwise have no effect and no message. The exception are
// the names that Kubernetes sets in every pod beside a service called "wayside" or "wayside-…"
// (WAYSIDE_SERVICE_HOST, WAYSIDE_PORT_8080_TCP_ADDR, …).
std::vector<GivenValue> read_environment(std::span<const char* const> entries,
                                         std::vector<std::string>& errors);

}  // namespace wayside::config
