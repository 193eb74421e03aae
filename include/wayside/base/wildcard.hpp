// Addresses that stand for all addresses of this machine, however they are written.
#pragma once

#include <string_view>

namespace wayside {

// "0.0.0.0": every IPv4 address.
bool is_ipv4_wildcard(std::string_view host) noexcept;
// "::", "0::0": every IPv6 address, and every IPv4 address as well unless those have a listener of their own.
bool is_ipv6_wildcard(std::string_view host) noexcept;

}  // namespace wayside
