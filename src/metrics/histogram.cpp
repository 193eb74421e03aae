#include "metrics/histogram.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <new>

namespace wayside::metrics {

void keep_exemplar(Block& block, const HistogramSlot& slot, const TraceContext& trace,
                   std::int64_t value) noexcept {
  if (block.own_exemplars() == nullptr) {
    try {
      block.adopt_exemplars(std::make_unique<ExemplarSlots>(slot.bucket_offset(slot.buckets->size())));
    } catch (const std::bad_alloc&) {
      return;
    }
  }
  // The wall clock: an exemplar's timestamp is read by people and by Prometheus, and no duration is derived
  // from it.
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  const std::int64_t now_ns = std::chrono::duration_cast<Nanoseconds>(since_epoch).count();
  const std::size_t bucket = slot.buckets->index_of(std::max<std::int64_t>(value, 0));
  (*block.own_exemplars())[slot.bucket_offset(bucket)].write({trace, value, now_ns});
}

}  // namespace wayside::metrics
