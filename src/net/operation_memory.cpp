#include "wayside/net/operation_memory.hpp"

#include <new>

namespace wayside::net {

void* OperationMemory::Block::allocate(std::size_t size) {
  if (is_used_ || size > kSize) return ::operator new(size);
  is_used_ = true;
  return bytes_;
}

void OperationMemory::Block::deallocate(void* memory) noexcept {
  if (memory != bytes_) return ::operator delete(memory);
  is_used_ = false;
  if (is_left_) delete this;
}

void OperationMemory::Block::leave(std::unique_ptr<Block> block) noexcept {
  if (!block->is_used_) return;
  block->is_left_ = true;
  static_cast<void>(block.release());
}

}  // namespace wayside::net
