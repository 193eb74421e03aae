#include "support/fake_backend.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace wayside::test {
namespace {

bool wait_readable(int descriptor, std::chrono::milliseconds patience) {
  pollfd poll{descriptor, POLLIN, 0};
  return ::poll(&poll, 1, static_cast<int>(patience.count())) > 0;
}

}  // namespace

FakeBackend::FakeBackend(const std::string& host, std::uint16_t port) {
  const bool is_v6 = host.find(':') != std::string::npos;
  descriptor_ = ::socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  ::inet_pton(AF_INET, host.c_str(), &v4.sin_addr);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  ::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr);
  const int on = 1;
  ::setsockopt(descriptor_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  auto* const any = is_v6 ? reinterpret_cast<sockaddr*>(&v6) : reinterpret_cast<sockaddr*>(&v4);
  socklen_t size = is_v6 ? sizeof v6 : sizeof v4;
  if (::bind(descriptor_, any, size) != 0 || ::listen(descriptor_, 128) != 0 ||
      ::getsockname(descriptor_, any, &size) != 0) {
    throw std::runtime_error("cannot listen on " + host);
  }
  address_ = {host, ntohs(is_v6 ? v6.sin6_port : v4.sin_port), {}};
}

FakeBackend::~FakeBackend() {
  stop_listening();
}

RawSocket FakeBackend::accept() {
  if (!wait_readable(descriptor_, kPatience)) throw std::runtime_error("no connection to the backend");
  return RawSocket(::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC));
}

bool FakeBackend::wait_for_connection(std::chrono::milliseconds patience) const {
  return wait_readable(descriptor_, patience);
}

void FakeBackend::stop_listening() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

}  // namespace wayside::test
