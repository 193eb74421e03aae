#include "wayside/net/buffer.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace wayside::net {

BufferPool::~BufferPool() {
  for (char* block : small_)
    ::operator delete(block);
  for (char* block : large_)
    ::operator delete(block);
}

Buffer BufferPool::take(Size size) {
  std::vector<char*>& kept = size == Size::kSmall ? small_ : large_;
  const std::size_t limit = Buffer::kHeadroom + (size == Size::kSmall ? kSmallCapacity : kLargeCapacity);
  if (kept.empty()) {
    // give_back() must not throw, so its space is reserved here.
    if (kept.capacity() == 0) kept.reserve(size == Size::kSmall ? kSmallKept : kLargeKept);
    return {*this, static_cast<char*>(::operator new(limit)), size, limit};
  }
  char* const block = kept.back();
  kept.pop_back();
  return {*this, block, size, limit};
}

Buffer BufferPool::take_for(std::size_t capacity) {
  return take(capacity <= kSmallCapacity ? Size::kSmall : Size::kLarge);
}

Buffer BufferPool::take_huge(std::size_t capacity) {
  const std::size_t limit = Buffer::kHeadroom + capacity;
  return {*this, static_cast<char*>(::operator new(limit)), Size::kHuge, limit};
}

void BufferPool::give_back(char* block, Size size) noexcept {
  if (size == Size::kHuge) return ::operator delete(block);
  std::vector<char*>& kept = size == Size::kSmall ? small_ : large_;
  if (kept.size() == kept.capacity()) {
    ::operator delete(block);
  } else {
    kept.push_back(block);
  }
}

void Buffer::move_to(Buffer target) noexcept {
  std::memcpy(target.space().data(), block_ + begin_, size());
  target.commit(size());
  *this = std::move(target);
}

void Buffer::reserve_for_read(BufferPool& pool) {
  if (block_ == nullptr) {
    *this = pool.take(BufferPool::Size::kLarge);
  } else if (size_ == BufferPool::Size::kSmall) {
    move_to(pool.take(BufferPool::Size::kLarge));
  } else if (begin_ > kHeadroom) {
    std::memmove(block_ + kHeadroom, block_ + begin_, size());
    end_ = kHeadroom + size();
    begin_ = kHeadroom;
  }
}

void Buffer::reserve_beyond(BufferPool& pool, std::size_t capacity) {
  reserve_for_read(pool);
  if (!space().empty() || size() >= capacity) return;
  move_to(pool.take_huge(std::min(2 * size(), capacity)));
}

void Buffer::shrink(BufferPool& pool) {
  if (empty()) {
    release();
  } else if (size_ != BufferPool::Size::kSmall && size() <= BufferPool::kSmallCapacity) {
    move_to(pool.take(BufferPool::Size::kSmall));
  }
}

}  // namespace wayside::net
