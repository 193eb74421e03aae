#include "wayside/metrics/shard.hpp"

#include "metrics/cell.hpp"

#include <cassert>
#include <new>

namespace wayside::metrics {
namespace {

std::size_t slot_of(EndpointId endpoint, Method method) noexcept {
  return endpoint * kMethodCount + static_cast<std::size_t>(method);
}

}  // namespace

Shard::Shard(std::size_t endpoint_count, const Buckets& buckets)
    : buckets_(buckets),
      endpoint_count_(endpoint_count),
      cells_(std::make_unique<std::atomic<Cell*>[]>(endpoint_count * kMethodCount)) {}

Shard::~Shard() {
  for (std::size_t slot = 0; slot < endpoint_count_ * kMethodCount; ++slot) {
    delete cells_[slot].load(std::memory_order_relaxed);
  }
}

void Shard::exchange_finished(EndpointId endpoint, Method method, unsigned status) noexcept {
  in_flight_.add(-1);
  if (Cell* const cell = find_or_make(endpoint, method)) cell->count(status);
}

void Shard::observe_duration(EndpointId endpoint, Method method, Nanoseconds duration) noexcept {
  if (Cell* const cell = find_or_make(endpoint, method)) cell->duration().observe(duration);
}

const Cell* Shard::cell(EndpointId endpoint, Method method) const noexcept {
  assert(endpoint < endpoint_count_);
  return cells_[slot_of(endpoint, method)].load(std::memory_order_acquire);
}

Cell* Shard::find_or_make(EndpointId endpoint, Method method) noexcept {
  assert(endpoint < endpoint_count_);
  std::atomic<Cell*>& slot = cells_[slot_of(endpoint, method)];
  // Relaxed: this thread is the only one that ever stores here.
  if (Cell* const cell = slot.load(std::memory_order_relaxed)) [[likely]]
    return cell;
  try {
    auto made = std::make_unique<Cell>(buckets_);
    slot.store(made.get(), std::memory_order_release);
    return made.release();
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

}  // namespace wayside::metrics
