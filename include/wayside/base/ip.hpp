// IP addresses and networks as numbers.
//
// An IPv4 address is the same as its form in IPv6, ::ffff:10.0.0.1 (RFC 4291 section 2.5.5.2), in which a
// dual-stack socket names IPv4 clients.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wayside {

struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};  // in network order

  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

// "10.0.0.1", "2001:db8::1"; neither a zone nor brackets.
std::optional<IpAddress> parse_ip(std::string_view text) noexcept;
std::string to_string(const IpAddress& address);

struct IpNetwork {
  IpAddress address;
  std::uint8_t bits = 0;  // of the 128 that all members share

  bool contains(const IpAddress& member) const noexcept;
  friend bool operator==(const IpNetwork&, const IpNetwork&) = default;
};

// "10.0.0.0/8", "2001:db8::/32", and "10.0.0.1" for the one address. Nothing where bits behind the prefix are
// set, as in 10.0.0.1/8: then either could be meant.
std::optional<IpNetwork> parse_network(std::string_view text) noexcept;

// The network that has the address in it: 10.0.0.0/8 for "10.0.0.1/8".
std::optional<IpNetwork> parse_enclosing_network(std::string_view text) noexcept;

std::string to_string(const IpNetwork& network);

}  // namespace wayside
