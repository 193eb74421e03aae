#include "wayside/app/daemon.hpp"

#include "wayside/admin/admin_server.hpp"
#include "wayside/app/process.hpp"
#include "wayside/app/version.hpp"
#include "wayside/config/difference.hpp"
#include "wayside/metrics/exposition.hpp"
#include "wayside/metrics/history.hpp"
#include "wayside/metrics/registry.hpp"
#include "wayside/metrics/totals.hpp"
#include "wayside/net/operation_memory.hpp"
#include "wayside/net/reserved_timer.hpp"
#include "wayside/proxy/reasons.hpp"
#include "wayside/proxy/worker.hpp"

#include "app/backend_watch.hpp"
#include "app/descriptor_budget.hpp"
#include "app/history_timer.hpp"
#include "app/listening_sockets.hpp"
#include "app/reloader.hpp"
#include "app/route_binder.hpp"
#include "app/supervisor.hpp"
#include "app/unused_memory.hpp"
#include "app/worker_thread.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <deque>
#include <exception>
#include <fmt/format.h>
#include <functional>
#include <new>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace wayside::app {
namespace {

// The time that the end of a drain gives a reload to finish reading. A readable file takes less.
constexpr Milliseconds kReadingEndsWithin{1000};

constexpr std::string_view kNotReloaded = "draining: the configuration is not reloaded";
constexpr std::string_view kOnlyRoutes =
    "only routes were reloaded: restart for the other changes to take effect";

constexpr std::string_view kLimitOfOpenFiles =
    "the limit of open files (ulimit -n, LimitNOFILE= of systemd) bounds the connections: raise it for more";

metrics::RegistryOptions registry_options(const config::Settings& settings) {
  std::vector<metrics::ExtraLabel> extra_labels;
  for (const config::HeaderLabel& label : settings.measurement.labels)
    extra_labels.push_back(label.label);
  return {.shard_count = settings.workers,
          .max_series = settings.measurement.max_series,
          .durations_by_status = config::durations_by_status(settings),
          .native_histograms = settings.measurement.native_histograms,
          .dynamic = settings.measurement.defaults,
          .extra_labels = std::move(extra_labels),
          .label_values = {{"wayside_backend_errors_total", proxy::backend_error_reasons()},
                           {"wayside_rejected_requests_total", proxy::rejection_reasons()}},
          .zero_series = config::shows_zeros(settings)};
}

std::string backend_text(const Address& address) {
  return address.is_unix() ? to_string(address) : "http://" + to_string(address);
}

std::vector<std::string> texts_of(const std::vector<Address>& addresses) {
  std::vector<std::string> texts;
  texts.reserve(addresses.size());
  for (const Address& address : addresses)
    texts.push_back(to_string(address));
  return texts;
}

std::string text_of(const std::vector<Address>& addresses) {
  return fmt::to_string(fmt::join(texts_of(addresses), ", "));
}

}  // namespace

struct Daemon::Impl {
  Impl(config::Settings all_settings, output::StandardStreams& streams, const Supervision& supervision,
       InheritedSockets inherited_sockets, std::vector<std::string> hints)
      : settings(std::move(all_settings)),
        inherited(std::move(inherited_sockets)),
        budget(share_descriptors(descriptor_limit(), settings, inherited, supervision)),
        log(streams.log()),
        registry(registry_options(settings)),
        binder(registry, settings.workers, settings.inspector_examples),
        exposition(registry, {settings.namings, settings.measurement.renaming, std::string(kVersion),
                              std::string(kRevision), [this] { return log.dropped(); },
                              [this] { return backend_watch.is_up(); }}),
        supervisor(
            io.get_executor(), supervision,
            {.totals = [this] { return totals.read(); }, .all_live = [this] { return all_workers_live(); }}),
        warnings(std::move(hints)) {
    const bool has_access_log = access_log_rings(settings) != 0;
    const proxy::Share share = worker_share();
    RoutingUpdate update = prepare(settings, warnings);
    unmatched_endpoint = registry.intern(routes::kUnmatchedLabel, settings.measurement.defaults);
    if (labels_are_paths(settings)) hide_paths_in_history();
    binder.inspector().show(std::move(update.shown));
    for (std::size_t i = 0; i < settings.workers; ++i) {
      workers.push_back(std::make_unique<proxy::Worker>(proxy::Worker::Dependencies{
          settings, std::move(update.of_worker[i]), registry.shard(i), binder.inspector().unmatched(i),
          has_access_log ? &streams.access_log(i) : nullptr, log, share, [this] { backend_watch.ring(); }}));
      backend_watch.add(workers.back()->backend_reporter());
    }
    exposition.set_configuration(configuration);
  }

  // Every worker gets an equal share.
  proxy::Share worker_share() const {
    if (!budget) return {1, 1, 0, 0};  // open() fails
    const auto each = [this](std::size_t all) { return std::max<std::size_t>(1, all / settings.workers); };
    const std::size_t queue = settings.backend_limits.max_queue;
    return {.clients = each(budget->clients),
            .backends = each(budget->backends),
            .backend_queue = queue == 0 ? 0 : each(queue),
            .pipes = budget->pipes / settings.workers};
  }

  // Inherited sockets may be more than the settings name; the last setting is theirs.
  config::ProxyProtocol protocol_of_listener(std::size_t index) const noexcept {
    return settings.listen[std::min(index, settings.listen.size() - 1)].proxy_protocol;
  }

  Checked<void, StartError> open() {
    if (!budget) {
      return StartError{fmt::format(
          "the limit of open files (ulimit -n, LimitNOFILE= of systemd) is too low for {} workers: {}",
          settings.workers, descriptor_limit())};
    }
    auto opened = open_listening_sockets(settings, std::move(inherited));
    if (!opened) return opened.error();
    sockets = *std::move(opened);
    for (std::size_t i = 0; i < workers.size(); ++i) {
      for (std::size_t j = 0; j < sockets.of_worker[i].size(); ++j) {
        if (const error_code ec = workers[i]->listen(std::move(sockets.of_worker[i][j]),
                                                     sockets.life_of_proxy, protocol_of_listener(j)))
          return cannot_listen(sockets.proxy_addresses[j], ec);
      }
    }
    admin.emplace(io, admin_pages(), log, budget->metrics);
    for (std::size_t i = 0; i < sockets.of_metrics.size(); ++i) {
      if (const error_code ec = admin->listen(std::move(sockets.of_metrics[i]), sockets.life_of_metrics))
        return cannot_listen(sockets.metrics_addresses[i], ec);
    }
    return {};
  }

  admin::AdminPages admin_pages() {
    return {.exposition = exposition,
            .why_unready = [this] { return why_unready(); },
            .inspector = binder.inspector(),
            .reload = reload_page(),
            .version = std::string(kVersion),
            .listen = texts_of(sockets.proxy_addresses),
            .backend = backend_text(settings.backend),
            .history = history,
            .configuration = configuration,
            .warnings = warnings,
            .started = started,
            .backend_is_up = [this] { return backend_watch.is_up(); },
            .backend_outage = [this] { return backend_watch.outage(); },
            .shows_page = settings.expose.page,
            .shows_routes = settings.expose.routes};
  }

  // Adds the lines of the log to `lines`.
  RoutingUpdate prepare(const config::Settings& next, std::vector<std::string>& lines) {
    RoutingUpdate update = binder.prepare(next);
    for (const std::string& label : update.measured_otherwise) {
      warn(lines, "buckets, histograms and slo of a known endpoint are fixed: restart to change them",
           {"endpoint", label});
    }
    if (const std::size_t lacking = registry.lacking_series(); lacking != 0) {
      warn(lines, "metrics.max_series has no room for all routes: some are counted as \"overflow\"",
           {"lacking", std::to_string(lacking)});
    }
    return update;
  }

  std::string why_unready() const { return is_draining ? "draining" : backend_watch.why_unready(); }
  void warn(std::vector<std::string>& lines, std::string_view message, LogField field) const {
    lines.push_back(line_of(message, field));
    log.warn(message, {std::move(field)});
  }
  static std::string line_of(std::string_view message, const LogField& field) {
    return fmt::format("{} ({}: {})", message, field.key, field.value);
  }
  static LogField settings_field(const std::vector<std::string_view>& keys) {
    return {"settings", fmt::to_string(fmt::join(keys, ", "))};
  }

  // With `unmatched: path`, labels are paths as clients sent them, and stay so after a reload.
  static bool labels_are_paths(const config::Settings& some) noexcept {
    return some.unmatched_policy() == routes::UnmatchedPolicy::kPath;
  }

  void hide_paths_in_history() noexcept {
    if (!settings.inspector_examples) history.hide_dynamic_endpoints_in(unmatched_endpoint);
  }

  admin::AdminPages::Reload reload_page() {
    if (!settings.enable_lifecycle || !reloader) return {};
    return [this] { return on_reload_post(); };
  }

  void set_source(std::function<Checked<config::Invocation, config::Errors>()> source) {
    const auto prepare_all = [this](config::Invocation next) {
      std::vector<std::string> lines = std::move(next.hints);
      RoutingUpdate routing = prepare(next.settings, lines);
      const std::vector<std::string_view> keys = config::keys_that_need_restart(settings, next.settings);
      if (!keys.empty()) lines.push_back(line_of(kOnlyRoutes, settings_field(keys)));
      return Prepared{.routing = std::move(routing),
                      .route_count = next.settings.routes.size(),
                      .warnings = std::move(lines),
                      .needs_restart = keys,
                      .labels_are_paths = labels_are_paths(next.settings)};
    };
    reloader.emplace(io, Reloader::Steps{.read = std::move(source),
                                         .prepare = prepare_all,
                                         .finish =
                                             [this](Reloader::Outcome& outcome) {
                                               supervisor.on_reload_ends();
                                               return on_reloaded(outcome);
                                             },
                                         .begin = [this] { supervisor.on_reload_begins(); }});
  }

  static StartError cannot_listen(const Address& address, const error_code& why) {
    return {fmt::format("cannot listen on {}: {}", to_string(address), why.message())};
  }

  void start() {
    log.info("listening", {{"proxy", text_of(sockets.proxy_addresses)},
                           {"backend", backend_text(settings.backend)},
                           {"metrics", text_of(sockets.metrics_addresses)}});
    log_budget();
    try {
      start_threads();
    } catch (const std::exception&) {
      abandon_start();
      throw;
    }
  }

  void start_threads() {
    for (const auto& worker : workers) {
      WorkerThread& thread =
          worker_threads.emplace_back([worker = worker.get()] { worker->run(); }, io.get_executor(), log,
                                      [this](bool has_failed) { on_worker_ended(has_failed); });
      threads.emplace_back([&thread] { thread.run(); });
      ++running_workers;
    }
    if (reloader) reloader->start();
    backend_watch.start();
    if (settings.expose.page || settings.expose.routes) history_timer.start();
    boost::asio::post(io, [this] { supervisor.on_started(); });
    threads.emplace_back([this] {
      give_way_to_other_threads();
      run_admin();
    });
  }

  // Ends the threads that were started. This one runs the io_context meanwhile, since the last one would
  // have.
  void abandon_start() {
    is_draining = true;
    stop_workers();
    if (running_workers == 0) stop_all();
    run_admin();
    join();
  }

  void log_budget() const {
    log.info(kLimitOfOpenFiles, {{"limit", std::to_string(budget->limit)},
                                 {"clients", std::to_string(budget->clients)},
                                 {"backend", std::to_string(budget->backends)},
                                 {"metrics", std::to_string(budget->metrics)},
                                 {"pipes", std::to_string(2 * budget->pipes)},
                                 {"reserve", std::to_string(budget->reserve)}});
    if (settings.max_connections && budget->clients < *settings.max_connections) {
      log.warn(
          "max_connections exceeds the descriptors for clients: raise the limit of open files (ulimit -n, "
          "LimitNOFILE= of systemd)",
          {{"max_connections", std::to_string(*settings.max_connections)},
           {"clients", std::to_string(budget->clients)}});
    }
  }

  // An exception of a handler leaves run(), and the io_context may run again ("Effect of exceptions thrown
  // from handlers" in Asio's manual). If memory runs out, one page or one reload fails. No other exception is
  // expected, and none may end a process whose workers serve clients.
  void run_admin() {
    for (;;) {
      try {
        io.run();
        return;
      } catch (const std::bad_alloc&) {
        continue;
      } catch (const std::exception& error) {
        log_failure(error);
      }
    }
  }

  void log_failure(const std::exception& error) noexcept {
    try {
      log.error("a handler of the metrics thread failed", {{"error", error.what()}});
    } catch (const std::bad_alloc&) {
      // Without memory, the failure is not logged.
    }
  }

  // The functions below run on the metrics listener's thread, except join().
  void on_worker_ended(bool has_failed) {
    if (has_failed) {
      on_drain();
      stop_workers();  // the connections of the one that failed wait for nobody
    }
    if (--running_workers == 0) stop_all();
  }

  // Leaves the io_context without work.
  void stop_all() {
    admin->stop();
    delay_timer.cancel();
    supervisor.stop();
    unused_memory.stop();
    history_timer.stop();
    backend_watch.stop();
    if (reloader) reloader->stop();
    signals.cancel();
    work.reset();
  }

  void on_drain() noexcept {
    if (is_draining) return;
    is_draining = true;
    supervisor.on_stopping();
    const Milliseconds delay = settings.timeouts.drain_delay;
    if (delay == Milliseconds{0}) {
      say("draining");
      return stop_workers();
    }
    say("draining: connections are accepted for timeouts.drain_delay");
    for (const auto& worker : workers)
      worker->announce_drain();
    delay_timer.expires_after(delay);
    delay_timer.async_wait([this](const error_code& ec) {
      if (ec) return;
      say("no more connections are accepted");
      stop_workers();
    });
  }

  void stop_workers() noexcept {
    // Nobody can connect to a unix socket any more, so the workers can accept all who have connected.
    sockets.proxy_files.clear();
    for (const auto& worker : workers)
      worker->drain();
  }

  void say(std::string_view message) const noexcept {
    try {
      log.info(message);
    } catch (const std::bad_alloc&) {
      // There is no memory for the line.
    }
  }

  void on_reload_request() {
    if (is_draining) return log.warn(kNotReloaded);
    if (reloader) reloader->request();
  }

  net::Awaitable<Checked<void, admin::ReloadError>> on_reload_post() {
    if (is_draining) {
      log.warn(kNotReloaded);
      co_return admin::ReloadError{.message = std::string(kNotReloaded), .is_refused = true};
    }
    auto reload = reloader->reload();
    const Checked<void, std::string> result = co_await std::move(reload);
    if (result.has_error()) co_return admin::ReloadError{.message = result.error()};
    co_return Checked<void, admin::ReloadError>();
  }

  // Leaves the previous routes in `outcome`, which the reloader's thread destroys.
  Checked<void, std::string> on_reloaded(Reloader::Outcome& outcome) {
    configuration.last_reload_successful = outcome.has_value();
    if (outcome.has_error()) {
      const std::vector<std::string>& lines = outcome.error().lines;
      const std::string first = lines.empty() ? "memory ran out" : lines.front();
      configuration.last_reload_error = first;
      exposition.set_configuration(configuration);
      log.error("reload failed, the old configuration stays in force",
                {{"error", first}, {"errors", std::to_string(lines.size())}});
      return first;
    }
    if (outcome->labels_are_paths) hide_paths_in_history();
    for (std::size_t i = 0; i < workers.size(); ++i)
      workers[i]->use_routing(std::move(outcome->routing.of_worker[i]));
    outcome->routing.shown = binder.inspector().show(std::move(outcome->routing.shown));
    warnings.swap(outcome->warnings);
    configuration.route_count = outcome->route_count;
    configuration.last_reload_success = std::chrono::system_clock::now();
    configuration.was_reloaded = true;
    exposition.set_configuration(configuration);
    log.info("reloaded", {{"routes", std::to_string(outcome->route_count)}});
    if (!outcome->needs_restart.empty()) log.warn(kOnlyRoutes, {settings_field(outcome->needs_restart)});
    return {};
  }

  // Asks every worker.
  bool all_workers_live() noexcept {
    bool all_live = true;
    for (const auto& worker : workers)
      all_live &= worker->check_pulse();
    return all_live;
  }

  void watch_signals() {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
      signals.add(signal);
    wait_for_signal();
  }

  void wait_for_signal() {
    signals.async_wait(signal_memory.bind([this](const error_code& ec, int signal) {
      if (ec) return;
      // The wait comes first, since a reload may throw: without a wait, further signals would be ignored.
      wait_for_signal();
      if (signal == SIGHUP) {
        on_reload_request();
      } else {
        // A second signal has its default effect and ends the process.
        error_code ignored;
        signals.remove(SIGINT, ignored);
        signals.remove(SIGTERM, ignored);
        on_drain();
      }
    }));
  }

  bool join() {
    for (std::thread& thread : threads)
      thread.join();
    if (!threads.empty()) say("stopped");
    threads.clear();
    return !reloader || reloader->close(std::min(settings.timeouts.drain, kReadingEndsWithin));
  }

  const config::Settings settings;
  InheritedSockets inherited;  // until open()
  const std::optional<DescriptorBudget> budget;
  const Logger& log;
  metrics::Registry registry;
  RouteBinder binder;
  metrics::Exposition exposition;
  metrics::TotalsReader totals{registry};
  const std::chrono::system_clock::time_point started = std::chrono::system_clock::now();
  metrics::History history{registry, Clock::now()};
  metrics::EndpointId unmatched_endpoint = metrics::kOverflowEndpoint;  // set by the constructor
  std::vector<std::unique_ptr<proxy::Worker>> workers;

  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work =
      boost::asio::make_work_guard(io);
  boost::asio::signal_set signals{io};
  net::OperationMemory signal_memory;
  UnusedMemory unused_memory{io.get_executor()};
  HistoryTimer history_timer{io.get_executor(), history};
  BackendWatch backend_watch{io, settings, backend_text(settings.backend), log};
  net::ReservedTimer<Daemon> delay_timer{io.get_executor()};
  std::optional<admin::AdminServer> admin;
  Supervisor supervisor;
  std::deque<WorkerThread> worker_threads;
  std::vector<std::thread> threads;
  std::size_t running_workers = 0;
  bool is_draining = false;
  std::optional<Reloader> reloader;   // empty without a source
  std::vector<std::string> warnings;  // about the configuration in force
  metrics::ConfigurationState configuration{settings.routes.size(), true, std::chrono::system_clock::now()};

  ListeningSockets sockets;  // those that open() has not handed over, and the files of all
};

Daemon::Daemon(config::Settings settings, output::StandardStreams& streams, const Supervision& supervision,
               InheritedSockets inherited, std::vector<std::string> hints)
    : impl_(std::make_unique<Impl>(std::move(settings), streams, supervision, std::move(inherited),
                                   std::move(hints))) {}

std::size_t Daemon::access_log_rings(const config::Settings& settings) noexcept {
  return settings.access_log == config::AccessLog::kJson ? settings.workers : 0;
}

Daemon::~Daemon() {
  if (impl_->threads.empty()) return;
  drain();
  wait();
}

Checked<void, StartError> Daemon::open() {
  return impl_->open();
}
const std::vector<Address>& Daemon::proxy_addresses() const noexcept {
  return impl_->sockets.proxy_addresses;
}
const std::vector<Address>& Daemon::metrics_addresses() const noexcept {
  return impl_->sockets.metrics_addresses;
}
void Daemon::start() {
  impl_->start();
}
bool Daemon::wait() {
  return impl_->join();
}

void Daemon::set_source(std::function<Checked<config::Invocation, config::Errors>()> source) {
  impl_->set_source(std::move(source));
}

void Daemon::reload() {
  boost::asio::post(impl_->io, [impl = impl_.get()] { impl->on_reload_request(); });
}

void Daemon::drain() {
  boost::asio::post(impl_->io, [impl = impl_.get()] { impl->on_drain(); });
}

void Daemon::handle_signals() {
  impl_->watch_signals();
}

}  // namespace wayside::app
