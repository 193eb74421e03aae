// raw_relay BACKEND [splice]: the least that a proxy can do.
//
// One thread, one connection to the backend for each client, and bytes that go across as they come. Nothing
// is parsed, nothing is timed, nothing is counted; a connection that ends on one side ends on the other. What
// it costs is what the kernel costs, and so the lower bound for every proxy that reads and writes. With
// "splice" the bytes stay in the kernel, in a pipe between the two sockets, which is cheaper for large bodies
// and dearer for small ones.
//
// BACKEND is a port of the loopback or unix:/path. Prints "listening on PORT".
#include "bench/sockets.hpp"

#include <csignal>
#include <cstddef>
#include <fcntl.h>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wayside::bench {
namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;

enum class Moved {
  kMore,     // all that was read has gone, and there may be more to read
  kDrained,  // the same, and there is no more for now
  kStalled,  // the other side does not take all; the rest waits in the channel until flush() has taken it
  kEnd,      // of this direction, properly or not
};

using Buffer = std::vector<char>;

// One direction of a connection, by way of user space.
class CopyChannel {
 public:
  // `shared` is the one that everybody reads into, warm because of that. What the other side does not take at
  // once is not copied: it stays where it is, and the others have another buffer from then on.
  Moved move(int from, int to, Buffer& shared) {
    const ssize_t got = ::recv(from, shared.data(), shared.size(), 0);
    if (got < 0 && would_block()) return Moved::kDrained;
    if (got <= 0) return Moved::kEnd;
    rest_ = {shared.data(), static_cast<std::size_t>(got)};
    // Less than there was room for is all that there was (epoll(7), question 9).
    is_drained_ = rest_.size() < shared.size();
    const Moved moved = flush(to);
    if (moved == Moved::kStalled) {
      own_.resize(kBufferBytes);
      std::swap(own_, shared);
    }
    return moved;
  }

  bool is_stalled() const noexcept { return !rest_.empty(); }

  Moved flush(int to) {
    const ssize_t sent = ::send(to, rest_.data(), rest_.size(), MSG_NOSIGNAL);
    if (sent < 0 && !would_block()) return Moved::kEnd;
    rest_ = rest_.subspan(static_cast<std::size_t>(sent < 0 ? 0 : sent));
    if (is_stalled()) return Moved::kStalled;
    return is_drained_ ? Moved::kDrained : Moved::kMore;
  }

 private:
  Buffer own_;
  std::span<const char> rest_;  // of what was read; if any, it is in own_ between two calls
  bool is_drained_ = false;
};

// One direction of a connection, without the bytes ever leaving the kernel.
class SpliceChannel {
 public:
  SpliceChannel() {
    int ends[2];
    checked(::pipe2(ends, O_NONBLOCK | O_CLOEXEC), "pipe2");
    out_ = Fd(ends[0]);
    in_ = Fd(ends[1]);
    // A pipe stays as it is where the user has reached the system's limit for pipes.
    ::fcntl(in_.get(), F_SETPIPE_SZ, static_cast<int>(kBufferBytes));
  }

  Moved move(int from, int to, Buffer&) {
    const ssize_t got = ::splice(from, nullptr, in_.get(), nullptr, kBufferBytes, kFlags);
    if (got < 0 && would_block()) return Moved::kDrained;
    if (got <= 0) return Moved::kEnd;
    in_pipe_ += static_cast<std::size_t>(got);
    return flush(to);
  }

  bool is_stalled() const noexcept { return in_pipe_ > 0; }

  Moved flush(int to) {
    const ssize_t sent = ::splice(out_.get(), nullptr, to, nullptr, in_pipe_, kFlags);
    if (sent < 0 && !would_block()) return Moved::kEnd;
    in_pipe_ -= static_cast<std::size_t>(sent < 0 ? 0 : sent);
    return is_stalled() ? Moved::kStalled : Moved::kMore;
  }

 private:
  static constexpr unsigned kFlags = SPLICE_F_MOVE | SPLICE_F_NONBLOCK;

  Fd out_;
  Fd in_;
  std::size_t in_pipe_ = 0;
};

template <class Channel>
class Relay {
 public:
  explicit Relay(const Endpoint& backend) : backend_(backend), listener_(listen_on(Endpoint::loopback(0))) {
    poller_.add(listener_, EPOLLIN, nullptr);
    std::printf("listening on %u\n", unsigned{port_of(listener_)});
    std::fflush(stdout);
  }

  [[noreturn]] void run() {
    for (;;) {
      poller_.wait(nullptr, [this](Leg* leg, std::uint32_t events) {
        if (leg == nullptr) {
          on_clients();
        } else if (leg->fd.get() >= 0) {
          on_event(*leg, events);
        }
      });
      for (const Pair* pair : ended_)
        pairs_.erase(pair);
      ended_.clear();
    }
  }

 private:
  struct Pair;

  // One of the two sockets of a connection, and the way of its bytes to the other one.
  struct Leg {
    Fd fd;
    Channel to_other;
    bool is_readable = false;
    bool has_ended = false;  // what it still has to say is its last
    Leg* other = nullptr;
    Pair* pair = nullptr;
  };

  struct Pair {
    Leg client;
    Leg backend;
  };

  void on_clients() {
    for (Fd client = accept_from(listener_); client.get() >= 0; client = accept_from(listener_)) {
      auto made = std::make_unique<Pair>();
      Pair* const pair = made.get();
      pairs_.emplace(pair, std::move(made));
      pair->client.fd = std::move(client);
      pair->backend.fd = connect_to(backend_);
      pair->client.other = &pair->backend;
      pair->backend.other = &pair->client;
      for (Leg* leg : {&pair->client, &pair->backend}) {
        leg->pair = pair;
        poller_.add(leg->fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, leg);
      }
    }
  }

  void on_event(Leg& leg, std::uint32_t events) {
    constexpr std::uint32_t kEnded = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
    if ((events & kEnded) != 0) leg.has_ended = true;
    if ((events & (EPOLLIN | kEnded)) != 0) leg.is_readable = true;
    if ((events & EPOLLOUT) != 0 && leg.other->to_other.is_stalled() && !pump(*leg.other)) return;
    pump(leg);
  }

  // Moves what can be moved from `leg` to the other one. Whether the two are still there.
  bool pump(Leg& leg) {
    const int to = leg.other->fd.get();
    if (leg.to_other.is_stalled() && !after(leg, leg.to_other.flush(to))) return false;
    while (leg.is_readable && !leg.to_other.is_stalled()) {
      if (!after(leg, leg.to_other.move(leg.fd.get(), to, buffer_))) return false;
    }
    return true;
  }

  bool after(Leg& leg, Moved moved) {
    // Edge-triggered, the poller does not repeat itself: until its end is read, a leg that has ended is
    // readable.
    if (moved == Moved::kDrained && !leg.has_ended) leg.is_readable = false;
    if (moved != Moved::kEnd) return true;
    // Events of this pair may be among those of the same wait: it goes after them.
    ended_.push_back(leg.pair);
    leg.other->fd = Fd();
    leg.fd = Fd();
    return false;
  }

  Endpoint backend_;
  Fd listener_;
  Poller<Leg> poller_;
  Buffer buffer_ = Buffer(kBufferBytes);
  std::unordered_map<const Pair*, std::unique_ptr<Pair>> pairs_;
  std::vector<const Pair*> ended_;  // of the events under way
};

void run(std::span<char*> words) {
  const bool is_splice = words.size() == 3 && std::string_view(words[2]) == "splice";
  if (words.size() != 2 && !is_splice) throw std::invalid_argument("usage: raw_relay BACKEND [splice]");
  // splice() has no MSG_NOSIGNAL: a client that leaves must not end everybody's relay.
  std::signal(SIGPIPE, SIG_IGN);
  const Endpoint backend = Endpoint::parse(words[1]);
  if (is_splice) Relay<SpliceChannel>(backend).run();
  Relay<CopyChannel>(backend).run();
}

}  // namespace
}  // namespace wayside::bench

int main(int argc, char* argv[]) {
  return wayside::bench::run_program(
      "raw_relay", [words = std::span(argv, static_cast<std::size_t>(argc))] { wayside::bench::run(words); });
}
