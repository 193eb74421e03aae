#include "wayside/net/pipe.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace wayside::net {
namespace {

// A pipe holds one received piece, however small, for each 4 KiB of its size. With its default of 16 pieces
// copying is cheaper, and a user with many pipes gets only two (pipe(7), /proc/sys/fs/pipe-user-pages-soft),
// so a pipe that cannot grow is not used.
constexpr int kPipeBytes = 256 * 1024;

}  // namespace

void Pipe::give_back() noexcept {
  PipePool& pool = *std::exchange(pool_, nullptr);
  if (!empty() || pool.free_.size() == PipePool::kKept) {
    --pool.count_;
    return;
  }
  pool.free_.push_back(std::move(*this));
}

PipePool::PipePool(std::size_t most) : most_(most) {
  free_.reserve(kKept);
}

Pipe PipePool::take() {
  Pipe pipe;
  if (!free_.empty()) {
    pipe = std::move(free_.back());
    free_.pop_back();
  } else {
    int ends[2];
    if (count_ >= most_) return pipe;
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return pipe;
    pipe.out_ = Descriptor(ends[0]);
    pipe.in_ = Descriptor(ends[1]);
    if (::fcntl(ends[1], F_SETPIPE_SZ, kPipeBytes) < kPipeBytes) return Pipe();
    ++count_;
  }
  pipe.pool_ = this;
  return pipe;
}

}  // namespace wayside::net
