#include "wayside/base/trusted_proxies.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace wayside {
namespace {

// Written as they are in the RFCs: RFC 1122 section 3.2.1.3, RFC 1918, RFC 3927, RFC 4291, RFC 4193.
const std::array<IpNetwork, 8>& private_networks() noexcept {
  static const std::array<IpNetwork, 8> kNetworks = {
      parse_network("127.0.0.0/8").value(),    parse_network("10.0.0.0/8").value(),
      parse_network("172.16.0.0/12").value(),  parse_network("192.168.0.0/16").value(),
      parse_network("169.254.0.0/16").value(), parse_network("::1").value(),
      parse_network("fe80::/10").value(),      parse_network("fc00::/7").value(),
  };
  return kNetworks;
}

}  // namespace

bool TrustedProxies::contains(const IpAddress& address) const noexcept {
  const auto has_it = [&](const IpNetwork& network) { return network.contains(address); };
  return (private_ranges && std::ranges::any_of(private_networks(), has_it)) ||
         std::ranges::any_of(networks, has_it);
}

bool TrustedProxies::contains(std::string_view ip) const noexcept {
  if (ip.empty()) return private_ranges;
  const std::optional<IpAddress> address = parse_ip(ip);
  return address && contains(*address);
}

}  // namespace wayside
