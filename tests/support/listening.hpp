// Listening sockets for tests.
#pragma once

#include "wayside/base/address.hpp"
#include "wayside/net/listening_socket.hpp"

#include <boost/system/system_error.hpp>

#include <utility>

namespace wayside::test {

// Any port of the loopback.
inline const Address kLoopback{"127.0.0.1", 0, {}};

// Has `acceptor`, which has listen(net::Descriptor), accept clients at the address. Returns the one bound.
template <class Acceptor>
Address listen_at(Acceptor& acceptor, const Address& address = kLoopback) {
  net::ListeningSocket opened = net::listen_on_tcp(address, {}).value();
  if (const error_code ec = acceptor.listen(std::move(opened.socket))) throw boost::system::system_error(ec);
  return opened.address;
}

}  // namespace wayside::test
