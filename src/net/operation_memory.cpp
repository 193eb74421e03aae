#include "wayside/net/operation_memory.hpp"

#include <new>

namespace wayside::net {

void* OperationMemory::Block::allocate(std::size_t size) {
  void* const memory = is_used_ ? ::operator new(size) : bytes_;
  is_used_ = true;
  ++operations_;
  return memory;
}

void OperationMemory::Block::deallocate(void* memory) noexcept {
  if (memory == bytes_)
    is_used_ = false;
  else
    ::operator delete(memory);
  if (--operations_ == 0 && is_left_) delete this;
}

void OperationMemory::Block::leave(std::unique_ptr<Block> block) noexcept {
  if (block->operations_ == 0) return;
  block->is_left_ = true;
  static_cast<void>(block.release());
}

}  // namespace wayside::net
