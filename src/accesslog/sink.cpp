#include "wayside/accesslog/sink.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <poll.h>
#include <span>
#include <unistd.h>

namespace wayside::accesslog {
namespace {

// A second of 3,000 requests; at full speed, several turns of the thread.
constexpr std::size_t kRingBytes = std::size_t{1} << 20U;

constexpr std::chrono::milliseconds kInterval{20};

// A pipe that poll() calls writable takes this much without blocking (pipe(7)).
constexpr std::size_t kMaxWrite = PIPE_BUF;

}  // namespace

Sink::Sink(int descriptor, std::size_t worker_count) : descriptor_(descriptor) {
  for (std::size_t i = 0; i < worker_count; ++i)
    rings_.push_back(std::make_unique<Ring>(kRingBytes));
  thread_ = std::thread([this] { run(); });
}

Sink::~Sink() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  wakeup_.notify_one();
  thread_.join();
}

void Sink::run() {
  for (;;) {
    bool is_last_turn = false;
    {
      std::unique_lock lock(mutex_);
      is_last_turn = wakeup_.wait_for(lock, kInterval, [this] { return is_stopping_; });
    }
    // In this order: what was pushed before the end was asked for is still written.
    if (!write_all() || is_last_turn) return;
  }
}

bool Sink::write_all() {
  for (const auto& ring : rings_) {
    for (std::span<const char> bytes = ring->front(); !bytes.empty(); bytes = ring->front()) {
      if (!wait_for_descriptor()) return false;
      const ssize_t written = ::write(descriptor_, bytes.data(), std::min(bytes.size(), kMaxWrite));
      if (written > 0) {
        ring->consume(static_cast<std::size_t>(written));
      } else if (errno != EINTR && errno != EAGAIN) {
        return false;  // nobody will ever read: the rings fill, and lines are refused
      }
    }
  }
  return true;
}

// A pipe that is full must not keep the process from ending.
bool Sink::wait_for_descriptor() {
  for (;;) {
    pollfd wanted{descriptor_, POLLOUT, 0};
    const int ready = ::poll(&wanted, 1, static_cast<int>(kInterval.count()));
    if (ready > 0 || (ready < 0 && errno != EINTR)) return true;
    if (is_stopping()) return false;
  }
}

bool Sink::is_stopping() {
  const std::lock_guard lock(mutex_);
  return is_stopping_;
}

}  // namespace wayside::accesslog
