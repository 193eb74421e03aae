// A client's end of a plain connection, whose bytes reach the listener in TLS records.
//
// A test that plays a client by hand works unchanged over TLS: what it sends is encrypted, what the listener
// answers is decrypted, the end of either direction is a close_notify, and a reset or a missing close_notify
// is a reset.
#pragma once

#include "wayside/base/address.hpp"

#include "support/raw_socket.hpp"

#include <thread>
#include <utility>

namespace wayside::test {

class TlsRelay {
 public:
  // Connects to `listener` and begins the handshake, on a thread of the relay. The relay verifies nothing.
  explicit TlsRelay(const Address& listener);
  // Waits for the end of both connections.
  ~TlsRelay();
  TlsRelay(const TlsRelay&) = delete;
  TlsRelay& operator=(const TlsRelay&) = delete;

  // The plain end. Call it once.
  RawSocket take_plain() { return std::move(plain_); }

 private:
  RawSocket plain_;
  std::thread thread_;
};

}  // namespace wayside::test
