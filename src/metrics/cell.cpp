#include "metrics/cell.hpp"

#include <cassert>
#include <new>

namespace wayside::metrics {

Cell::~Cell() {
  for (StatusCount* node = newest_.load(std::memory_order_relaxed); node != nullptr;) {
    StatusCount* const older = node->older;
    delete node;
    node = older;
  }
}

void Cell::count(unsigned status) noexcept {
  assert(status >= 100 && status <= 999);
  const auto narrow = static_cast<std::uint16_t>(status);
  if (hot_ == nullptr || hot_->status != narrow) [[unlikely]] {
    StatusCount* const found = find_or_make(narrow);
    if (found == nullptr) return;
    hot_ = found;
  }
  hot_->count.add(1);
}

Cell::StatusCount* Cell::find_or_make(std::uint16_t status) noexcept {
  // Relaxed: this thread wrote the list itself.
  StatusCount* const newest = newest_.load(std::memory_order_relaxed);
  for (StatusCount* node = newest; node != nullptr; node = node->older) {
    if (node->status == status) return node;
  }
  auto* const made = new (std::nothrow) StatusCount(status, newest);
  if (made != nullptr) newest_.store(made, std::memory_order_release);
  return made;
}

}  // namespace wayside::metrics
