// Memory that runs out when a test wants it to: operator new, and what Asio takes for its operations.
//
// For this thread alone. The functions are replaced for the whole program (failing_memory.cpp).
#pragma once

namespace wayside::test {

// While it lives, every allocation of the thread fails from the one with that number on; 0 is the next one.
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
