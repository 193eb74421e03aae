// What the programs of the benchmark need of the kernel: descriptors, loopback sockets, epoll.
//
// They are measuring tools and lower bounds, so they use the kernel's calls and nothing in between, least of
// all the code that is measured. Every socket is non-blocking once it is connected. What fails throws
// std::system_error; a tool that cannot do its work has nothing better to do than to say so and end.
#pragma once

#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace wayside::bench {

// `result` of a system call, or what errno says about it.
inline int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::system_category(), what);
  return result;
}

// Owns a descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int number) noexcept : number_(number) {}
  Fd(Fd&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Fd() {
    if (number_ >= 0) ::close(number_);
  }
  int get() const noexcept { return number_; }

 private:
  int number_ = -1;
};

// Text to a number, all of it.
template <class Number>
Number number(std::string_view text) {
  Number value{};
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc() || end != text.data() + text.size()) {
    throw std::invalid_argument("not a number: " + std::string(text));
  }
  return value;
}

// An address of the loopback: "127.0.0.1" with a port (0: the kernel chooses), or a unix socket.
class Endpoint {
 public:
  static Endpoint loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return Endpoint(&address, sizeof address);
  }

  static Endpoint unix_socket(std::string_view path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) throw std::invalid_argument("path of a unix socket too long");
    path.copy(address.sun_path, path.size());
    return Endpoint(&address, sizeof address);
  }

  // "unix:/path" or a port of the loopback.
  static Endpoint parse(std::string_view text) {
    constexpr std::string_view kUnix = "unix:";
    if (text.starts_with(kUnix)) return unix_socket(text.substr(kUnix.size()));
    return loopback(number<std::uint16_t>(text));
  }

  bool is_unix() const noexcept { return storage_.ss_family == AF_UNIX; }
  const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const noexcept { return size_; }

 private:
  Endpoint(const void* address, std::size_t size) noexcept : size_(static_cast<socklen_t>(size)) {
    std::memcpy(&storage_, address, size);
  }

  sockaddr_storage storage_{};
  socklen_t size_;
};

inline void send_at_once(int fd) {
  const int on = 1;
  // Fails on a unix socket, which has nothing to delay.
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

// A listener, non-blocking, which replaces a unix socket left behind.
inline Fd listen_on(const Endpoint& endpoint) {
  Fd listener(
      checked(::socket(endpoint.get()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket"));
  if (endpoint.is_unix()) ::unlink(reinterpret_cast<const sockaddr_un*>(endpoint.get())->sun_path);
  checked(::bind(listener.get(), endpoint.get(), endpoint.size()), "bind");
  constexpr int kBacklog = 4096;
  checked(::listen(listener.get(), kBacklog), "listen");
  return listener;
}

// The port that the kernel chose.
inline std::uint16_t port_of(const Fd& listener) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  checked(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  return ntohs(address.sin_port);
}

// The next connection that waits at `listener`, or none.
inline Fd accept_from(const Fd& listener) {
  Fd connection(::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (connection.get() < 0) {
    if (errno == EAGAIN || errno == ECONNABORTED) return Fd();
    checked(-1, "accept");
  }
  send_at_once(connection.get());
  return connection;
}

// Connects, which on the loopback takes no waiting worth the name.
inline Fd connect_to(const Endpoint& endpoint) {
  Fd connection(checked(::socket(endpoint.get()->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  checked(::connect(connection.get(), endpoint.get(), endpoint.size()), "connect");
  const int on = 1;
  checked(::ioctl(connection.get(), FIONBIO, &on), "FIONBIO");
  send_at_once(connection.get());
  return connection;
}

// A level-triggered epoll instance. Each descriptor is watched on behalf of an object, which a wait gives
// back.
template <class Owner>
class Poller {
 public:
  struct Event {
    Owner* owner;
    std::uint32_t events;
  };

  void add(const Fd& fd, std::uint32_t events, Owner* owner) { control(EPOLL_CTL_ADD, fd, events, owner); }
  void modify(const Fd& fd, std::uint32_t events, Owner* owner) { control(EPOLL_CTL_MOD, fd, events, owner); }

  // Waits, for `timeout` at most (nullptr: for ever), and calls `on_event(owner, events)` for each event.
  template <class OnEvent>
  void wait(const timespec* timeout, const OnEvent& on_event) {
    const int count =
        ::epoll_pwait2(fd_.get(), events_.data(), static_cast<int>(events_.size()), timeout, nullptr);
    if (count < 0 && errno != EINTR) checked(count, "epoll_pwait2");
    for (const epoll_event& event :
         std::span(events_).first(static_cast<std::size_t>(count < 0 ? 0 : count))) {
      on_event(static_cast<Owner*>(event.data.ptr), event.events);
    }
  }

 private:
  void control(int operation, const Fd& fd, std::uint32_t events, Owner* owner) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = owner;
    checked(::epoll_ctl(fd_.get(), operation, fd.get(), &event), "epoll_ctl");
  }

  Fd fd_{checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")};
  std::array<epoll_event, 256> events_{};
};

// Whether the call that just failed would have had to wait.
inline bool would_block() noexcept {
  return errno == EAGAIN || errno == EINTR;
}

// The body of a main(): what it throws is said on standard error and ends the program with 1.
template <class Body>
int run_program(const char* name, const Body& body) {
  try {
    body();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", name, error.what());
    return 1;
  }
}

}  // namespace wayside::bench
