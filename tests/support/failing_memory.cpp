#include "support/failing_memory.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

namespace wayside::test {
namespace {

constexpr long kNever = -1;

thread_local long allocations_left = kNever;
thread_local bool failed = false;

bool fails() noexcept {
  if (allocations_left == kNever) return false;
  if (allocations_left != 0) {
    --allocations_left;
    return false;
  }
  failed = true;
  return true;
}

}  // namespace

FailingMemory::FailingMemory(long first) noexcept {
  allocations_left = first;
  failed = false;
}

FailingMemory::~FailingMemory() {
  allocations_left = kNever;
}

bool FailingMemory::has_failed() const noexcept {
  return failed;
}

static void* allocate(std::size_t size) {
  void* const memory = fails() ? nullptr : std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

static void* allocate_for_asio(std::size_t alignment, std::size_t size,
                               void* (*next)(std::size_t, std::size_t)) {
  return fails() ? nullptr : next(alignment, size);
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
