// A histogram in a block: how an observation enters it.
#pragma once

#include "metrics/block.hpp"
#include "metrics/layout.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace wayside::metrics {

// Adds `value` to the histogram at `place`, which is there. The block's worker only. A negative value counts
// as zero, so that the sum never goes down. The sum wraps after 2^64 ns = 584 years of added-up latency,
// which Prometheus takes for a counter reset.
inline void observe(Block& block, const HistogramPlace& place, std::int64_t value) noexcept {
  const std::int64_t clamped = std::max<std::int64_t>(value, 0);
  const std::size_t bucket = place.buckets->index_of(clamped);
  block[place.sum_offset()].add(static_cast<std::uint64_t>(clamped));
  block[place.bucket_offset(bucket)].add(1);
}

// Remembers the observation as the exemplar of the bucket that it fell into. The block's worker only.
// Allocates the first time in a block, and goes without where there is no memory. At most one histogram of a
// block has exemplars.
void keep_exemplar(Block& block, const HistogramPlace& place, const TraceContext& trace,
                   std::int64_t value) noexcept;

}  // namespace wayside::metrics
