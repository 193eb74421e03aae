// Where something listens or is reached: a host and a port, or the path of a unix socket.
//
// An Address is text that was checked for shape, not resolved: looking names up is the business of whoever
// connects, each time it connects.
#pragma once

#include "wayside/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace wayside {

struct Address {
  std::string host;        // a name, an IPv4 literal, or an IPv6 literal without brackets; empty if unix
  std::uint16_t port = 0;  // 0 asks the kernel for a free port when listening
  std::string unix_path;   // set for a unix socket, and then host and port mean nothing

  bool is_unix() const noexcept { return !unix_path.empty(); }
  friend bool operator==(const Address&, const Address&) = default;
};

// What was wrong with a text that should have been an address: "expected …, found …", on one line.
struct AddressError {
  std::string message;
};

// "0.0.0.0:8080", "[::]:8080", "localhost:8080", ":8080" (every IPv4 address, like 0.0.0.0).
Checked<Address, AddressError> parse_listen_address(std::string_view text);

// "http://host:port", "http://host" (port 80), "http://[::1]:5000", "unix:/run/app.sock". A path, a query or
// a user in the URL is an error: the target of a request is forwarded byte for byte, so a prefix has no
// meaning. A single "/" is no path (RFC 3986 section 6.2.3). A unix path is absolute and at most 107 bytes,
// as sun_path has it.
Checked<Address, AddressError> parse_backend_address(std::string_view text);

// "host:port", "[v6]:port" or "unix:/path": what parse_listen_address reads back, unix apart.
std::string to_string(const Address& address);

}  // namespace wayside
