// A 64-bit value with one writing thread and any number of reading ones.
//
// The writer adds with a plain load and a plain store: without a `lock` prefix, counting costs as much as an
// ordinary increment. That is sound only because no second thread writes. Relaxed order is enough because no
// value depends on another: a reader may see a new value of one and an old value of the other. Of one value,
// a reader never sees an older state than before (coherence).
#pragma once

#include <atomic>

namespace wayside::metrics {

template <class Integer>
class SingleWriter {
 public:
  SingleWriter() noexcept = default;
  SingleWriter(const SingleWriter&) = delete;
  SingleWriter& operator=(const SingleWriter&) = delete;

  // The writer only. Unsigned values wrap.
  void add(Integer amount) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }

  // Any thread.
  Integer value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  static_assert(std::atomic<Integer>::is_always_lock_free);
  std::atomic<Integer> value_{0};
};

}  // namespace wayside::metrics
