#include "net/open_socket.hpp"

#include <arpa/inet.h>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string_view>
#include <sys/socket.h>

namespace wayside::net {
namespace {

bool is_loopback(const StreamProtocol::endpoint& endpoint) noexcept {
  if (endpoint.protocol().family() == AF_INET) {
    sockaddr_in address;
    std::memcpy(&address, endpoint.data(), sizeof address);
    return ntohl(address.sin_addr.s_addr) >> IN_CLASSA_NSHIFT == IN_LOOPBACKNET;
  }
  sockaddr_in6 address;
  std::memcpy(&address, endpoint.data(), sizeof address);
  return IN6_IS_ADDR_LOOPBACK(&address.sin6_addr);
}

}  // namespace

void set_tcp_options(int socket, const StreamProtocol::endpoint& endpoint) noexcept {
  // A head and the first bytes of a body leave in one call, so Nagle's algorithm could only delay.
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // No path inside a machine can be congested, but the system's congestion control may still pace segments
  // there with timers, as BBR does. Reno does not pace, is part of every kernel and open to every user
  // (tcp(7)). It must be set before connecting: pacing, once on, stays on.
  constexpr std::string_view kReno = "reno";
  if (is_loopback(endpoint))
    ::setsockopt(socket, IPPROTO_TCP, TCP_CONGESTION, kReno.data(), static_cast<socklen_t>(kReno.size()));
}

Result<Descriptor> open_socket(const StreamProtocol::endpoint& endpoint) noexcept {
  const int family = endpoint.protocol().family();
  Descriptor socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.is_open()) return last_error();
  if (family != AF_UNIX) set_tcp_options(socket.number(), endpoint);
  return socket;
}

}  // namespace wayside::net
