// Memory for coroutine frames, recycled.
//
// A keep-alive exchange starts a few short coroutines; with this pool under them it allocates nothing. One
// pool per worker, used by that worker's thread alone. Every frame must be gone before its pool is.
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
  // `size` is the one that was asked for.
  void deallocate(void* storage, std::size_t size) noexcept;

 private:
  static constexpr std::size_t kGrain = 128;   // frames are rounded up to a multiple of this
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
