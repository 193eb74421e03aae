// Descriptors of every kind that a log may be written to, and their readers, which the test drives.
#pragma once

#include "wayside/base/clock.hpp"

#include <array>
#include <cstddef>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wayside::test {

// How long a test waits for a reader or a writer before it fails.
inline constexpr Milliseconds kSinkPatience{20'000};

// The descriptor to write to, and the one to read from.
class Sink {
 public:
  enum class Kind { kPipe, kTerminal, kStreamSocket, kDatagramSocket };

  explicit Sink(Kind kind) {
    int done = -1;
    switch (kind) {
      case Kind::kPipe:
        done = ::pipe2(ends_.data(), O_CLOEXEC);
        break;
      case Kind::kTerminal:
        done = ::openpty(&ends_[0], &ends_[1], nullptr, nullptr, nullptr);
        break;
      case Kind::kStreamSocket:
        done = ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_.data());
        break;
      case Kind::kDatagramSocket:
        done = ::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends_.data());
        break;
    }
    if (done != 0) throw std::runtime_error("no sink");
  }
  ~Sink() {
    close_reader();
    close_writer();
  }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  int write_end() const noexcept { return ends_[1]; }
  void close_reader() noexcept { close(0); }
  void close_writer() noexcept { close(1); }

  // Waits for some bytes, or the end.
  std::string read_some(std::size_t at_most = 65536) const {
    pollfd wanted{ends_[0], POLLIN, 0};
    constexpr int kReadTimeout = 20'000;
    if (::poll(&wanted, 1, kReadTimeout) != 1) return {};
    std::string text(at_most, '\0');
    const ssize_t got = ::read(ends_[0], text.data(), text.size());
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return text;
  }
  // Waits for `count` bytes.
  std::string read(std::size_t count) const {
    std::string text;
    while (text.size() < count) {
      const std::string some = read_some(count - text.size());
      if (some.empty()) break;
      text += some;
    }
    return text;
  }
  std::string read_to_end() const {
    std::string text;
    for (std::string some = read_some(); !some.empty(); some = read_some())
      text += some;
    return text;
  }

 private:
  void close(std::size_t end) noexcept {
    if (ends_[end] >= 0) ::close(ends_[end]);
    ends_[end] = -1;
  }

  std::array<int, 2> ends_{-1, -1};
};

// While it lives, the process has no free descriptor.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int lowest_free = ::dup(STDERR_FILENO);
    ::close(lowest_free);
    rlimit lowered = before_;
    lowered.rlim_cur = static_cast<rlim_t>(lowest_free);
    ::setrlimit(RLIMIT_NOFILE, &lowered);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
};

}  // namespace wayside::test
