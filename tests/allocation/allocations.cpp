#include "allocation/allocations.hpp"

#include <atomic>
#include <cerrno>

// glibc's own names for what is replaced below.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* pointer, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}

namespace {

std::atomic<std::size_t> count{0};

void note() noexcept {
  count.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

namespace wayside::test {

std::size_t allocation_count() noexcept {
  return count.load(std::memory_order_relaxed);
}

}  // namespace wayside::test

extern "C" {

void* malloc(std::size_t size) noexcept {
  note();
  return __libc_malloc(size);
}

void* calloc(std::size_t items, std::size_t size) noexcept {
  note();
  return __libc_calloc(items, size);
}

void* realloc(void* pointer, std::size_t size) noexcept {
  note();
  return __libc_realloc(pointer, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  note();
  return __libc_memalign(alignment, size);
}

int posix_memalign(void** result, std::size_t alignment, std::size_t size) noexcept {
  note();
  *result = __libc_memalign(alignment, size);
  return *result == nullptr ? ENOMEM : 0;
}

}  // extern "C"
