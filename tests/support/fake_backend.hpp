// A backend played by a test: it accepts a connection, expects exact bytes, and answers with any bytes.
#pragma once

#include "wayside/base/address.hpp"

#include "support/raw_socket.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace wayside::test {

class FakeBackend {
 public:
  // Listens on a port of the loopback interface, a free one by default. `host` is an address of it, such as
  // "127.0.0.1" or "::1".
  explicit FakeBackend(const std::string& host = "127.0.0.1", std::uint16_t port = 0);
  ~FakeBackend();
  FakeBackend(const FakeBackend&) = delete;
  FakeBackend& operator=(const FakeBackend&) = delete;

  const Address& address() const noexcept { return address_; }

  // Accepts the next connection; throws if none comes within kPatience.
  RawSocket accept();
  // Waits up to `patience` for a connection to accept. False if none came.
  bool wait_for_connection(std::chrono::milliseconds patience) const;

  // Closes the listener, so that connections are refused.
  void stop_listening();

 private:
  int descriptor_ = -1;
  Address address_;
};

}  // namespace wayside::test
