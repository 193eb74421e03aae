// A net::Stream, and a test's socket as its peer.
#pragma once

#include "wayside/net/descriptor.hpp"
#include "wayside/net/readiness_set.hpp"
#include "wayside/net/stream.hpp"

#include "support/fake_backend.hpp"
#include "support/raw_socket.hpp"

#include <arpa/inet.h>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <utility>

namespace wayside::test {

struct Connection {
  net::Stream stream;
  RawSocket peer;
};

// Over TCP on the loopback interface.
inline Connection tcp_connection(net::ReadinessSet& readiness) {
  FakeBackend backend;
  net::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(backend.address().port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("no connection");
  ::fcntl(socket.number(), F_SETFL, O_NONBLOCK);
  return {net::Stream(readiness, std::move(socket)), backend.accept()};
}

// A pair of unix sockets.
inline Connection unix_connection(net::ReadinessSet& readiness) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw std::runtime_error("no socketpair");
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return {net::Stream(readiness, net::Descriptor(ends[0])), RawSocket(ends[1])};
}

// The name of the socket's congestion control (tcp(7)).
inline std::string congestion_control(int socket) {
  char name[16] = {};  // TCP_CA_NAME_MAX of the kernel
  socklen_t size = sizeof name;
  ::getsockopt(socket, IPPROTO_TCP, TCP_CONGESTION, name, &size);
  return std::string(name, ::strnlen(name, size));
}

// Reads all that the stream holds.
inline std::string read_available(net::Stream& stream) {
  std::string all;
  char bytes[4096];
  for (;;) {
    const Result<std::size_t> count = stream.read_some(bytes);
    if (!count) return all;
    all.append(bytes, *count);
  }
}

// Writes until the kernel takes no more. Returns the number of bytes that it took.
inline std::size_t fill(net::Stream& stream) {
  const std::string bytes(64 * 1024, 'f');
  const boost::asio::const_buffer piece(bytes.data(), bytes.size());
  std::size_t total = 0;
  for (;;) {
    const Result<std::size_t> count = stream.write_some({&piece, 1});
    if (!count) return total;
    total += *count;
  }
}

}  // namespace wayside::test
