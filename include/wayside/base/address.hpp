// The address of a listener or of the backend: a host and a port, or the path of a unix socket.
//
// The text has a valid form but is not resolved: net/listener.hpp and net/connector.hpp look names up.
#pragma once

#include "wayside/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace wayside {

struct Address {
  std::string host;        // a name, an IPv4 literal, or an IPv6 literal without brackets; empty if unix
  std::uint16_t port = 0;  // 0 asks the kernel for a free port when listening
  std::string unix_path;   // set for a unix socket, which has neither host nor port

  bool is_https = false;  // of the backend: connections to it speak TLS

  bool is_unix() const noexcept { return !unix_path.empty(); }
  friend bool operator==(const Address&, const Address&) = default;
};

// The reason why a text is no address: "expected …, found …", on one line.
struct AddressError {
  std::string message;
};

// "0.0.0.0:8080", "[::]:8080", "localhost:8080", ":8080" (every IPv4 address, like 0.0.0.0),
// "unix:/run/x.sock".
Checked<Address, AddressError> parse_listen_address(std::string_view text);

// "http://host:port", "http://host" (port 80), "https://host" (port 443), "http://[::1]:5000",
// "unix:/run/app.sock". A path, a query or a user in the URL is an error: the target of a request is
// forwarded byte for byte, so a prefix has no meaning. A lone "/" counts as no path (RFC 3986 section 6.2.3).
// A unix path is absolute and has at most 107 bytes (sun_path).
Checked<Address, AddressError> parse_backend_address(std::string_view text);

// "host:port", "[v6]:port" or "unix:/path", as parse_listen_address() reads them.
std::string to_string(const Address& address);

// "http://host:port", "https://host:port" or "unix:/path", as parse_backend_address() reads them.
std::string backend_text(const Address& address);

}  // namespace wayside
