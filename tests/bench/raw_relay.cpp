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

#include <cstddef>
#include <fcntl.h>
#include <memory>
#include <string_view>
#include <vector>

namespace wayside::bench {
namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;

enum class Moved {
  kAll,
  kSome,  // the rest waits in the channel until flush() has taken it
  kEnd,   // of this direction, properly or not
};

// One direction of a connection, by way of user space.
class CopyChannel {
 public:
  // `buffer` is anybody's between two calls.
  Moved move(int from, int to, std::span<char> buffer) {
    const ssize_t got = ::recv(from, buffer.data(), buffer.size(), 0);
    if (got < 0 && would_block()) return Moved::kAll;
    if (got <= 0) return Moved::kEnd;
    const ssize_t sent = send_some(to, {buffer.data(), static_cast<std::size_t>(got)});
    if (sent < 0) return Moved::kEnd;
    if (sent == got) return Moved::kAll;
    rest_.assign(buffer.data() + sent, buffer.data() + got);
    return Moved::kSome;
  }

  Moved flush(int to) {
    const ssize_t sent = send_some(to, rest_);
    if (sent < 0) return Moved::kEnd;
    rest_.erase(rest_.begin(), rest_.begin() + sent);
    return rest_.empty() ? Moved::kAll : Moved::kSome;
  }

 private:
  // Bytes taken, 0 if there was no room, -1 if the other side is gone.
  static ssize_t send_some(int to, std::span<const char> bytes) {
    const ssize_t sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return sent < 0 && would_block() ? 0 : sent;
  }

  std::vector<char> rest_;
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

  Moved move(int from, int to, std::span<char>) {
    const ssize_t got = ::splice(from, nullptr, in_.get(), nullptr, kBufferBytes, kFlags);
    if (got < 0 && would_block()) return Moved::kAll;
    if (got <= 0) return Moved::kEnd;
    in_pipe_ += static_cast<std::size_t>(got);
    return flush(to);
  }

  Moved flush(int to) {
    const ssize_t sent = ::splice(out_.get(), nullptr, to, nullptr, in_pipe_, kFlags);
    if (sent < 0 && !would_block()) return Moved::kEnd;
    in_pipe_ -= static_cast<std::size_t>(sent < 0 ? 0 : sent);
    return in_pipe_ == 0 ? Moved::kAll : Moved::kSome;
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
      ended_.clear();
    }
  }

 private:
  struct Pair;

  // One of the two sockets of a connection, and the way of its bytes to the other one.
  struct Leg {
    Fd fd;
    Channel to_other;
    bool is_stalled = false;  // to_other holds bytes, so nothing is read meanwhile
    Leg* other = nullptr;
    Pair* pair = nullptr;
  };

  struct Pair {
    Leg client;
    Leg backend;
  };

  void on_clients() {
    for (Fd client = accept_from(listener_); client.get() >= 0; client = accept_from(listener_)) {
      auto* const pair = new Pair;
      pair->client.fd = std::move(client);
      pair->backend.fd = connect_to(backend_);
      pair->client.other = &pair->backend;
      pair->backend.other = &pair->client;
      for (Leg* leg : {&pair->client, &pair->backend}) {
        leg->pair = pair;
        poller_.add(leg->fd, EPOLLIN, leg);
      }
    }
  }

  void on_event(Leg& leg, std::uint32_t events) {
    if ((events & EPOLLOUT) != 0 && leg.other->is_stalled) {
      if (!after(*leg.other, leg.other->to_other.flush(leg.fd.get()))) return;
    }
    constexpr std::uint32_t kGone = EPOLLHUP | EPOLLERR;
    if (leg.is_stalled) {
      if ((events & kGone) != 0) after(leg, Moved::kEnd);
    } else if ((events & (EPOLLIN | kGone)) != 0) {
      after(leg, leg.to_other.move(leg.fd.get(), leg.other->fd.get(), buffer_));
    }
  }

  // Acts on what became of the bytes of `leg`. Whether the pair is still there.
  bool after(Leg& leg, Moved moved) {
    if (moved == Moved::kEnd) {
      // Events of this pair may be among those of the same wait: it goes after them.
      ended_.emplace_back(leg.pair);
      leg.other->fd = Fd();
      leg.fd = Fd();
      return false;
    }
    const bool is_stalled = moved == Moved::kSome;
    if (is_stalled != leg.is_stalled) {
      leg.is_stalled = is_stalled;
      watch(leg);
      watch(*leg.other);
    }
    return true;
  }

  void watch(Leg& leg) {
    const std::uint32_t reads = leg.is_stalled ? 0U : EPOLLIN;
    const std::uint32_t writes = leg.other->is_stalled ? EPOLLOUT : 0U;
    poller_.modify(leg.fd, reads | writes, &leg);
  }

  Endpoint backend_;
  Fd listener_;
  Poller<Leg> poller_;
  // The one buffer that all connections read into, since none of them keeps it: warm, and large.
  std::vector<char> buffer_ = std::vector<char>(kBufferBytes);
  std::vector<std::unique_ptr<Pair>> ended_;
};

void run(std::span<char*> words) {
  const bool is_splice = words.size() == 3 && std::string_view(words[2]) == "splice";
  if (words.size() != 2 && !is_splice) throw std::invalid_argument("usage: raw_relay BACKEND [splice]");
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
