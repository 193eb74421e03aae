// One worker's metrics.
//
// Written by that worker alone and read by the scrape at any time, without locks: each count is a 64-bit
// atomic that its single writer updates with a relaxed load and a relaxed store (no `lock` prefix), which is
// enough because each value is meaningful alone and only ever grows (gauges apart). What is counted for the
// first time is made then, under the series budget and the registry's lock; from then on it is found by
// index: label text is no business of the worker, but for endpoint_for() and
// known_endpoint().
//
// Every function is noexcept and allocates at most where something is counted for the first time. What cannot
// be allocated is not counted rather than ending the request.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/metrics/endpoint.hpp"
#include "wayside/metrics/observation.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace wayside::metrics {

class BlockList;
class Catalogue;

// An index in one of the registry's lists of reasons.
using ReasonId = std::size_t;

// See the top of the file. The worker only, blocks() apart. Alignment keeps two workers' shards on different
// cache lines.
class alignas(64) Shard {
 public:
  // `catalogue` outlives the shard. Throws std::bad_alloc.
  explicit Shard(Catalogue& catalogue);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  // The endpoint of a label that no configuration names: a raw or a guessed path, a route that the backend
  // declares. kOverflowEndpoint where the budget has no room for a new one, or where the label is longer
  // than 256 bytes. Bytes that are not UTF-8 are replaced. Without lock and allocation once the label is
  // known, and once the budget is full.
  EndpointId endpoint_for(std::string_view label) noexcept;

  // The endpoint of such a label, or of one that a configuration names, where there is one already; makes
  // none. Without lock and allocation, but where endpoints have been made since it was last asked for one
  // that it did not know.
  std::optional<EndpointId> known_endpoint(std::string_view label) noexcept;

  // Every exchange that starts finishes exactly once.
  void exchange_started() noexcept;
  void exchange_finished(const Observation& observation) noexcept;

  // A stream is part of its exchange: it begins after the exchange starts and ends before it finishes.
  void stream_began(EndpointId endpoint, StreamKind kind) noexcept;
  void stream_ended(EndpointId endpoint, StreamKind kind, Nanoseconds duration,
                    std::uint64_t bytes_from_client, std::uint64_t bytes_from_backend) noexcept;

  // What an exchange took beyond the time that it waited for client and backend.
  void observe_overhead(Nanoseconds overhead) noexcept;
  void backend_failed(ReasonId reason) noexcept;
  void request_rejected(ReasonId reason) noexcept;
  void backend_retried() noexcept;
  void backend_queue_entered() noexcept;
  void backend_queue_left() noexcept;
  void log_line_dropped() noexcept;

  // Connections. Each that is made is closed once.
  void client_connected() noexcept;
  void client_closed() noexcept;
  void client_evicted() noexcept;
  void backend_connected() noexcept;  // … and busy
  void backend_became_idle() noexcept;
  void backend_became_busy() noexcept;
  void backend_closed(bool was_idle) noexcept;

  // Any thread: everything that was counted here.
  const BlockList& blocks() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wayside::metrics
