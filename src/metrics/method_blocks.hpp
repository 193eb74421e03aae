// One shard's counts of one endpoint, variant and method: a block, and one for each status.
//
// Used by the worker alone; the scrape sees the blocks only. An endpoint answers with a handful of statuses,
// and nearly always with the same as the last time, so the last one is remembered.
#pragma once

#include "metrics/block.hpp"
#include "metrics/series_registry.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace wayside::metrics {

class MethodBlocks {
 public:
  struct Status {
    std::uint16_t code = 0;
    bool is_overflow = false;  // the block belongs to the overflow endpoint
    Block* block = nullptr;
  };

  // `child`, of Scope::kMethod, outlives this. Throws std::bad_alloc.
  explicit MethodBlocks(const Child& child) : child_(child), layout_(*child.layout), block_(child.values) {}
  MethodBlocks(const MethodBlocks&) = delete;
  MethodBlocks& operator=(const MethodBlocks&) = delete;

  const ChildKey& key() const noexcept { return child_.key; }
  const EndpointLayout& layout() const noexcept { return layout_; }
  Block& block() noexcept { return block_; }

  // The status that was found last; code 0 before there is one.
  const Status& last_status() const noexcept { return last_; }
  // nullptr where that status is new. Valid until the next call.
  const Status* find_status(std::uint16_t code) noexcept {
    const auto found = std::ranges::find(statuses_, code, &Status::code);
    if (found == statuses_.end()) return nullptr;
    last_ = *found;
    return &last_;
  }
  // `status.block` outlives this. Throws std::bad_alloc.
  void add_status(const Status& status) { statuses_.push_back(status); }

 private:
  const Child& child_;
  const EndpointLayout& layout_;
  Block block_;
  Status last_;
  std::vector<Status> statuses_;
};

}  // namespace wayside::metrics
