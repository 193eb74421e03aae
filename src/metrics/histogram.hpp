// Observations entering a histogram of a block.
#pragma once

#include "metrics/block.hpp"
#include "metrics/layout.hpp"
#include "metrics/native_buckets.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace wayside::metrics {

// Adds `value` to the histogram in `slot`, which is measured. The block's worker only. A negative value
// counts as zero, so that the sum never goes down. The sum wraps after 2^64 ns = 584 years of added-up
// latency, which Prometheus takes for a counter reset.
inline void observe(Block& block, const HistogramSlot& slot, std::int64_t value) noexcept {
  const std::int64_t clamped = std::max<std::int64_t>(value, 0);
  const std::size_t bucket = slot.buckets->index_of(clamped);
  block[slot.sum_offset].add(static_cast<std::uint64_t>(clamped));
  block[slot.bucket_offset(bucket)].add(1);
  if (slot.has_native()) block[slot.native_offset + native_bucket_of(clamped)].add(1);
}

// Keeps the observation as the exemplar of its bucket. The block's worker only. Allocates the first time in a
// block, and keeps none where there is no memory. At most one histogram of a block has exemplars.
void keep_exemplar(Block& block, const HistogramSlot& slot, const TraceContext& trace,
                   std::int64_t value) noexcept;

}  // namespace wayside::metrics
