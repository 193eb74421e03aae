// The growth of a few values of one child, tick by tick, for the last kTicksKept ticks.
//
// A KeptValues says which values of a block are kept; a tick has one or two cells of 32 bits for each. A
// TickRing has memory from the first growth on until it has seen none for kTicksKept ticks.
#pragma once

#include "wayside/metrics/registry.hpp"

#include "metrics/layout.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace wayside::metrics {

inline constexpr std::size_t kTicksKept = 180;

// Counts from 1 on; 0 is the time before the first tick.
using TickNumber = std::uint64_t;

class KeptValues {
 public:
  // Of the blocks of Scope::kMethod: bytes, aborts, targets, and the histograms of durations.
  static KeptValues of_method(const EndpointLayout& layout);
  // Of the blocks of Scope::kStatus: requests.
  static KeptValues of_status();
  // Of the workers' blocks: the overhead, and the counters by reason.
  static KeptValues of_worker(const BlockLayout& layout, std::span<const ListedValues> lists);

  struct Value {
    std::uint32_t offset;  // in the block
    bool is_wide;          // may grow by more than 32 bits in a tick
  };
  std::span<const Value> values() const noexcept { return values_; }
  std::size_t cell_count() const noexcept { return cell_count_; }

 private:
  void keep(std::size_t offset, bool is_wide);
  void keep(const HistogramSlot& slot);

  std::vector<Value> values_;
  std::size_t cell_count_ = 0;
};

// The ticks from `first` to `last`; none if `last` is below `first`. At most the kTicksKept newest ones.
struct TickRange {
  TickNumber first = 1;
  TickNumber last = 0;

  std::size_t size() const noexcept { return first <= last ? last - first + 1 : 0; }
};

class TickRing {
 public:
  // `kept` outlives the ring.
  explicit TickRing(const KeptValues& kept) noexcept : kept_(&kept) {}

  // Whether a kept value grew from one state of the block to the other.
  bool has_grown(std::span<const std::uint64_t> before, std::span<const std::uint64_t> now) const noexcept;

  // Takes memory if `has_grown`, for the write() that follows. Throws std::bad_alloc.
  void prepare(bool has_grown);
  // Keeps the growth of the tick, which follows the last one that was written. Gives the memory back after
  // kTicksKept ticks without growth.
  void write(TickNumber tick, std::span<const std::uint64_t> before,
             std::span<const std::uint64_t> now) noexcept;

  // Adds the growth of the kept values to those of `block`: in these ticks, or from one state of the block to
  // the other.
  void add_to(std::span<std::uint64_t> block, TickRange ticks) const noexcept;
  void add_to(std::span<std::uint64_t> block, std::span<const std::uint64_t> before,
              std::span<const std::uint64_t> now) const noexcept;

  bool is_empty() const noexcept { return cells_ == nullptr; }
  std::size_t memory_bytes() const noexcept;

 private:
  const std::uint32_t* row(TickNumber tick) const noexcept {
    return cells_.get() + (tick % kTicksKept) * kept_->cell_count();
  }

  const KeptValues* kept_;
  std::unique_ptr<std::uint32_t[]> cells_;  // a row for each tick
  TickNumber last_growth_ = 0;
};

}  // namespace wayside::metrics
