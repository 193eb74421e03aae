#include "wayside/base/ip.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <fmt/format.h>
#include <span>
#include <system_error>

namespace wayside {
namespace {

constexpr std::size_t kMaxText = INET6_ADDRSTRLEN;
constexpr unsigned kBitsOfIpv6 = 128;
constexpr unsigned kBitsOfIpv4 = 32;
constexpr std::array<std::uint8_t, 12> kMappedIpv4 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_ipv4(const IpAddress& address) noexcept {
  return std::ranges::equal(kMappedIpv4, std::span(address.bytes).first(kMappedIpv4.size()));
}

}  // namespace

std::optional<IpAddress> parse_ip(std::string_view text) noexcept {
  // inet_pton(3) wants a NUL behind the text, and would ignore one inside it.
  std::array<char, kMaxText> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != text.npos) return std::nullopt;
  std::ranges::copy(text, terminated.begin());
  IpAddress address;
  if (text.find(':') != text.npos) {
    if (::inet_pton(AF_INET6, terminated.data(), address.bytes.data()) != 1) return std::nullopt;
    return address;
  }
  std::ranges::copy(kMappedIpv4, address.bytes.begin());
  if (::inet_pton(AF_INET, terminated.data(), address.bytes.data() + kMappedIpv4.size()) != 1)
    return std::nullopt;
  return address;
}

std::string to_string(const IpAddress& address) {
  std::array<char, kMaxText> text{};
  if (is_ipv4(address)) {
    ::inet_ntop(AF_INET, address.bytes.data() + kMappedIpv4.size(), text.data(), text.size());
  } else {
    ::inet_ntop(AF_INET6, address.bytes.data(), text.data(), text.size());
  }
  return text.data();
}

bool IpNetwork::contains(const IpAddress& member) const noexcept {
  const std::size_t whole = bits / 8U;
  if (!std::equal(address.bytes.begin(), address.bytes.begin() + static_cast<std::ptrdiff_t>(whole),
                  member.bytes.begin()))
    return false;
  const unsigned rest = bits % 8U;
  return rest == 0 || ((address.bytes[whole] ^ member.bytes[whole]) >> (8U - rest)) == 0;
}

std::optional<IpNetwork> parse_enclosing_network(std::string_view text) noexcept {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const auto address = parse_ip(text.substr(0, slash));
  if (!address) return std::nullopt;
  const bool is_short = text.substr(0, slash).find(':') == text.npos;
  unsigned bits = is_short ? kBitsOfIpv4 : kBitsOfIpv6;
  if (slash != text.size()) {
    const std::string_view number = text.substr(slash + 1);
    const unsigned most = bits;
    const auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), bits);
    if (error != std::errc{} || stop != number.data() + number.size() || bits > most) return std::nullopt;
  }
  if (is_short) bits += kBitsOfIpv6 - kBitsOfIpv4;
  IpNetwork network{*address, static_cast<std::uint8_t>(bits)};
  for (unsigned bit = bits; bit < kBitsOfIpv6; ++bit)
    network.address.bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80U >> bit % 8));
  return network;
}

std::optional<IpNetwork> parse_network(std::string_view text) noexcept {
  const auto network = parse_enclosing_network(text);
  if (!network || network->address != parse_ip(text.substr(0, text.find('/')))) return std::nullopt;
  return network;
}

std::string to_string(const IpNetwork& network) {
  const bool is_short = is_ipv4(network.address) && network.bits >= kBitsOfIpv6 - kBitsOfIpv4;
  const unsigned bits = is_short ? network.bits - (kBitsOfIpv6 - kBitsOfIpv4) : network.bits;
  if (bits == (is_short ? kBitsOfIpv4 : kBitsOfIpv6)) return to_string(network.address);
  return fmt::format("{}/{}", to_string(network.address), bits);
}

}  // namespace wayside
