#include "support/failing_memory.hpp"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace wayside::test {

struct AllocationFailures {
  // The allocations that succeed, and those behind them that fail. Only the thread itself counts.
  long successes_left = 0;
  long failures_left = 0;
  std::atomic<bool> is_on = false;
  std::atomic<bool> has_failed = false;

  bool fails() noexcept {
    if (!is_on || failures_left == 0) return false;
    if (successes_left != 0) {
      --successes_left;
      return false;
    }
    --failures_left;
    has_failed = true;
    return true;
  }
};

static constinit thread_local AllocationFailures failures_of_thread;

FailingMemory::FailingMemory(long first, long count) noexcept : failures_(failures_of_thread) {
  failures_.successes_left = first;
  failures_.failures_left = count;
  failures_.has_failed = false;
  failures_.is_on = true;
}

FailingMemory::~FailingMemory() {
  end();
}

void FailingMemory::end() noexcept {
  failures_.is_on = false;
}

bool FailingMemory::has_failed() const noexcept {
  return failures_.has_failed;
}

static void* allocate(std::size_t size) {
  void* const memory = failures_of_thread.fails() ? nullptr : std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

static void* allocate_for_asio(std::size_t alignment, std::size_t size,
                               void* (*next)(std::size_t, std::size_t)) {
  return failures_of_thread.fails() ? nullptr : next(alignment, size);
}

}  // namespace wayside::test

void* operator new(std::size_t size) {
  return wayside::test::allocate(size);
}
void* operator new[](std::size_t size) {
  return wayside::test::allocate(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

// Asio allocates its operations by aligned_alloc(3), which the linker replaces with these functions (--wrap).
extern "C" {
void* __real_aligned_alloc(std::size_t alignment, std::size_t size);
void* __wrap_aligned_alloc(std::size_t alignment, std::size_t size);
}
void* __wrap_aligned_alloc(std::size_t alignment, std::size_t size) {
  return wayside::test::allocate_for_asio(alignment, size, &__real_aligned_alloc);
}
