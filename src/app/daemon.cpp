#include "wayside/app/daemon.hpp"

#include "wayside/admin/admin_server.hpp"
#include "wayside/app/process.hpp"
#include "wayside/net/operation_memory.hpp"
#include "wayside/net/reserved_timer.hpp"
#include "wayside/proxy/worker.hpp"
#include "wayside/tls/client_context.hpp"

#include "app/backend_watch.hpp"
#include "app/certificates.hpp"
#include "app/configuration.hpp"
#include "app/descriptor_budget.hpp"
#include "app/history_timer.hpp"
#include "app/listening_sockets.hpp"
#include "app/reloader.hpp"
#include "app/supervisor.hpp"
#include "app/telemetry.hpp"
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

using BackendTls = Checked<std::shared_ptr<const tls::ClientContext>, tls::LoadError>;

BackendTls load_backend_tls(const config::Settings& settings) {
  if (!settings.backend.is_https) return std::shared_ptr<const tls::ClientContext>();
  tls::ClientOptions options = settings.backend_tls;
  if (options.server_name.empty()) options.server_name = settings.backend.host;
  return tls::ClientContext::load(options);
}

}  // namespace

struct Daemon::Impl {
  Impl(config::Settings all_settings, output::StandardStreams& streams, const Supervision& supervision,
       InheritedSockets inherited_sockets, std::vector<std::string> hints)
      : settings(std::move(all_settings)),
        inherited(std::move(inherited_sockets)),
        budget(share_descriptors(descriptor_limit(), settings, inherited, supervision)),
        log(streams.log()),
        backend_tls(load_backend_tls(settings)),
        certificates({settings.listen, settings.web.tls}),
        telemetry(settings, {.log_lines_dropped = [this] { return log.dropped(); },
                             .backend_is_up = [this] { return backend_watch.is_up(); },
                             .backend_outage = [this] { return backend_watch.outage(); },
                             .certificate_expiries = [this] { return certificates.expiries(); }}),
        configuration(settings, std::move(hints), telemetry, certificates, log),
        supervisor(io.get_executor(), supervision,
                   {.totals = [this] { return telemetry.totals(); },
                    .all_live = [this] { return all_workers_live(); }}) {
    const bool has_access_log = access_log_rings(settings) != 0;
    // Without a budget, open() fails.
    const proxy::Share share = budget ? share_of_worker(*budget, settings) : proxy::Share{1, 1, 0, 0};
    std::vector<std::unique_ptr<const proxy::Routing>> routing = configuration.begin();
    for (std::size_t i = 0; i < settings.workers; ++i) {
      workers.push_back(std::make_unique<proxy::Worker>(proxy::Worker::Dependencies{
          settings, std::move(routing[i]), telemetry.registry().shard(i),
          configuration.inspector().unmatched(i), has_access_log ? &streams.access_log(i) : nullptr, log,
          share, [this] { backend_watch.ring(); }, tls_of_backend()}));
      backend_watch.add(workers.back()->backend_reporter());
    }
  }

  std::shared_ptr<const tls::ClientContext> tls_of_backend() const {
    return backend_tls ? *backend_tls : nullptr;  // after a failure, open() fails
  }

  Checked<void, StartError> open() {
    if (!budget) {
      return StartError{fmt::format(
          "the limit of open files (ulimit -n, LimitNOFILE= of systemd) is too low for {} workers: {}",
          settings.workers, descriptor_limit())};
    }
    if (!backend_tls) return StartError{backend_tls.error().message};
    if (auto read = certificates.open(); !read) return read.error();
    auto opened = open_listening_sockets(settings, std::move(inherited));
    if (!opened) return opened.error();
    sockets = *std::move(opened);
    for (std::size_t i = 0; i < workers.size(); ++i) {
      for (std::size_t j = 0; j < sockets.of_worker[i].size(); ++j) {
        if (const error_code ec = workers[i]->listen(std::move(sockets.of_worker[i][j]),
                                                     sockets.life_of_proxy, certificates.entrance_of(j)))
          return cannot_listen(sockets.proxy_addresses[j], ec);
      }
    }
    admin.emplace(io, pages(), log, budget->metrics);
    use_access(access_of(settings));
    for (std::size_t i = 0; i < sockets.of_metrics.size(); ++i) {
      if (const error_code ec = admin->listen(std::move(sockets.of_metrics[i]), sockets.life_of_metrics))
        return cannot_listen(sockets.metrics_addresses[i], ec);
    }
    return sockets.put_files_in_place();
  }

  admin::AdminPages pages() {
    return telemetry.pages({.configuration = configuration.state(),
                            .warnings = configuration.warnings(),
                            .inspector = configuration.inspector(),
                            .why_unready = [this] { return why_unready(); },
                            .reload = reload_page(),
                            .listen = texts_of(sockets.proxy_addresses)});
  }

  std::string why_unready() const { return is_draining ? "draining" : backend_watch.why_unready(); }

  admin::AdminPages::Reload reload_page() {
    if (!settings.enable_lifecycle || !reloader) return {};
    return [this] { return on_reload_post(); };
  }

  void set_source(std::function<Checked<config::Invocation, config::Errors>()> source) {
    reloader.emplace(
        io, Reloader::Steps{
                .read = std::move(source),
                .prepare = [this](config::Invocation next) { return configuration.prepare(std::move(next)); },
                .finish = [this](Reloader::Outcome& outcome) { return on_reloaded(outcome); },
                .begin = [this] { supervisor.on_reload_begins(); }});
  }

  static StartError cannot_listen(const Address& address, const error_code& why) {
    return {fmt::format("cannot listen on {}: {}", to_string(address), why.message())};
  }

  void start() {
    log.info("listening", {{"proxy", text_of(sockets.proxy_addresses)},
                           {"backend", backend_text(settings.backend)},
                           {"metrics", text_of(sockets.metrics_addresses)}});
    log_descriptors(*budget, settings, log);
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
    certificates.start([this](Checked<void, tls::LoadError> result) {
      boost::asio::post(io, [this, result = std::move(result)] { configuration.note_certificates(result); });
    });
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

  Checked<void, std::string> on_reloaded(Reloader::Outcome& outcome) {
    supervisor.on_reload_ends();
    auto result = configuration.finish(outcome, workers);
    if (!result.has_error()) use_access(std::move(outcome->access));
    return result;
  }

  void use_access(admin::Access access) {
    access.tls = certificates.of_metrics();
    admin->use(std::move(access));
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
    certificates.stop();
    if (!threads.empty()) say("stopped");
    threads.clear();
    return !reloader || reloader->close(std::min(settings.timeouts.drain, kReadingEndsWithin));
  }

  const config::Settings settings;
  InheritedSockets inherited;  // until open()
  const std::optional<DescriptorBudget> budget;
  const Logger& log;
  const BackendTls backend_tls;
  Certificates certificates;
  Telemetry telemetry;
  Configuration configuration;
  std::vector<std::unique_ptr<proxy::Worker>> workers;

  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work =
      boost::asio::make_work_guard(io);
  boost::asio::signal_set signals{io};
  net::OperationMemory signal_memory;
  UnusedMemory unused_memory{io.get_executor()};
  HistoryTimer history_timer{io.get_executor(), telemetry.history()};
  BackendWatch backend_watch{io, settings, backend_text(settings.backend), log, tls_of_backend()};
  net::ReservedTimer<Daemon> delay_timer{io.get_executor()};
  std::optional<admin::AdminServer> admin;
  Supervisor supervisor;
  std::deque<WorkerThread> worker_threads;
  std::vector<std::thread> threads;
  std::size_t running_workers = 0;
  bool is_draining = false;
  std::optional<Reloader> reloader;  // empty without a source

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
