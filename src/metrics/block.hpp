// One worker's values for one range of the value space.
//
// Every number that is exposed has an index of its own in the process: the value space, given out range by
// range by the Catalogue. A block holds one shard's share of one such range. A snapshot is the sum, index by
// index, of the blocks of all shards; what an index means is the catalogue's to know. Gauges are values like
// any other: going down is adding 2^64 - 1, and sums wrap the same way.
//
// Owned by its shard, written by the shard's worker, read by the scrape. A block is complete before the list
// of blocks shows it, and never changes its place or goes away while the shard lives.
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

// The blocks of a shard, in no order of importance. Owns nothing. One thread adds, any thread walks.
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
