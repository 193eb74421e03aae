#include "app/descriptor_budget.hpp"

#include "wayside/admin/admin_server.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <vector>

namespace wayside::app {
namespace {

// For standard streams, the io_context of the metrics thread and signals, files of a reload, look-ups, and
// libraries.
constexpr std::size_t kReserve = 23;
// For the io_context with its timers, and the readiness set.
constexpr std::size_t kReservePerWorker = 5;
// For the readiness set of the health check, its connection, and two look-ups.
constexpr std::size_t kReserveOfHealthCheck = 4;
constexpr std::size_t kReserveOfSupervision = 1;  // the socket of the service manager's messages

constexpr std::size_t kMostPipes = 4096;

constexpr std::string_view kLimitOfOpenFiles =
    "the limit of open files (ulimit -n, LimitNOFILE= of systemd) bounds the connections: raise it for more";

// Of the sockets at one kind of addresses, each for so many users, and of the files of unix sockets.
std::size_t of_listeners(const std::vector<config::ListenSpec>& listen,
                         const std::vector<net::Descriptor>& inherited, std::size_t users) {
  if (!inherited.empty()) return users * inherited.size();
  const auto is_unix = [](const config::ListenSpec& spec) { return spec.address.is_unix(); };
  return users * listen.size() + static_cast<std::size_t>(std::ranges::count_if(listen, is_unix));
}

}  // namespace

std::optional<DescriptorBudget> share_descriptors(std::size_t limit, const config::Settings& settings,
                                                  const InheritedSockets& inherited,
                                                  const Supervision& supervision) {
  const std::size_t workers = settings.workers;
  DescriptorBudget budget{.limit = limit,
                          .reserve = kReserve + kReservePerWorker * workers +
                                     of_listeners(settings.listen, inherited.clients, workers) +
                                     of_listeners(settings.metrics_listen, inherited.metrics, 1)};
  if (!settings.health.path.empty()) budget.reserve += kReserveOfHealthCheck;
  if (!supervision.socket.empty()) budget.reserve += kReserveOfSupervision;
  budget.metrics = std::clamp<std::size_t>(limit / 8, 2, admin::AdminServer::kMaxConnections);
  budget.pipes = std::min(kMostPipes, limit / 32);
  const std::size_t taken = budget.reserve + budget.metrics + 2 * budget.pipes;
  if (limit < taken + 2 * workers) return std::nullopt;

  const std::size_t left = limit - taken;
  const auto at_most = [&](std::size_t share, const std::optional<std::size_t>& wanted) {
    return wanted ? std::min(share, std::max(*wanted, workers)) : share;
  };
  // Most clients are idle at any time, and a request waits if no connection to the backend is free.
  const std::size_t least_backends = std::max(left / 4, workers);
  budget.clients = at_most(left - least_backends, settings.max_connections);
  budget.backends = at_most(left - budget.clients, settings.backend_limits.max_connections);
  if (!settings.max_connections) budget.clients = left - budget.backends;
  return budget;
}

proxy::Share share_of_worker(const DescriptorBudget& budget, const config::Settings& settings) noexcept {
  const auto each = [&](std::size_t all) { return std::max<std::size_t>(1, all / settings.workers); };
  const std::size_t queue = settings.backend_limits.max_queue;
  return {.clients = each(budget.clients),
          .backends = each(budget.backends),
          .backend_queue = queue == 0 ? 0 : each(queue),
          .pipes = budget.pipes / settings.workers};
}

void log_descriptors(const DescriptorBudget& budget, const config::Settings& settings, const Logger& log) {
  log.info(kLimitOfOpenFiles, {{"limit", std::to_string(budget.limit)},
                               {"clients", std::to_string(budget.clients)},
                               {"backend", std::to_string(budget.backends)},
                               {"metrics", std::to_string(budget.metrics)},
                               {"pipes", std::to_string(2 * budget.pipes)},
                               {"reserve", std::to_string(budget.reserve)}});
  if (settings.max_connections && budget.clients < *settings.max_connections) {
    log.warn(
        "max_connections exceeds the descriptors for clients: raise the limit of open files (ulimit -n, "
        "LimitNOFILE= of systemd)",
        {{"max_connections", std::to_string(*settings.max_connections)},
         {"clients", std::to_string(budget.clients)}});
  }
}

std::size_t descriptor_limit() noexcept {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return 1024;
  return static_cast<std::size_t>(files.rlim_cur);
}

}  // namespace wayside::app
