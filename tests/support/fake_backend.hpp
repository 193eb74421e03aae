// A backend that a test plays by hand: accept a connection, read exactly what was sent, answer with any
// bytes.
#pragma once

#include "wayside/base/address.hpp"

#include "support/raw_socket.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace wayside::test {

class FakeBackend {
 public:
  // Listens on a port of the loopback interface, a free one by default; `host` is "127.0.0.1" and its kin, or
  // "::1".
  explicit FakeBackend(const std::string& host = "127.0.0.1", std::uint16_t port = 0);
  ~FakeBackend();
  FakeBackend(const FakeBackend&) = delete;
  FakeBackend& operator=(const FakeBackend&) = delete;

  const Address& address() const noexcept { return address_; }

  // The next connection; throws if none comes within kPatience.
  RawSocket accept();
  // Whether a connection comes within `patience`.
  bool is_connected_to(std::chrono::milliseconds patience) const;

  // From now on connections are refused.
  void stop_listening();

 private:
  int descriptor_ = -1;
  Address address_;
};

}  // namespace wayside::test
