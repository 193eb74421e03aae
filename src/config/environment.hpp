// The options that the environment gives: WAYSIDE_LISTEN and its like.
#pragma once

#include "config/options.hpp"

#include <span>
#include <string>
#include <vector>

namespace wayside::config {

// Reads entries "NAME=value". Names without the prefix WAYSIDE_ are passed over; a name with it that is no
// option adds a line to `errors`, because a mistyped variable would otherwise be without effect and without a
// word. The exception are the names that Kubernetes sets by itself in every pod beside a service called
// "wayside" or "wayside-…" (WAYSIDE_SERVICE_HOST, WAYSIDE_PORT_8080_TCP_ADDR, …): they are nobody's mistake.
std::vector<GivenOption> read_environment(std::span<const char* const> entries,
                                          std::vector<std::string>& errors);

}  // namespace wayside::config
