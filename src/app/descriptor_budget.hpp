// Divides the descriptors of the process among its parts, so that none takes those of another.
#pragma once

#include "wayside/app/inherited_sockets.hpp"
#include "wayside/app/supervision.hpp"
#include "wayside/base/log.hpp"
#include "wayside/config/settings.hpp"
#include "wayside/proxy/worker.hpp"

#include <cstddef>
#include <optional>

namespace wayside::app {

// Numbers of descriptors. `pipes` take two each.
struct DescriptorBudget {
  std::size_t limit = 0;     // of the process
  std::size_t clients = 0;   // connections of clients, for all workers together
  std::size_t backends = 0;  // connections to the backend, for all workers together
  std::size_t pipes = 0;     // pipes of large bodies, for all workers together
  std::size_t metrics = 0;   // connections of the metrics listener
  std::size_t reserve = 0;   // listeners, timers, signals, files, look-ups, health check, service manager
};

// A quarter of the descriptors is for connections to the backend, the rest for clients. If the settings ask
// for fewer of one kind, the other kind gets more. std::nullopt if a worker would not get one of each kind.
// Inherited sockets take the place of those that the settings name, and every worker has a copy of those for
// clients.
std::optional<DescriptorBudget> share_descriptors(std::size_t limit, const config::Settings& settings,
                                                  const InheritedSockets& inherited = {},
                                                  const Supervision& supervision = {});

// The share of one worker: all have equal ones.
proxy::Share share_of_worker(const DescriptorBudget& budget, const config::Settings& settings) noexcept;

// Writes the budget to the log, with a warning where it has room for fewer clients than the settings allow.
void log_descriptors(const DescriptorBudget& budget, const config::Settings& settings, const Logger& log);

// The soft limit of open files of the process (getrlimit(2)).
std::size_t descriptor_limit() noexcept;

}  // namespace wayside::app
