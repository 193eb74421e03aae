// Blocks of memory for what is between two sockets, and the pool they come from.
//
// A session holds a block only while it holds bytes: the pool is a stack, so the block that one exchange
// gives back, still warm in the cache, is the one that the next exchange reads into. An idle connection holds
// none.
//
// One pool per worker, used by its thread alone; it outlives its buffers.
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
    kHuge,   // what a large block has no room for; not recycled
  };
  static constexpr std::size_t kSmallCapacity = 4 * 1024 - 64;
  static constexpr std::size_t kLargeCapacity = 64 * 1024 - 64;

  BufferPool() = default;
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;
  ~BufferPool();

  // An empty buffer. Throws std::bad_alloc.
  Buffer take(Size size);
  // One with space for `capacity` bytes, kLargeCapacity at most.
  Buffer take_for(std::size_t capacity);
  // One with space for as many as that, more than kLargeCapacity.
  Buffer take_huge(std::size_t capacity);

 private:
  friend class Buffer;
  void give_back(char* block, Size size) noexcept;

  static constexpr std::size_t kSmallKept = 256;  // 1 MiB
  static constexpr std::size_t kLargeKept = 32;   // 2 MiB
  std::vector<char*> small_;
  std::vector<char*> large_;
};

// A run of bytes in a block, with room behind it to read into and a little in front of it to write into.
class Buffer {
 public:
  // Bytes before data() that the owner may overwrite at any time: a chunk-size line is put there, in front of
  // the bytes it describes, so that both leave as one piece.
  static constexpr std::size_t kHeadroom = 32;

  Buffer() noexcept = default;  // no block: empty, and without space
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

  // Room behind the data; what is written there becomes data by commit().
  std::span<char> space() noexcept { return {block_ + end_, limit_ - end_}; }
  void commit(std::size_t count) noexcept { end_ += count; }

  // Drops the first `count` bytes. Views of the rest stay valid.
  void consume(std::size_t count) noexcept {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = block_ == nullptr ? 0 : kHeadroom;
  }

  // Makes room for the largest read there is, in a large block, moving the data to its front. Views end.
  // The room is empty only if kLargeCapacity bytes of data wait already.
  void reserve_for_read(BufferPool& pool);

  // The same where as much as `capacity` bytes may have to be held: a block that is full gives way to one of
  // twice its size. The room is empty only if that much waits already.
  void reserve_beyond(BufferPool& pool, std::size_t capacity);

  // Drops `count` bytes behind the first `offset`; what follows moves up. Views of it end.
  void erase(std::size_t offset, std::size_t count) noexcept {
    if (count == 0) return;
    char* const hole = block_ + begin_ + offset;
    std::memmove(hole, hole + count, size() - offset - count);
    end_ -= count;
  }

  // For a wait of unknown length: an empty buffer gives its block back, and little data moves to a small
  // block. Views end.
  void shrink(BufferPool& pool);

  // Back to the state of a new Buffer; the block returns to its pool.
  void release() noexcept {
    if (block_ != nullptr) pool_->give_back(block_, size_);
    block_ = nullptr;
    begin_ = end_ = limit_ = 0;
  }

 private:
  friend class BufferPool;
  Buffer(BufferPool& pool, char* block, BufferPool::Size size, std::size_t limit) noexcept
      : pool_(&pool), block_(block), begin_(kHeadroom), end_(kHeadroom), limit_(limit), size_(size) {}
  // While this one has no block.
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
