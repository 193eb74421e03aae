// What counting and scraping cost: an exchange's share, and a line's.
#include "wayside/metrics/exposition.hpp"
#include "wayside/metrics/history.hpp"
#include "wayside/metrics/registry.hpp"

#include "bench/yardstick.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace wayside::metrics {
namespace {

Observation small_get(EndpointId endpoint, Nanoseconds duration) {
  return {.endpoint = endpoint,
          .method = Method::get,
          .status = 200,
          .duration = duration,
          .request_bytes = 0,
          .response_bytes = 512};
}

// Everything that the metrics do about an ordinary exchange.
void observe_with(benchmark::State& state, RegistryOptions options) {
  Registry registry(std::move(options));
  Shard& shard = registry.shard(0);
  std::array<EndpointId, 64> endpoints;
  for (std::size_t i = 0; i < endpoints.size(); ++i)
    endpoints[i] = registry.intern("/route/" + std::to_string(i));
  std::size_t turn = 0;
  bench::run_beside_yardstick(state, [&] {
    ++turn;
    const EndpointId endpoint = endpoints[turn % endpoints.size()];
    const StartedExchange started = shard.exchange_started(endpoint, Method::get);
    shard.observe_overhead(Nanoseconds(turn % 100'000));
    shard.exchange_finished(started, small_get(endpoint, Nanoseconds(turn * 977 % 1'000'000'000)));
  });
}

void observe_an_exchange(benchmark::State& state) {
  observe_with(state, {});
}
BENCHMARK(observe_an_exchange);

void observe_an_exchange_natively(benchmark::State& state) {
  observe_with(state, {.native_histograms = true});
}
BENCHMARK(observe_an_exchange_natively);

// A label that is known by its text only.
void find_a_label(benchmark::State& state) {
  Registry registry({});
  Shard& shard = registry.shard(0);
  std::array<std::string, 64> labels;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    labels[i] = "/users/{id}/orders/" + std::to_string(i);
    shard.endpoint_for(labels[i]);
  }
  std::size_t turn = 0;
  bench::run_beside_yardstick(
      state, [&] { benchmark::DoNotOptimize(shard.endpoint_for(labels[++turn % labels.size()])); });
}
BENCHMARK(find_a_label);

// A scanner's path, once the budget is full.
void refuse_a_label(benchmark::State& state) {
  Registry registry({.max_series = 1'000});
  Shard& shard = registry.shard(0);
  for (int i = 0; i < 1'000; ++i)
    shard.endpoint_for("/scan/" + std::to_string(i));
  bench::run_beside_yardstick(state,
                              [&] { benchmark::DoNotOptimize(shard.endpoint_for("/scan/and/so/on")); });
}
BENCHMARK(refuse_a_label);

// A whole scrape of about as many series as the argument says.
void render(benchmark::State& state, Format format) {
  Registry registry({.max_series = 1'000'000});
  Shard& shard = registry.shard(0);
  const auto wanted = static_cast<std::size_t>(state.range(0));
  constexpr std::size_t kSeriesOfAnEndpoint =
      17 + 1 + 2 + 3 + 1;  // durations, in flight, bytes, aborts, requests
  for (std::size_t i = 0; i < wanted / kSeriesOfAnEndpoint; ++i) {
    const EndpointId endpoint = registry.intern("/customers/{customer}/orders/" + std::to_string(i));
    for (int j = 0; j < 200; ++j) {
      shard.exchange_finished(shard.exchange_started(endpoint, Method::get),
                              small_get(endpoint, Nanoseconds(j * 10'000'019L)));
    }
  }
  Exposition exposition(registry, {});
  std::string out;
  exposition.render(out, {format, {}});
  const std::int64_t lines = std::ranges::count(out, '\n');
  bench::run_beside_yardstick(state, [&] {
    out.clear();
    exposition.render(out, {format, {}});
  });
  state.counters["lines"] = static_cast<double>(lines);
}
BENCHMARK_CAPTURE(render, text, Format::kText)
    ->Arg(1'000)
    ->Arg(10'000)
    ->Arg(100'000)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(render, openmetrics, Format::kOpenMetrics)->Arg(10'000)->Unit(benchmark::kMicrosecond);

// Endpoints that all had requests in each of the last ticks.
class UsedHistory {
 public:
  explicit UsedHistory(std::int64_t endpoint_count) {
    for (std::int64_t i = 0; i < endpoint_count; ++i)
      endpoints_.push_back(registry_.intern("/customers/{customer}/orders/" + std::to_string(i)));
    for (std::size_t i = 0; i < History::kTicks; ++i)
      tick();
  }
  void count() {
    Shard& shard = registry_.shard(0);
    for (const EndpointId endpoint : endpoints_) {
      shard.exchange_finished(shard.exchange_started(endpoint, Method::get),
                              small_get(endpoint, Nanoseconds(++turn_ * 977 % 1'000'000'000)));
    }
  }
  void tick() {
    count();
    history_.tick(now_ += History::kTickTime);
  }
  LiveUse live() { return history_.live(60, now_); }

 private:
  Registry registry_{{.max_series = 1'000'000}};
  TimePoint now_{};
  History history_{registry_, now_};
  std::vector<EndpointId> endpoints_;
  std::int64_t turn_ = 0;
};

// The end of a tick, with the counting before it: an exchange at each endpoint.
void tick_of_history(benchmark::State& state) {
  UsedHistory used(state.range(0));
  bench::run_beside_yardstick(state, [&] { used.tick(); });
}
BENCHMARK(tick_of_history)->Arg(800)->Unit(benchmark::kMicrosecond);

// The numbers of a window of five minutes.
void window_of_history(benchmark::State& state) {
  UsedHistory used(state.range(0));
  bench::run_beside_yardstick(state, [&] { benchmark::DoNotOptimize(used.live()); });
}
BENCHMARK(window_of_history)->Arg(800)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace wayside::metrics

BENCHMARK_MAIN();
