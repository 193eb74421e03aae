#include "wayside/net/frame_pool.hpp"

#include <new>

namespace wayside::net {

FramePool::~FramePool() {
  for (FreeList& list : free_) {
    while (list.head != nullptr) {
      FreeBlock* const block = list.head;
      list.head = block->next;
      ::operator delete(block);
    }
  }
}

void* FramePool::allocate(std::size_t size) {
  const std::size_t index = (size + kGrain - 1) / kGrain - 1;
  if (index >= kClasses) return ::operator new(size);
  FreeList& list = free_[index];
  if (list.head == nullptr) return ::operator new((index + 1) * kGrain);
  FreeBlock* const block = list.head;
  list.head = block->next;
  --list.length;
  return block;
}

void FramePool::deallocate(void* storage, std::size_t size) noexcept {
  const std::size_t index = (size + kGrain - 1) / kGrain - 1;
  if (index >= kClasses || free_[index].length >= kKeptPerClass) {
    ::operator delete(storage);
    return;
  }
  FreeList& list = free_[index];
  list.head = ::new (storage) FreeBlock{list.head};
  ++list.length;
}

}  // namespace wayside::net
