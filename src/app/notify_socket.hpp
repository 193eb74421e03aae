// The datagram socket of a service manager: sd_notify(3), without its library.
#pragma once

#include "wayside/net/descriptor.hpp"

#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>

namespace wayside::app {

class NotifySocket {
 public:
  // `address` is that of NOTIFY_SOCKET: a path, or "@name" in the abstract namespace (unix(7)). With any
  // other one, and where no socket can be opened, nothing is sent.
  explicit NotifySocket(std::string_view address) noexcept;

  bool is_open() const noexcept { return socket_.is_open(); }

  // Sends one message: lines such as "READY=1". A manager that does not take it within a second, or at all,
  // is not told.
  void send(std::string_view message) const noexcept;

 private:
  sockaddr_un address_{};
  socklen_t address_size_ = 0;
  net::Descriptor socket_;
};

}  // namespace wayside::app
