#include "app/notify_socket.hpp"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <sys/time.h>

namespace wayside::app {

NotifySocket::NotifySocket(std::string_view address) noexcept {
  const bool is_known = address.starts_with('/') || address.starts_with('@');
  if (!is_known || address.size() < 2 || address.size() >= sizeof address_.sun_path) return;
  address_.sun_family = AF_UNIX;
  std::memcpy(address_.sun_path, address.data(), address.size());
  if (address.front() == '@') address_.sun_path[0] = '\0';
  address_size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size());
  socket_ = net::Descriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket_.is_open()) return;
  const timeval patience{.tv_sec = 1, .tv_usec = 0};
  ::setsockopt(socket_.number(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

void NotifySocket::send(std::string_view message) const noexcept {
  if (!is_open()) return;
  const auto* const address = reinterpret_cast<const sockaddr*>(&address_);
  while (::sendto(socket_.number(), message.data(), message.size(), MSG_NOSIGNAL, address, address_size_) <
             0 &&
         errno == EINTR) {
  }
}

}  // namespace wayside::app
