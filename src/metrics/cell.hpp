// The counts of one endpoint, variant and method within one shard: a block of its own, and one for each
// status that it ended with.
//
// The worker's alone; the scrape sees the blocks and no cell. An endpoint answers with a handful of statuses,
// and nearly always with the one it answered with last, so that one is looked at first.
#pragma once

#include "metrics/block.hpp"
#include "metrics/catalogue.hpp"

#include <cstddef>
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
  explicit Cell(const CellRecord& record) : record_(record), block_(record.values) {}
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;

  const CellRecord& record() const noexcept { return record_; }
  Block& block() noexcept { return block_; }

  // nullptr where that status is new. Valid until the next add_status.
  const Status* find_status(std::uint16_t code) noexcept {
    if (hot_ < statuses_.size() && statuses_[hot_].code == code) [[likely]]
      return &statuses_[hot_];
    for (hot_ = 0; hot_ < statuses_.size(); ++hot_) {
      if (statuses_[hot_].code == code) return &statuses_[hot_];
    }
    return nullptr;
  }
  // `status.block` outlives the cell. Throws std::bad_alloc.
  void add_status(const Status& status) { statuses_.push_back(status); }

 private:
  const CellRecord& record_;
  Block block_;
  std::vector<Status> statuses_;
  std::size_t hot_ = 0;
};

}  // namespace wayside::metrics
