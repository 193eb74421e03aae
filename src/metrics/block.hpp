// One worker's values for one range of the value space.
//
// Each value of the process has an index, given out range by range by the SeriesRegistry. A block holds one
// shard's share of one range; a snapshot is the sum, index by index, of the blocks of all shards. Gauges are
// values like any other: going down is adding 2^64 - 1, and sums wrap the same way.
//
// Owned by its shard, written by the shard's worker, read by the scrape. A block is complete before the list
// of blocks shows it, and neither moves nor goes away while the shard lives.
#pragma once

#include "wayside/metrics/single_writer.hpp"

#include "metrics/exemplar.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace wayside::metrics {

using ValueIndex = std::uint32_t;

struct ValueRange {
  ValueIndex first = 0;
  std::uint32_t size = 0;
};

class Block {
 public:
  // Zeros. Throws std::bad_alloc.
  explicit Block(ValueRange range)
      : range_(range), values_(std::make_unique<SingleWriter<std::uint64_t>[]>(range.size)) {}

  ValueRange range() const noexcept { return range_; }
  // offset < range().size
  SingleWriter<std::uint64_t>& operator[](std::size_t offset) noexcept { return values_[offset]; }
  const SingleWriter<std::uint64_t>& operator[](std::size_t offset) const noexcept { return values_[offset]; }

  // Exemplars of the first values of the block; nullptr before there are any.
  const ExemplarSlots* exemplars() const noexcept { return shown_exemplars_.load(std::memory_order_acquire); }
  // The worker only.
  ExemplarSlots* own_exemplars() noexcept { return exemplars_.get(); }
  void adopt_exemplars(std::unique_ptr<ExemplarSlots> exemplars) noexcept {
    exemplars_ = std::move(exemplars);
    shown_exemplars_.store(exemplars_.get(), std::memory_order_release);
  }

 private:
  friend class BlockList;

  const ValueRange range_;
  std::unique_ptr<SingleWriter<std::uint64_t>[]> values_;
  std::unique_ptr<ExemplarSlots> exemplars_;
  std::atomic<const ExemplarSlots*> shown_exemplars_{nullptr};
  const Block* older_ = nullptr;
};

// The blocks of a shard, newest first. Owns nothing. One thread adds, any thread walks.
class BlockList {
 public:
  // `block` is in no list and outlives this one.
  void add(Block& block) noexcept {
    block.older_ = newest_.load(std::memory_order_relaxed);
    newest_.store(&block, std::memory_order_release);
  }

  template <class Visitor>
  void for_each(Visitor&& visit) const {
    for (const Block* block = newest_.load(std::memory_order_acquire); block != nullptr;
         block = block->older_)
      visit(*block);
  }

 private:
  std::atomic<const Block*> newest_{nullptr};
};

}  // namespace wayside::metrics
