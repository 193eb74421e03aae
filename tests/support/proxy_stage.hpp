// One worker's proxy on the test's thread: a Context with the objects that it refers to, and its two peers,
// which the test drives.
//
//     test::ProxyStage stage;
//     stage.settings.request_body.buffer = 0;  // before the first use of the context
//     test::StageClient client(stage);
//     client.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
#pragma once

#include "wayside/base/log.hpp"
#include "wayside/config/settings.hpp"
#include "wayside/inspector/route_use.hpp"
#include "wayside/inspector/unmatched_paths.hpp"
#include "wayside/metrics/exposition.hpp"
#include "wayside/metrics/registry.hpp"
#include "wayside/net/task.hpp"
#include "wayside/output/ring.hpp"
#include "wayside/proxy/reasons.hpp"
#include "wayside/proxy/routing.hpp"
#include "wayside/proxy/share.hpp"
#include "wayside/routes/route_table.hpp"
#include "wayside/routes/unmatched.hpp"

#include "proxy/client_connection.hpp"
#include "proxy/context.hpp"
#include "support/connection.hpp"
#include "support/fake_backend.hpp"
#include "support/io_loop.hpp"
#include "support/log_lines.hpp"

#include <array>
#include <coroutine>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace wayside::test {

class ProxyStage {
 public:
  // Requests that no route matches are counted as "unmatched"; the backend is `backend`.
  ProxyStage() {
    settings.unmatched = routes::UnmatchedPolicy::kFold;
    settings.backend = backend.address();
  }
  ProxyStage(const ProxyStage&) = delete;
  ProxyStage& operator=(const ProxyStage&) = delete;

  // Call it before the first use of the context. The reference is valid until the next call.
  routes::RouteSpec& add_route(std::string path) {
    routes::RouteSpec& route = settings.routes.emplace_back();
    route.path = std::move(path);
    return route;
  }

  // Made from the settings and the share at the first call.
  proxy::Context& context() {
    if (!parts_) parts_.emplace(*this);
    return parts_->context;
  }
  metrics::Registry& registry() { return context(), parts_->registry; }

  // The page of a scrape.
  std::string metrics(metrics::Format format = metrics::Format::kText) {
    std::string page;
    metrics::ScrapeRequest request;
    request.format = format;
    metrics::Exposition(registry(), {settings.namings, {}, {}, {}}).render(page, request);
    return page;
  }
  // The value of a series such as `wayside_client_connections`; -1 if there is none.
  double metric(std::string_view series) {
    const std::string page = metrics();
    const std::size_t found = page.find('\n' + std::string(series) + ' ');
    return found == page.npos ? -1 : std::stod(page.substr(found + series.size() + 2));
  }
  // The number of exchanges counted under "unmatched", GET and the status.
  double requests(unsigned status) {
    return metric(R"(http_requests_total{endpoint="unmatched",http_status=")" + std::to_string(status) +
                  R"(",method="GET"})");
  }
  // The number of all exchanges counted.
  double requests() { return total("http_requests_total"); }
  double in_flight() { return total("http_requests_in_flight"); }
  // The sum of all series of a family with labels.
  double total(std::string_view family) {
    const std::string page = metrics();
    const std::string begin = '\n' + std::string(family) + '{';
    double sum = 0;
    for (std::size_t at = page.find(begin); at != page.npos; at = page.find(begin, at + 1))
      sum += std::stod(page.substr(page.find("} ", at) + 2));
    return sum;
  }

  // The lines of the access log since the last call. Needs settings.access_log.
  std::string access_log() {
    std::array<char, 64UL * 1024> lines;
    return {lines.data(), parts_->access_log->take_lines(lines)};
  }
  // The lines of the daemon's log.
  const std::string& log() const noexcept { return log_lines_.text(); }

  // How often the worker got its first idle client.
  int idle_calls() const noexcept { return idle_calls_; }
  // The inspector's counters of the route.
  inspector::RouteUse& use(routes::RouteId route) { return parts_->uses.at(route); }
  inspector::UnmatchedPaths& unmatched() { return parts_->unmatched; }

  // The routing for a second context.
  std::unique_ptr<const proxy::Routing> make_routing() { return make_routing(settings); }
  // The routes of other settings, for a context that runs.
  std::unique_ptr<const proxy::Routing> make_routing(const config::Settings& chosen) {
    return context(), parts_->make_routing(chosen);
  }
  const Logger& logger() const noexcept { return logger_; }

  IoLoop loop;
  FakeBackend backend;
  config::Settings settings;
  proxy::Share share{.clients = 8, .backends = 8, .backend_queue = 8, .pipes = 8};

 private:
  struct Parts {
    explicit Parts(ProxyStage& stage)
        : registry(registry_options(stage.settings)),
          access_log(stage.settings.access_log == config::AccessLog::kOff
                         ? nullptr
                         : std::make_unique<output::Ring>(64UL * 1024)),
          context(stage.loop, stage.settings, make_routing(stage.settings), registry.shard(0), unmatched,
                  access_log.get(), stage.logger_, stage.share, [&stage] { ++stage.idle_calls_; }) {}

    static metrics::RegistryOptions registry_options(const config::Settings& chosen) {
      metrics::RegistryOptions options{
          .max_series = chosen.measurement.max_series,
          .otel_detail = config::exposes_otel(chosen),
          .dynamic = chosen.measurement.defaults,
          .label_values = {{"wayside_backend_errors_total", proxy::backend_error_reasons()},
                           {"wayside_rejected_requests_total", proxy::rejection_reasons()}}};
      for (const config::HeaderLabel& label : chosen.measurement.labels)
        options.extra_labels.push_back(label.label);
      return options;
    }

    std::unique_ptr<const proxy::Routing> make_routing(const config::Settings& chosen) {
      auto table = routes::RouteTable::build(chosen.routes, chosen.matching);
      if (!table) throw std::logic_error(table.error().message);
      auto routing = std::make_unique<proxy::Routing>();
      routing->table = std::make_shared<const routes::RouteTable>(*std::move(table));
      routing->unmatched = chosen.unmatched_policy();
      routing->targets.push_back(
          {registry.intern(routes::kUnmatchedLabel, chosen.measurement.defaults), &uses.emplace_back()});
      for (const routes::RouteSpec& route : chosen.routes) {
        const metrics::EndpointId endpoint =
            route.is_excluded ? metrics::kExcludedEndpoint
                              : registry.intern(route.name.empty() ? route.path : route.name,
                                                config::endpoint_options(chosen.measurement, route));
        routing->targets.push_back({endpoint, &uses.emplace_back()});
      }
      return routing;
    }

    metrics::Registry registry;
    std::deque<inspector::RouteUse> uses;  // by route
    inspector::UnmatchedPaths unmatched;
    std::unique_ptr<output::Ring> access_log;
    proxy::Context context;
  };

  LogLines log_lines_;
  Logger logger_{LogLevel::kDebug, log_lines_};
  int idle_calls_ = 0;
  std::optional<Parts> parts_;
};

// A client connection and its peer.
struct StageClient {
  explicit StageClient(ProxyStage& its_stage, proxy::SessionId id = proxy::SessionId{1})
      : StageClient(its_stage, unix_connection(its_stage.loop), id) {}
  StageClient(ProxyStage& its_stage, Connection sockets, proxy::SessionId id = proxy::SessionId{1})
      : stage(its_stage),
        peer(std::move(sockets.peer)),
        connection(stage.context().wheel, std::move(sockets.stream), "192.0.2.1",
                   stage.settings.trusted_proxies, id) {}

  // Sends a few bytes from the peer and reads them into connection.in.
  void receive(std::string_view bytes) {
    peer.send(bytes);
    const std::size_t wanted = connection.in.size() + bytes.size();
    const bool has_come = run_until(stage.loop, [&] {
      if (connection.stream.readable()) connection.read(stage.context().buffers);
      return connection.in.size() == wanted && !connection.stream.readable();
    });
    if (!has_come) throw std::runtime_error("the bytes of the client did not come");
  }

  ProxyStage& stage;
  RawSocket peer;
  proxy::ClientConnection connection;
};

// Runs a task and keeps its result. Its destructor ends a task that is still running.
template <class T>
class Running {
 public:
  // std::monostate for Task<>.
  using Value = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

  explicit Running(net::Task<T> task) : driver_(drive(std::move(task), *this)) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  bool is_over() const noexcept { return result_ || failure_; }
  // Runs the loop until the task is over.
  bool run_to_end(IoLoop& loop) {
    return run_until(loop, [this] { return is_over(); });
  }
  // Call it once the task is over. Rethrows the task's exception.
  Value& result() {
    if (failure_) std::rethrow_exception(failure_);
    return *result_;
  }

 private:
  struct Driver {
    struct promise_type {
      Driver get_return_object() { return Driver(std::coroutine_handle<promise_type>::from_promise(*this)); }
      std::suspend_never initial_suspend() const noexcept { return {}; }
      std::suspend_always final_suspend() const noexcept { return {}; }
      void return_void() const noexcept {}
      void unhandled_exception() const noexcept { std::terminate(); }
    };
    explicit Driver(std::coroutine_handle<> its_frame) noexcept : frame(its_frame) {}
    Driver(Driver&& other) noexcept : frame(std::exchange(other.frame, nullptr)) {}
    Driver& operator=(Driver&&) = delete;
    ~Driver() {
      if (frame) frame.destroy();
    }
    std::coroutine_handle<> frame;
  };

  static Driver drive(net::Task<T> task, Running& running) {
    try {
      if constexpr (std::is_void_v<T>) {
        co_await task;
        running.result_.emplace();
      } else {
        running.result_.emplace(co_await task);
      }
    } catch (...) {
      running.failure_ = std::current_exception();
    }
  }

  std::optional<Value> result_;
  std::exception_ptr failure_;
  Driver driver_;
};

}  // namespace wayside::test
