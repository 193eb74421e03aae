#include "wayside/app/daemon.hpp"

#include "wayside/admin/admin_server.hpp"
#include "wayside/app/version.hpp"
#include "wayside/metrics/exposition.hpp"
#include "wayside/metrics/registry.hpp"
#include "wayside/proxy/worker.hpp"
#include "wayside/routes/route_table.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <csignal>
#include <exception>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace wayside::app {
namespace {

routes::RouteTable compile(const std::vector<routes::RouteSpec>& specs) {
  auto table = routes::RouteTable::build(specs);
  if (!table) throw std::logic_error("unchecked routes: " + table.error().message);
  return std::move(*table);
}

metrics::RegistryOptions registry_options(const config::Settings& settings) {
  const auto& namings = settings.namings;
  return {.shard_count = settings.workers,
          .durations_by_status = std::ranges::find(namings, metrics::Naming::kOtel) != namings.end()};
}

// The endpoint of each route, by its id.
std::vector<metrics::EndpointId> intern_labels(const routes::RouteTable& table, metrics::Registry& registry) {
  std::vector<metrics::EndpointId> endpoints;
  for (routes::RouteId route = 0; route < table.size(); ++route)
    endpoints.push_back(registry.intern(table.label(route)));
  return endpoints;
}

std::string backend_text(const Address& address) {
  return address.is_unix() ? to_string(address) : "http://" + to_string(address);
}

}  // namespace

struct Daemon::Impl {
  Impl(config::Settings all_settings, const Logger& logger)
      : settings(std::move(all_settings)),
        log(logger),
        routes(compile(settings.routes)),
        registry(registry_options(settings)),
        endpoints(intern_labels(routes, registry)),
        exposition(registry, {settings.namings, {}, std::string(kVersion), std::string(kRevision)}) {
    for (std::size_t i = 0; i < settings.workers; ++i) {
      workers.push_back(std::make_unique<proxy::Worker>(
          proxy::Worker::Dependencies{settings, routes, endpoints, registry.shard(i), log}));
    }
  }

  Checked<void, StartError> open() {
    const bool shared = workers.size() > 1;
    proxy_address = settings.listen;
    for (const auto& worker : workers) {
      // The first worker resolves port 0; the others join it there.
      Address wanted = settings.listen;
      wanted.port = proxy_address.port;
      const auto bound = worker->listen(wanted, shared);
      if (!bound) return cannot_listen(wanted, bound.error());
      proxy_address = *bound;
    }
    admin.emplace(io,
                  admin::AdminPages{exposition, [this] { return !is_draining; }, std::string(kVersion),
                                    to_string(proxy_address), backend_text(settings.backend)},
                  log);
    const auto bound = admin->listen(settings.metrics_listen);
    if (!bound) return cannot_listen(settings.metrics_listen, bound.error());
    metrics_address = *bound;
    return {};
  }

  static StartError cannot_listen(const Address& address, const error_code& why) {
    return {"cannot listen on " + to_string(address) + ": " + why.message()};
  }

  void start() {
    log.info("listening", {{"proxy", to_string(proxy_address)},
                           {"backend", backend_text(settings.backend)},
                           {"metrics", to_string(metrics_address)}});
    running_workers = workers.size();
    for (const auto& worker : workers) {
      threads.emplace_back([this, worker = worker.get()] {
        try {
          worker->run();
        } catch (const std::exception& error) {
          // What it was serving is lost; the others finish, and whoever supervises the process starts it
          // anew.
          log.error("a worker failed, draining the others", {{"error", error.what()}});
          boost::asio::post(io, [this] { on_drain(); });
        }
        boost::asio::post(io, [this] { on_worker_ended(); });
      });
    }
    threads.emplace_back([this] { io.run(); });
  }

  // On the admin thread, as is everything below.
  void on_worker_ended() {
    if (--running_workers != 0) return;
    admin->stop();
    signals.cancel();
    work.reset();
  }

  void on_drain() {
    if (is_draining) return;
    is_draining = true;
    log.info("draining");
    for (const auto& worker : workers)
      worker->drain();
  }

  void watch_signals() {
    signals.add(SIGINT);
    signals.add(SIGTERM);
    signals.async_wait([this](const error_code& ec, int) {
      if (ec) return;
      // Without a handler the next signal has its default effect.
      error_code ignored;
      signals.clear(ignored);
      on_drain();
    });
  }

  void join() {
    for (std::thread& thread : threads) {
      if (thread.joinable()) thread.join();
    }
  }

  const config::Settings settings;
  const Logger& log;
  const routes::RouteTable routes;
  metrics::Registry registry;
  const std::vector<metrics::EndpointId> endpoints;  // by RouteId
  metrics::Exposition exposition;
  std::vector<std::unique_ptr<proxy::Worker>> workers;

  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work =
      boost::asio::make_work_guard(io);
  boost::asio::signal_set signals{io};
  std::optional<admin::AdminServer> admin;
  std::vector<std::thread> threads;
  std::size_t running_workers = 0;
  bool is_draining = false;

  Address proxy_address;
  Address metrics_address;
};

Daemon::Daemon(config::Settings settings, const Logger& log)
    : impl_(std::make_unique<Impl>(std::move(settings), log)) {}

Daemon::~Daemon() {
  if (impl_->threads.empty()) return;
  drain();
  wait();
}

Checked<void, StartError> Daemon::open() {
  return impl_->open();
}
const Address& Daemon::proxy_address() const noexcept {
  return impl_->proxy_address;
}
const Address& Daemon::metrics_address() const noexcept {
  return impl_->metrics_address;
}
void Daemon::start() {
  impl_->start();
}
void Daemon::wait() {
  impl_->join();
}

void Daemon::drain() {
  boost::asio::post(impl_->io, [impl = impl_.get()] { impl->on_drain(); });
}

void Daemon::wait_for_signals() {
  boost::asio::post(impl_->io, [impl = impl_.get()] { impl->watch_signals(); });
  wait();
}

}  // namespace wayside::app
