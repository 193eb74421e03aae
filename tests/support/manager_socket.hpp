// The socket on which a service manager receives messages.
#pragma once

#include "wayside/net/descriptor.hpp"

#include <array>
#include <cstddef>
#include <cstring>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace wayside::test {

class ManagerSocket {
 public:
  // A path, or "@name".
  explicit ManagerSocket(std::string address)
      : address_(std::move(address)), socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    if (address_.front() == '/') ::unlink(address_.c_str());
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::memcpy(name.sun_path, address_.data(), address_.size());
    if (address_.front() == '@') name.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
    if (::bind(socket_.number(), reinterpret_cast<const sockaddr*>(&name), size) != 0)
      throw std::runtime_error("cannot bind " + address_);
  }
  ~ManagerSocket() {
    if (address_.front() == '/') ::unlink(address_.c_str());
  }
  ManagerSocket(const ManagerSocket&) = delete;
  ManagerSocket& operator=(const ManagerSocket&) = delete;

  const std::string& address() const { return address_; }

  // The next message; empty if none has come within the time.
  std::string receive(int within_ms = 10'000) const {
    pollfd waiting{.fd = socket_.number(), .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, within_ms) != 1) return {};
    std::array<char, 1024> message;
    const ssize_t size = ::recv(socket_.number(), message.data(), message.size(), 0);
    return size < 0 ? std::string() : std::string(message.data(), static_cast<std::size_t>(size));
  }

 private:
  const std::string address_;
  const net::Descriptor socket_;
};

}  // namespace wayside::test
