// A pipe of the kernel: bytes go by it from one socket to another without being copied to us and back
// (splice(2)).
//
// It costs two descriptors and, for each piece, a second system call that a copy does not need, so it pays
// for large bodies alone. One pool per worker, used by its thread alone; it outlives its pipes.
#pragma once

#include "wayside/net/descriptor.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace wayside::net {

class PipePool;

class Pipe {
 public:
  Pipe() noexcept = default;  // none
  Pipe(Pipe&& other) noexcept { swap(other); }
  Pipe& operator=(Pipe&& other) noexcept {
    Pipe(std::move(other)).swap(*this);
    return *this;
  }
  // A pipe that is empty goes back to its pool.
  ~Pipe() {
    if (pool_ != nullptr) give_back();
  }

  bool is_open() const noexcept { return out_.is_open(); }
  // How many bytes are in it.
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

 private:
  friend class PipePool;
  friend class Stream;
  void give_back() noexcept;
  void swap(Pipe& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(out_, other.out_);
    std::swap(in_, other.in_);
    std::swap(size_, other.size_);
  }

  PipePool* pool_ = nullptr;
  Descriptor out_;  // what comes out of the pipe
  Descriptor in_;
  std::size_t size_ = 0;
};

class PipePool {
 public:
  // There are never more than `most` pipes.
  explicit PipePool(std::size_t most = kUnbounded);
  PipePool(const PipePool&) = delete;
  PipePool& operator=(const PipePool&) = delete;

  // An empty pipe, or none where there are as many as there may be, the process has no descriptors left for
  // it, or the user no room.
  Pipe take();

 private:
  friend class Pipe;
  static constexpr std::size_t kUnbounded = ~std::size_t{0};
  static constexpr std::size_t kKept = 16;
  const std::size_t most_;
  std::size_t count_ = 0;  // of those that are open
  std::vector<Pipe> free_;
};

}  // namespace wayside::net
