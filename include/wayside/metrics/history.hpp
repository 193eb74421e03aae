// The last quarter of an hour: what was counted at each endpoint, in ticks of five seconds.
//
// The history is filled from snapshots, by one thread that is not a worker: it costs the workers nothing. A
// tick ends when tick() is called; one that comes late makes its tick longer, and rates use the real length.
// A window reaches from the beginning of a tick to the moment of the question.
//
// A child is an endpoint, a variant and a method, or those and a status. The history keeps the growth of each
// child in each tick, in numbers of 32 bits. A child takes memory at its first growth, and gives it back
// after a quarter of an hour without growth. That is at most 720 bytes for each series that the budget
// counts, and 3.6 KB more for each method of an endpoint, whose sums and bytes take two numbers each and
// whose aborts are kept apart: 18 MB where 20,000 series in histograms of the default buckets were all in
// use.
//
// Where 800 endpoints all had requests in all ticks, the end of a tick takes 0.12 ms of processor time, a
// window of five minutes 5 ms, and all points with the quantile of each about 70 ms (AMD EPYC, beside
// compilers).
//
// Does no I/O and reads no clock.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/base/method.hpp"
#include "wayside/metrics/endpoint.hpp"
#include "wayside/metrics/observation.hpp"
#include "wayside/metrics/quantile.hpp"
#include "wayside/metrics/registry.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace wayside::metrics {

// 1xx to 5xx; a status of 600 or above is among the last.
inline constexpr std::size_t kStatusClassCount = 5;

struct SloUse {
  Nanoseconds target{};
  std::uint64_t good = 0;
  std::uint64_t total = 0;
};

// The counts of one endpoint, or of all endpoints together, in a window.
struct EndpointUse {
  EndpointId endpoint = kOverflowEndpoint;  // not for the service
  std::string_view label;                   // valid as long as the registry; empty for the service
  MethodSet methods;                        // of all requests since the start
  std::array<std::uint64_t, kStatusClassCount> by_class{};
  std::uint64_t server_errors = 0;  // see metrics/server_error.hpp
  std::array<std::uint64_t, kAbortPhaseCount> aborts{};
  Distribution durations;  // in seconds
  std::optional<SloUse> slo{};
  std::uint64_t in_flight = 0;           // now
  std::uint64_t streams_active = 0;      // now
  std::uint64_t requests_total = 0;      // since the start
  std::optional<TimePoint> last_used{};  // the end of the tick of the last request

  std::uint64_t requests() const noexcept;
  std::uint64_t client_aborts() const noexcept;
  // Nothing without requests.
  std::optional<double> error_share() const noexcept;
};

// The present state of the process, and its counts: since the start, where nothing else is said.
struct ProcessCounts {
  using ByReason = std::vector<std::pair<std::string_view, std::uint64_t>>;  // without zeros

  std::uint64_t series = 0;
  std::uint64_t series_limit = 0;
  std::uint64_t series_overflow = 0;
  std::uint64_t backend_active = 0;
  std::uint64_t backend_idle = 0;
  std::uint64_t backend_queue = 0;
  std::uint64_t backend_connects = 0;
  std::uint64_t backend_retries = 0;
  std::uint64_t client_connections = 0;
  std::uint64_t client_evictions = 0;
  ByReason backend_errors;
  ByReason rejected;
  ByReason backend_errors_in_window;
  ByReason rejected_in_window;
};

struct LiveUse {
  Nanoseconds covered{};  // the length of the window
  EndpointUse service;
  std::vector<EndpointUse> endpoints;  // the busiest first
  Distribution overhead;               // in seconds
  ProcessCounts process;
};

// Ticks in a row, the newest last. Empty: there was no request in them.
struct Points {
  std::vector<double> rates;   // requests per second
  std::vector<double> errors;  // server errors per second
  std::vector<std::optional<double>> p95;
};

struct StatusUse {
  Method method = Method::unknown;
  std::uint16_t status = 0;  // of the overflow endpoint: its first digit
  std::uint64_t requests = 0;
  std::uint64_t requests_total = 0;  // since the start
};

struct ExemplarUse {
  TraceContext trace;
  double seconds = 0;
  std::chrono::system_clock::time_point time;
  std::optional<double> bound{};  // of its bucket; nothing: the last one
};

struct EndpointDetail {
  std::string_view label;  // valid as long as the registry
  Nanoseconds covered{};
  Distribution durations;
  std::optional<Distribution> queue;    // nothing: not measured
  std::optional<Distribution> backend;  //
  std::vector<StatusUse> statuses;      // by method and status
  std::array<std::uint64_t, kAbortPhaseCount> aborts{};
  std::uint64_t bytes_from_clients = 0;
  std::uint64_t bytes_from_backend = 0;
  std::vector<ExemplarUse> exemplars;  // the newest of each bucket, the slowest first
};

// One thread at a time, while the workers count. Functions that are not noexcept throw std::bad_alloc, after
// which the history is as it was before.
class History {
 public:
  static constexpr std::size_t kTicks = 180;
  static constexpr std::chrono::seconds kTickTime{5};

  // `registry` outlives the history. The first tick begins at `now`.
  History(const Registry& registry, TimePoint now);
  ~History();
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  // From now on, endpoints that were never interned are added to `endpoint`, and their labels are not shown.
  void hide_dynamic_endpoints_in(EndpointId endpoint) noexcept;

  // Ends the present tick. `now` never goes back, here and below.
  void tick(TimePoint now);
  // The number of the newest tick that has ended; 0: none.
  std::uint64_t newest_tick() const noexcept;

  // The last `ticks` ticks (at most kTicks) and what came after them. The endpoints are those that are in
  // force and those that have had a request.
  LiveUse live(std::size_t ticks, TimePoint now);
  // Nothing: live() has no such endpoint.
  std::optional<EndpointDetail> detail(std::string_view label, std::size_t ticks, TimePoint now);

  // The ticks after `since`, as far as they are kept. All of them where `since` is not over yet: it is a tick
  // of another process. After live(), for its endpoints.
  Points points_of(EndpointId endpoint, std::uint64_t since) const;
  Points points_of_service(std::uint64_t since) const;
  // How many ticks those are.
  std::size_t point_count(std::uint64_t since) const noexcept;

  // Of what is kept by tick.
  std::size_t memory_bytes() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wayside::metrics
