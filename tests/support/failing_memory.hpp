// Makes allocations fail: those by operator new, and those of Asio's operations.
//
// Affects the calling thread alone, though the functions are replaced for the whole program
// (failing_memory.cpp).
#pragma once

#include <limits>

namespace wayside::test {

struct AllocationFailures;

// While it lives, allocations of its thread fail: `count` of them, from the one with the number `first` on; 0
// is the next one. At most one at a time in a thread, which destroys it too.
class FailingMemory {
 public:
  static constexpr long kAll = std::numeric_limits<long>::max();

  explicit FailingMemory(long first = 0, long count = kAll) noexcept;
  ~FailingMemory();
  FailingMemory(const FailingMemory&) = delete;
  FailingMemory& operator=(const FailingMemory&) = delete;

  // Lets the allocations from now on succeed. From any thread.
  void end() noexcept;
  // Whether an allocation has failed. From any thread.
  bool has_failed() const noexcept;

 private:
  AllocationFailures& failures_;  // of the thread
};

}  // namespace wayside::test
