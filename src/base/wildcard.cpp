#include "wayside/base/wildcard.hpp"

#include "wayside/base/ip.hpp"

namespace wayside {

bool is_ipv4_wildcard(std::string_view host) noexcept {
  const auto ip = parse_ip(host);
  return ip && ip == parse_ip("0.0.0.0");
}

bool is_ipv6_wildcard(std::string_view host) noexcept {
  return parse_ip(host) == IpAddress{};
}

}  // namespace wayside
