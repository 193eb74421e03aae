// The counts of one endpoint, variant and method within one shard: a block of its own, and one for each
// status that it ended with.
//
// The worker's alone; the scrape sees the blocks and no cell. An endpoint answers with a handful of statuses,
// and nearly always with the one it answered with last, so that one is remembered.
#pragma once

#include "metrics/block.hpp"
#include "metrics/catalogue.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace wayside::metrics {

class Cell {
 public:
  // Where exchanges that end with some status are counted.
  struct Status {
    std::uint16_t code = 0;
    bool is_overflow = false;  // the block belongs to the overflow endpoint
    Block* block = nullptr;
  };

  // `record` outlives the cell. Throws std::bad_alloc.
  explicit Cell(const CellRecord& record) : record_(record), layout_(*record.layout), block_(record.values) {}
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;

  const CellRecord& record() const noexcept { return record_; }
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
  // `status.block` outlives the cell. Throws std::bad_alloc.
  void add_status(const Status& status) { statuses_.push_back(status); }

 private:
  const CellRecord& record_;
  const EndpointLayout& layout_;
  Block block_;
  Status last_;
  std::vector<Status> statuses_;
};

}  // namespace wayside::metrics
