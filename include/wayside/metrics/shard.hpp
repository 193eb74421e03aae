// One worker's metric cells.
//
// Written by that worker alone and read by the scrape at any time, without locks: each cell is a 64-bit atomic that
// its single writer updates with a relaxed load and a relaxed store (no `lock` prefix), which is enough because
// each value is meaningful alone and only ever grows (gauges apart). A series is made at its first use and published
// with a release store of its pointer, so a reader sees it whole or not at all. A series never moves or disappears while the
// shard lives.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "wayside/base/clock.hpp"
#include "wayside/base/method.hpp"
#include "wayside/metrics/histogram.hpp"

namespace wayside::metrics {

// Index of an endpoint label in its registry.
using EndpointId = std::uint32_t;

// See the top of the file. Everything here is noexcept but may allocate at the first use of a series; a series
// that cannot be allocated is not counted rather than ending the request.
class Shard {
 public:
  Shard(std::size_t endpoint_count, const Buckets& buckets);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  // Worker only.
  void exchange_started() noexcept;
  // One exchange is over: leaves in-flight and counts once under (endpoint, method, status). `status` is 100 … 999.
  void exchange_finished(EndpointId endpoint, Method method, unsigned status) noexcept;
  // One round trip enters the latency histogram of (endpoint, method).
  void observe_duration(EndpointId endpoint, Method method, Nanoseconds duration) noexcept;

  // …read side: for Registry and Exposition only, any thread. (designed by the implementation)
};

}  // namespace wayside::metrics
