// The counts of one endpoint and one method within one shard: exchanges by status, and the latency histogram.
//
// Owned by its shard, written by the shard's worker, read by the scrape. Statuses are kept in a list that
// only grows at its head: a node is complete before the release store that publishes it, and never changes
// its place or goes away, so a reader that follows the list needs no lock. An endpoint answers with a handful
// of statuses, and nearly always with the one it answered with last, so the worker looks there first.
#pragma once

#include "wayside/metrics/histogram.hpp"
#include "wayside/metrics/single_writer.hpp"

#include <atomic>
#include <cstdint>

namespace wayside::metrics {

class Cell {
 public:
  // `buckets` outlives the cell. Throws std::bad_alloc.
  explicit Cell(const Buckets& buckets) : duration_(buckets) {}
  ~Cell();
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;

  // The worker only. Allocates at the first use of a status; an exchange for which there is no memory is
  // lost.
  void count(unsigned status) noexcept;

  // The worker observes, any thread reads.
  Histogram& duration() noexcept { return duration_; }
  const Histogram& duration() const noexcept { return duration_; }

  // Any thread: calls visit(status, count) for each status counted so far, the newest status first.
  template <class Visitor>
  void for_each_status(Visitor&& visit) const {
    for (const StatusCount* node = newest_.load(std::memory_order_acquire); node != nullptr;
         node = node->older) {
      visit(node->status, node->count.value());
    }
  }

 private:
  struct StatusCount {
    StatusCount(std::uint16_t its_status, StatusCount* its_older) noexcept
        : status(its_status), older(its_older) {}

    const std::uint16_t status;
    StatusCount* const older;
    SingleWriter<std::uint64_t> count;
  };

  StatusCount* find_or_make(std::uint16_t status) noexcept;

  StatusCount* hot_ = nullptr;  // the one counted last; the worker's alone
  std::atomic<StatusCount*> newest_{nullptr};
  Histogram duration_;
};

}  // namespace wayside::metrics
