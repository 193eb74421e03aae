// Makes allocations fail: those by operator new, and those of Asio's operations.
//
// Affects the calling thread alone, though the functions are replaced for the whole program
// (failing_memory.cpp).
#pragma once

namespace wayside::test {

// While it lives, allocations of the thread fail from the one with the given number on; 0 is the next one.
class FailingMemory {
 public:
  explicit FailingMemory(long first = 0) noexcept;
  ~FailingMemory();
  FailingMemory(const FailingMemory&) = delete;
  FailingMemory& operator=(const FailingMemory&) = delete;

  // Whether an allocation has failed.
  bool has_failed() const noexcept;
};

}  // namespace wayside::test
