// A kernel pipe: splice(2) moves bytes through it from socket to socket without copying them to user space.
//
// A pipe costs two descriptors and an additional system call per piece, so it pays for large bodies only.
// Each worker has one pool, used by its thread alone. The pool outlives its pipes.
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
  // An empty pipe returns to its pool; a pipe with bytes left is closed.
  ~Pipe() {
    if (pool_ != nullptr) give_back();
  }

  bool is_open() const noexcept { return out_.is_open(); }
  // The number of bytes in the pipe.
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
  Descriptor out_;  // the end to read from
  Descriptor in_;
  std::size_t size_ = 0;
};

class PipePool {
 public:
  // At most `most` pipes exist at a time.
  explicit PipePool(std::size_t most = kUnbounded);
  PipePool(const PipePool&) = delete;
  PipePool& operator=(const PipePool&) = delete;

  // An empty pipe. It is not open if the pool, the process's descriptors or the user's pipe memory are
  // exhausted.
  Pipe take();

 private:
  friend class Pipe;
  static constexpr std::size_t kUnbounded = ~std::size_t{0};
  static constexpr std::size_t kKept = 16;
  const std::size_t most_;
  std::size_t count_ = 0;  // open pipes
  std::vector<Pipe> free_;
};

}  // namespace wayside::net
