// Recycled memory for coroutine frames.
//
// A keep-alive exchange starts a few short coroutines; it allocates nothing, as their frames come from this
// pool. Each worker has one pool, used by its thread alone. The pool outlives its frames.
#pragma once

#include <array>
#include <cstddef>

namespace wayside::net {

class FramePool {
 public:
  FramePool() noexcept = default;
  FramePool(const FramePool&) = delete;
  FramePool& operator=(const FramePool&) = delete;
  ~FramePool();

  // Storage for `size` bytes, aligned for any standard type. Throws std::bad_alloc.
  void* allocate(std::size_t size);
  // `size` is the one passed to allocate().
  void deallocate(void* storage, std::size_t size) noexcept;

 private:
  static constexpr std::size_t kGrain = 128;   // sizes are rounded up to a multiple of this
  static constexpr std::size_t kClasses = 16;  // larger frames than kGrain * kClasses are not recycled
  static constexpr std::size_t kKeptPerClass = 64;

  struct FreeBlock {
    FreeBlock* next;
  };
  struct FreeList {
    FreeBlock* head = nullptr;
    std::size_t length = 0;
  };
  std::array<FreeList, kClasses> free_;
};

}  // namespace wayside::net
