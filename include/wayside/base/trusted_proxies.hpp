// The clients that are believed when they say for whom they ask.
#pragma once

#include "wayside/base/ip.hpp"

#include <string_view>
#include <vector>

namespace wayside {

struct TrustedProxies {
  // Loopback, the private networks of RFC 1918 and RFC 4193, link-local addresses, and unix sockets.
  bool private_ranges = true;
  std::vector<IpNetwork> networks{};

  bool contains(const IpAddress& address) const noexcept;
  // The same of a text; empty: a client of a unix socket. False for what is no address.
  bool contains(std::string_view ip) const noexcept;

  friend bool operator==(const TrustedProxies&, const TrustedProxies&) = default;
};

}  // namespace wayside
