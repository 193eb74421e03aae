// A net::Stream and the peer at its other end, which a test plays by hand.
#pragma once

#include "wayside/net/stream.hpp"
#include "wayside/net/types.hpp"

#include "support/fake_backend.hpp"
#include "support/raw_socket.hpp"

#include <boost/asio/ip/tcp.hpp>

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
inline Connection tcp_connection(net::IoContext& io) {
  using boost::asio::ip::tcp;
  FakeBackend backend;
  net::StreamSocket socket(io.get_executor());
  socket.connect(tcp::endpoint(boost::asio::ip::address_v4::loopback(), backend.address().port));
  return {net::Stream(std::move(socket)), backend.accept()};
}

// A pair of unix sockets.
inline Connection unix_connection(net::IoContext& io) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw std::runtime_error("no socketpair");
  net::StreamSocket socket(io.get_executor(), net::StreamProtocol(AF_UNIX, 0), ends[0]);
  return {net::Stream(std::move(socket)), RawSocket(ends[1])};
}

// Everything that the stream holds now.
inline std::string read_available(net::Stream& stream) {
  std::string all;
  char bytes[4096];
  for (;;) {
    const Result<std::size_t> count = stream.read_some(bytes);
    if (!count) return all;
    all.append(bytes, *count);
  }
}

// Writes until the kernel takes no more; how many bytes it took.
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
