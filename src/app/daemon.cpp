#include "wayside/app/daemon.hpp"

#include "wayside/accesslog/sink.hpp"
#include "wayside/admin/admin_server.hpp"
#include "wayside/app/process.hpp"
#include "wayside/app/version.hpp"
#include "wayside/metrics/exposition.hpp"
#include "wayside/metrics/registry.hpp"
#include "wayside/proxy/reasons.hpp"
#include "wayside/proxy/worker.hpp"

#include "app/routing_book.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <exception>
#include <functional>
#include <optional>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace wayside::app {
namespace {

metrics::RegistryOptions registry_options(const config::Settings& settings) {
  std::vector<metrics::ExtraLabel> extra_labels;
  for (const config::HeaderLabel& label : settings.measurement.labels)
    extra_labels.push_back(label.label);
  return {.shard_count = settings.workers,
          .max_series = settings.measurement.max_series,
          .durations_by_status = config::durations_by_status(settings),
          .dynamic = settings.measurement.defaults,
          .extra_labels = std::move(extra_labels),
          .backend_error_reasons = proxy::backend_error_reasons(),
          .rejection_reasons = proxy::rejection_reasons()};
}

std::string backend_text(const Address& address) {
  return address.is_unix() ? to_string(address) : "http://" + to_string(address);
}

}  // namespace

struct Daemon::Impl {
  Impl(config::Settings all_settings, const Logger& logger)
      : settings(std::move(all_settings)),
        log(logger),
        registry(registry_options(settings)),
        routing(registry, settings.workers),
        exposition(registry, {settings.namings, settings.measurement.renaming, std::string(kVersion),
                              std::string(kRevision)}) {
    if (settings.access_log == config::AccessLog::kJson)
      access_log.emplace(STDOUT_FILENO, settings.workers, log);
    use_routing(settings);
    for (std::size_t i = 0; i < settings.workers; ++i) {
      workers.push_back(std::make_unique<proxy::Worker>(proxy::Worker::Dependencies{
          settings, routing.of_worker(i), registry.shard(i), routing.inspector().unmatched(i),
          access_log ? &access_log->ring(i) : nullptr, log}));
    }
    exposition.set_configuration(configuration);
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
    admin.emplace(
        io,
        admin::AdminPages{exposition, [this] { return !is_draining; }, routing.inspector(), reload_page(),
                          std::string(kVersion), to_string(proxy_address), backend_text(settings.backend)},
        log);
    const auto bound = admin->listen(settings.metrics_listen);
    if (!bound) return cannot_listen(settings.metrics_listen, bound.error());
    metrics_address = *bound;
    return {};
  }

  void use_routing(const config::Settings& next) {
    for (const std::string& label : routing.use(next)) {
      log.warn("buckets, histograms and slo of an endpoint stay as they began: restart to change them",
               {{"endpoint", label}});
    }
    if (const std::size_t lacking = registry.lacking_series(); lacking != 0) {
      log.warn("metrics.max_series has no room for all routes: some will be counted as \"overflow\"",
               {{"lacking", std::to_string(lacking)}});
    }
  }

  std::function<Checked<void, std::string>()> reload_page() {
    if (!settings.enable_lifecycle) return {};
    return [this] { return on_reload(); };
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
    threads.emplace_back([this] {
      give_way_to_other_threads();
      io.run();
    });
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

  // The error is for whoever asked: the first mistake.
  Checked<void, std::string> on_reload() {
    if (!source) return std::string("There is no configuration to read again.");
    const auto loaded = source();
    configuration.last_reload_successful = loaded.has_value();
    if (loaded.has_error()) {
      const std::vector<std::string>& lines = loaded.error().lines;
      exposition.set_configuration(configuration);
      log.error("reload failed, the old configuration stays in force",
                {{"error", lines.front()}, {"errors", std::to_string(lines.size())}});
      return lines.front();
    }
    use_routing(*loaded);
    for (std::size_t i = 0; i < workers.size(); ++i)
      workers[i]->use_routing(routing.of_worker(i));
    configuration.route_count = loaded->routes.size();
    configuration.last_reload_success = std::chrono::system_clock::now();
    exposition.set_configuration(configuration);
    log.info("reloaded", {{"routes", std::to_string(loaded->routes.size())}});
    if (!differ_in_routing_only(*loaded, settings)) {
      log.warn("only the routes are reloaded: what else has changed takes effect with a restart");
    }
    return {};
  }

  void watch_signals() {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
      signals.add(signal);
    wait_for_signal();
  }

  void wait_for_signal() {
    signals.async_wait([this](const error_code& ec, int signal) {
      if (ec) return;
      if (signal == SIGHUP) {
        static_cast<void>(on_reload());  // the log has told
        return wait_for_signal();
      }
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
  metrics::Registry registry;
  RoutingBook routing;
  metrics::Exposition exposition;
  std::optional<accesslog::Sink> access_log;
  std::vector<std::unique_ptr<proxy::Worker>> workers;

  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work =
      boost::asio::make_work_guard(io);
  boost::asio::signal_set signals{io};
  std::optional<admin::AdminServer> admin;
  std::vector<std::thread> threads;
  std::size_t running_workers = 0;
  bool is_draining = false;
  std::function<Checked<config::Settings, config::Errors>()> source;
  metrics::ConfigurationState configuration{settings.routes.size(), true, std::chrono::system_clock::now()};

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

void Daemon::set_source(std::function<Checked<config::Settings, config::Errors>()> source) {
  impl_->source = std::move(source);
}

void Daemon::reload() {
  boost::asio::post(impl_->io, [impl = impl_.get()] { static_cast<void>(impl->on_reload()); });
}

void Daemon::drain() {
  boost::asio::post(impl_->io, [impl = impl_.get()] { impl->on_drain(); });
}

void Daemon::handle_signals() {
  impl_->watch_signals();
}

}  // namespace wayside::app
