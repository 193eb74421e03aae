// How the descriptors that the process may have are shared out, so that none of its parts takes those of
// another.
#pragma once

#include "wayside/config/settings.hpp"

#include <cstddef>
#include <optional>

namespace wayside::app {

// Numbers of descriptors. `pipes` take two each.
struct DescriptorBudget {
  std::size_t limit = 0;     // of the process
  std::size_t clients = 0;   // connections of clients, of all workers together
  std::size_t backends = 0;  // connections to the backend, likewise
  std::size_t pipes = 0;     // that large bodies go by, likewise
  std::size_t metrics = 0;   // connections of the metrics listener
  std::size_t reserve = 0;   // listeners, timers, signals, files, look-ups
};

// A quarter is for connections to the backend; more, where the settings want fewer clients, and the other way
// round. Nothing where the limit is too low for one of each for every worker.
std::optional<DescriptorBudget> share_descriptors(std::size_t limit, const config::Settings& settings);

// How many the process may have (getrlimit(2)).
std::size_t descriptor_limit() noexcept;

}  // namespace wayside::app
