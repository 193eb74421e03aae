#include "support/raw_socket.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace wayside::test {

RawSocket::RawSocket(int descriptor) noexcept : descriptor_(descriptor) {
  const int on = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

RawSocket::RawSocket(RawSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      read_(std::move(other.read_)),
      was_reset_(other.was_reset_) {}

RawSocket& RawSocket::operator=(RawSocket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(read_, other.read_);
  std::swap(was_reset_, other.was_reset_);
  return *this;
}

RawSocket::~RawSocket() {
  close();
}

RawSocket RawSocket::connect(const Address& address) {
  if (address.is_unix()) return connect_to(address.unix_path);
  const bool is_v6 = address.host.find(':') != std::string::npos;
  RawSocket socket(::socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(address.port);
  ::inet_pton(AF_INET, address.host.c_str(), &v4.sin_addr);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(address.port);
  ::inet_pton(AF_INET6, address.host.c_str(), &v6.sin6_addr);
  const auto* const target =
      is_v6 ? reinterpret_cast<const sockaddr*>(&v6) : reinterpret_cast<const sockaddr*>(&v4);
  const socklen_t size = is_v6 ? sizeof v6 : sizeof v4;
  if (::connect(socket.descriptor_, target, size) != 0) socket.fail(std::strerror(errno));
  return socket;
}

RawSocket RawSocket::connect_to(const std::string& unix_path) {
  RawSocket socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un target{};
  target.sun_family = AF_UNIX;
  unix_path.copy(target.sun_path, sizeof target.sun_path - 1);
  if (::connect(socket.descriptor_, reinterpret_cast<const sockaddr*>(&target), sizeof target) != 0)
    socket.fail(std::strerror(errno));
  return socket;
}

int RawSocket::release() noexcept {
  return std::exchange(descriptor_, -1);
}

void RawSocket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    pollfd poll{descriptor_, POLLOUT, 0};
    if (::poll(&poll, 1, static_cast<int>(std::chrono::milliseconds(kPatience).count())) <= 0) {
      fail("the peer does not read");
    }
    const ssize_t count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (count < 0) fail(std::string("cannot send: ") + std::strerror(errno));
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void RawSocket::send_bytewise(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i)
    send(bytes.substr(i, 1));
}

void RawSocket::send_urgent(char byte) {
  if (::send(descriptor_, &byte, 1, MSG_OOB | MSG_NOSIGNAL) != 1) {
    fail(std::string("cannot send: ") + std::strerror(errno));
  }
}

std::string RawSocket::read_head() {
  return read_until("\r\n\r\n");
}

std::string RawSocket::read_exactly(std::size_t count) {
  while (read_.size() < count) {
    if (!read_some()) fail("the stream ended before " + std::to_string(count) + " bytes");
  }
  return take(count);
}

void RawSocket::skip_exactly(std::size_t count) {
  if (!read_.empty()) fail("bytes were read in advance");
  char bytes[16384];
  while (count != 0) {
    wait_readable();
    const ssize_t got = ::recv(descriptor_, bytes, std::min(count, sizeof bytes), 0);
    if (got <= 0) fail("the stream ended with " + std::to_string(count) + " bytes to come");
    count -= static_cast<std::size_t>(got);
  }
}

std::string RawSocket::read_until(std::string_view mark) {
  std::size_t from = 0;
  for (;;) {
    const std::size_t found = read_.find(mark, from);
    if (found != std::string::npos) return take(found + mark.size());
    from = read_.size() < mark.size() ? 0 : read_.size() - mark.size();
    if (!read_some()) fail("the stream ended before \"" + std::string(mark) + "\"");
  }
}

std::string RawSocket::read_to_end() {
  while (read_some()) {
  }
  return take(read_.size());
}

std::string RawSocket::read_available() {
  pollfd poll{descriptor_, POLLIN, 0};
  while (::poll(&poll, 1, 0) > 0 && read_some()) {
  }
  return take(read_.size());
}

bool RawSocket::wait_for_input(std::chrono::milliseconds patience) const {
  if (!read_.empty()) return true;
  pollfd poll{descriptor_, POLLIN, 0};
  return ::poll(&poll, 1, static_cast<int>(patience.count())) > 0;
}

void RawSocket::shutdown_send() {
  ::shutdown(descriptor_, SHUT_WR);
}

void RawSocket::reset() {
  const linger abrupt{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &abrupt, sizeof abrupt);
  close();
}

void RawSocket::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

void RawSocket::send_and_close(std::string_view bytes) {
  // The kernel holds the bytes back until the end (tcp(7)).
  const int on = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_CORK, &on, sizeof on);
  send(bytes);
  close();
}

void RawSocket::wait_readable() const {
  pollfd poll{descriptor_, POLLIN, 0};
  if (::poll(&poll, 1, static_cast<int>(std::chrono::milliseconds(kPatience).count())) <= 0) {
    throw Silence("nothing more came; read so far: \"" + read_ + "\"");
  }
}

bool RawSocket::read_some() {
  wait_readable();
  char bytes[16384];
  const ssize_t count = ::recv(descriptor_, bytes, sizeof bytes, 0);
  if (count < 0 && errno == ECONNRESET) {
    was_reset_ = true;
    return false;
  }
  if (count < 0) fail(std::string("cannot read: ") + std::strerror(errno));
  read_.append(bytes, static_cast<std::size_t>(count));
  return count != 0;
}

std::string RawSocket::take(std::size_t count) {
  std::string taken = read_.substr(0, count);
  read_.erase(0, count);
  return taken;
}

void RawSocket::fail(const std::string& what) const {
  throw std::runtime_error(what + "; read so far: \"" + read_ + "\"");
}

}  // namespace wayside::test
