// The memory of one operation of Asio's, taken in advance: starting the operation again and again cannot fail
// for want of memory.
//
//     acceptor.async_wait(wait_read, memory.bind([this](const error_code& ec) { … }));
//
// Asio allocates each operation by the allocator of its handler ("Custom Memory Allocation" in its manual),
// and gives the memory back before it calls the handler. So the handler may start the next operation in the
// same memory. An operation may outlive the owner of its memory: one that was cancelled waits for its turn in
// the io_context, or for the destruction of it.
//
// Not thread-safe. An operation may end on another thread than the one that started it; the memory is free
// again only then, and the owner is not destroyed while another thread runs the io_context.
#pragma once

#include <boost/asio/bind_allocator.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace wayside::net {

class OperationMemory {
  // Of the OperationMemory, and then of the operation that outlives it.
  class Block {
   public:
    static constexpr std::size_t kSize = 256;

    void* allocate(std::size_t size);
    void deallocate(void* memory) noexcept;
    bool is_used() const noexcept { return is_used_; }
    // Leaves a block to its operations, and deletes one that has none.
    static void leave(std::unique_ptr<Block> block) noexcept;

   private:
    alignas(std::max_align_t) std::byte bytes_[kSize];
    bool is_used_ = false;
    std::size_t operations_ = 0;  // that refer to the block, those on the heap included
    bool is_left_ = false;        // so the last operation deletes it
  };

 public:
  template <class T>
  class Allocator {
   public:
    using value_type = T;

    explicit Allocator(Block& block) noexcept : block_(&block) {}
    template <class U>
    Allocator(const Allocator<U>& other) noexcept : block_(other.block_) {}

    T* allocate(std::size_t count) {
      static_assert(sizeof(T) <= Block::kSize, "an operation fits into the block");
      static_assert(alignof(T) <= alignof(std::max_align_t));
      return static_cast<T*>(block_->allocate(count * sizeof(T)));
    }
    void deallocate(T* memory, std::size_t) noexcept { block_->deallocate(memory); }

    template <class U>
    bool operator==(const Allocator<U>& other) const noexcept {
      return block_ == other.block_;
    }

   private:
    template <class U>
    friend class Allocator;
    Block* block_;
  };

  // Throws std::bad_alloc.
  OperationMemory() : block_(std::make_unique<Block>()) {}
  ~OperationMemory() { Block::leave(std::move(block_)); }
  OperationMemory(const OperationMemory&) = delete;
  OperationMemory& operator=(const OperationMemory&) = delete;

  // The handler, for an operation that is to use this memory. An operation that is started while another one
  // uses it takes memory from the heap, and may throw std::bad_alloc.
  template <class Handler>
  auto bind(Handler handler) {
    return boost::asio::bind_allocator(Allocator<void>(*block_), std::move(handler));
  }

  // Whether an operation uses the memory now.
  bool is_used() const noexcept { return block_->is_used(); }

 private:
  std::unique_ptr<Block> block_;
};

}  // namespace wayside::net
