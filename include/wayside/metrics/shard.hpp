// One worker's metric cells.
//
// Written by that worker alone and read by the scrape at any time, without locks: each count is a 64-bit
// atomic that its single writer updates with a relaxed load and a relaxed store (no `lock` prefix), which is
// enough because each value is meaningful alone and only ever grows (gauges apart). A cell (endpoint ×
// method) is made at its first use and published with a release store of its pointer, so a reader sees it
// whole or not at all. A cell never moves or disappears while the shard lives. It is found by index: label
// text is no business of the worker.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/base/method.hpp"
#include "wayside/metrics/histogram.hpp"
#include "wayside/metrics/single_writer.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace wayside::metrics {

class Cell;

// Index of an endpoint label in its registry.
using EndpointId = std::uint32_t;

// See the top of the file. The writing side is noexcept but may allocate at the first use of a cell or a
// status; what cannot be allocated is not counted rather than ending the request. Alignment keeps two
// workers' shards on different cache lines.
class alignas(64) Shard {
 public:
  // Endpoints are 0 … endpoint_count - 1. `buckets` outlives the shard.
  Shard(std::size_t endpoint_count, const Buckets& buckets);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  // Worker only.
  void exchange_started() noexcept { in_flight_.add(1); }
  // One exchange is over: leaves in-flight and counts once under (endpoint, method, status). `status` is 100
  // … 999.
  void exchange_finished(EndpointId endpoint, Method method, unsigned status) noexcept;
  // One round trip enters the latency histogram of (endpoint, method).
  void observe_duration(EndpointId endpoint, Method method, Nanoseconds duration) noexcept;

  // Read side, any thread: Registry puts the shards together.
  // The cell, or nullptr before its first use. Valid as long as the shard.
  const Cell* cell(EndpointId endpoint, Method method) const noexcept;
  // Exchanges started and not finished.
  std::int64_t in_flight() const noexcept { return in_flight_.value(); }

 private:
  // nullptr if there is no memory for it.
  Cell* find_or_make(EndpointId endpoint, Method method) noexcept;

  const Buckets& buckets_;
  std::size_t endpoint_count_;
  std::unique_ptr<std::atomic<Cell*>[]>
      cells_;  // endpoint_count_ rows of kMethodCount; owns what it points to
  SingleWriter<std::int64_t> in_flight_;
};

}  // namespace wayside::metrics
