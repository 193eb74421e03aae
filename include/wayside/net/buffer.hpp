// Buffers for bytes in transit between two sockets, and the pool of their blocks.
//
// A session holds a block only while it holds bytes; an idle connection holds none. The pool is a stack, so
// an exchange reads into the block released last, which is still warm in the cache.
//
// Each worker has one pool, used by its thread alone. The pool outlives its buffers.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace wayside::net {

class Buffer;

class BufferPool {
 public:
  enum class Size : unsigned char {
    kSmall,  // a rewritten head, or a partial head that waits for its rest
    kLarge,  // one read from a socket
    kHuge,   // more than a large block holds; not recycled
  };
  static constexpr std::size_t kSmallCapacity = 4 * 1024 - 64;
  static constexpr std::size_t kLargeCapacity = 64 * 1024 - 64;

  BufferPool() = default;
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;
  ~BufferPool();

  // An empty buffer. Throws std::bad_alloc.
  Buffer take(Size size);
  // An empty buffer with space for `capacity` bytes, at most kLargeCapacity.
  Buffer take_for(std::size_t capacity);
  // The same for a `capacity` above kLargeCapacity.
  Buffer take_huge(std::size_t capacity);

 private:
  friend class Buffer;
  void give_back(char* block, Size size) noexcept;

  static constexpr std::size_t kSmallKept = 256;  // 1 MiB
  static constexpr std::size_t kLargeKept = 32;   // 2 MiB
  std::vector<char*> small_;
  std::vector<char*> large_;
};

// A run of bytes in a block, with space behind it for reads and headroom in front of it.
class Buffer {
 public:
  // Bytes before data() that the owner may overwrite at any time. A chunk-size line goes there, so that it
  // leaves in one piece with its data.
  static constexpr std::size_t kHeadroom = 32;

  Buffer() noexcept = default;  // no block: empty, without space
  Buffer(Buffer&& other) noexcept { take_over(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    if (this == &other) return *this;
    release();
    take_over(other);
    return *this;
  }
  ~Buffer() { release(); }

  bool empty() const noexcept { return begin_ == end_; }
  std::size_t size() const noexcept { return end_ - begin_; }
  std::span<char> data() noexcept { return {block_ + begin_, end_ - begin_}; }
  std::string_view view() const noexcept { return {block_ + begin_, end_ - begin_}; }

  // Space behind the data. commit() turns bytes written there into data.
  std::span<char> space() noexcept { return {block_ + end_, limit_ - end_}; }
  void commit(std::size_t count) noexcept { end_ += count; }

  // Drops the first `count` bytes. Views of the rest stay valid.
  void consume(std::size_t count) noexcept {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = block_ == nullptr ? 0 : kHeadroom;
  }

  // Makes space for a read by moving the data to the front of a large block, which invalidates views. The
  // space is empty only if the buffer holds kLargeCapacity bytes.
  void reserve_for_read(BufferPool& pool);

  // The same for data of up to `capacity` bytes: a full block is replaced by one of twice its size. The space
  // is empty only if the buffer holds `capacity` bytes.
  void reserve_beyond(BufferPool& pool, std::size_t capacity);

  // Removes `count` bytes at `offset`. Later bytes move up, which invalidates views of them.
  void erase(std::size_t offset, std::size_t count) noexcept {
    if (count == 0) return;
    char* const hole = block_ + begin_ + offset;
    std::memmove(hole, hole + count, size() - offset - count);
    end_ -= count;
  }

  // Before a wait of unknown length: an empty buffer releases its block, and a small rest moves to a small
  // block. Invalidates views.
  void shrink(BufferPool& pool);

  // Returns the block to the pool, which leaves the buffer as default-constructed.
  void release() noexcept {
    if (block_ != nullptr) pool_->give_back(block_, size_);
    block_ = nullptr;
    begin_ = end_ = limit_ = 0;
  }

 private:
  friend class BufferPool;
  Buffer(BufferPool& pool, char* block, BufferPool::Size size, std::size_t limit) noexcept
      : pool_(&pool), block_(block), begin_(kHeadroom), end_(kHeadroom), limit_(limit), size_(size) {}
  // Requires that this buffer has no block.
  void take_over(Buffer& other) noexcept {
    pool_ = other.pool_;
    block_ = std::exchange(other.block_, nullptr);
    begin_ = std::exchange(other.begin_, 0);
    end_ = std::exchange(other.end_, 0);
    limit_ = std::exchange(other.limit_, 0);
    size_ = other.size_;
  }
  void move_to(Buffer target) noexcept;

  BufferPool* pool_ = nullptr;
  char* block_ = nullptr;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t limit_ = 0;
  BufferPool::Size size_ = BufferPool::Size::kSmall;
};

}  // namespace wayside::net
