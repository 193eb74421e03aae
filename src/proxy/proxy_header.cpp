#include "proxy/proxy_header.hpp"

#include "wayside/base/ip.hpp"
#include "wayside/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <system_error>

namespace wayside::proxy {
namespace {

using http::Violation;
using Parsed = Checked<std::optional<ProxyHeader>, Violation>;

constexpr std::string_view kTextMark = "PROXY ";
constexpr std::string_view kBinaryMark("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t kMaxText = 107;  // of version 1, with CRLF (section 2.1)

bool begins_alike(std::string_view bytes, std::string_view mark) noexcept {
  const std::size_t common = std::min(bytes.size(), mark.size());
  return bytes.substr(0, common) == mark.substr(0, common);
}

Parsed incomplete() {
  return std::optional<ProxyHeader>();
}

// Up to the next blank, which is taken too.
std::string_view next_word(std::string_view& line) noexcept {
  const std::size_t blank = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, blank);
  line.remove_prefix(std::min(blank + 1, line.size()));
  return word;
}

bool is_port(std::string_view text) noexcept {
  std::uint16_t port = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && stop == text.data() + text.size() &&
         (text.size() == 1 || text.front() != '0');
}

// Section 2.1: "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443", or "PROXY UNKNOWN" with anything behind.
Parsed parse_text(std::string_view bytes) {
  const std::size_t end = bytes.substr(0, kMaxText).find("\r\n");
  if (end == bytes.npos) return bytes.size() < kMaxText ? incomplete() : Violation::kBadProxyHeader;
  ProxyHeader header{.size = end + 2};
  std::string_view line = bytes.substr(kTextMark.size(), end - kTextMark.size());
  const std::string_view family = next_word(line);
  if (family == "UNKNOWN") return std::optional(header);
  if (family != "TCP4" && family != "TCP6") return Violation::kBadProxyHeader;

  std::array<std::string_view, 2> addresses;  // source and destination
  for (std::string_view& address : addresses) {
    address = next_word(line);
    const bool is_ipv6 = address.find(':') != address.npos;
    if (!parse_ip(address) || is_ipv6 != (family == "TCP6")) return Violation::kBadProxyHeader;
  }
  const std::string_view source_port = next_word(line);
  if (!is_port(source_port) || !is_port(line)) return Violation::kBadProxyHeader;
  header.client_ip = to_string(*parse_ip(addresses.front()));
  return std::optional(header);
}

unsigned byte_at(std::string_view bytes, std::size_t at) noexcept {
  return static_cast<unsigned char>(bytes[at]);
}

// Section 2.2.
Parsed parse_binary(std::string_view bytes) {
  constexpr std::size_t kFixed = 16;
  if (bytes.size() < kFixed) return incomplete();
  const unsigned version = byte_at(bytes, 12) >> 4U;
  const unsigned command = byte_at(bytes, 12) & 0xfU;
  const unsigned family = byte_at(bytes, 13) >> 4U;
  const unsigned transport = byte_at(bytes, 13) & 0xfU;
  const std::size_t length = byte_at(bytes, 14) << 8U | byte_at(bytes, 15);
  enum : unsigned { kLocal = 0, kProxy = 1 };
  enum : unsigned { kUnspecified = 0, kIpv4 = 1, kIpv6 = 2, kUnix = 3 };
  enum : unsigned { kDatagram = 2 };
  if (version != 2 || command > kProxy) return Violation::kBadProxyHeader;
  // LOCAL: "discard the protocol block including the family which is ignored".
  if (command == kProxy && (family > kUnix || transport > kDatagram)) return Violation::kBadProxyHeader;
  ProxyHeader header{.size = kFixed + length};
  if (header.size > kMaxProxyHeader) return Violation::kBadProxyHeader;
  if (bytes.size() < header.size) return incomplete();
  if (command == kLocal || family == kUnspecified) return std::optional(header);

  // Source and destination, and two ports where there are ports.
  constexpr std::array<std::size_t, 4> kLeast = {0, 2 * 4 + 4, 2 * 16 + 4, 2 * 108};
  if (length < kLeast[family]) return Violation::kBadProxyHeader;
  if (family == kUnix) {
    header.client_ip.emplace();
    return std::optional(header);
  }
  IpAddress source;
  const std::size_t size = family == kIpv4 ? 4 : source.bytes.size();
  if (family == kIpv4) source = parse_ip("0.0.0.0").value();
  std::memcpy(source.bytes.data() + source.bytes.size() - size, bytes.data() + kFixed, size);
  header.client_ip = to_string(source);
  return std::optional(header);
}

}  // namespace

bool may_be_proxy_header(std::string_view bytes) noexcept {
  return begins_alike(bytes, kTextMark) || begins_alike(bytes, kBinaryMark);
}

Parsed parse_proxy_header(std::string_view bytes) {
  if (!may_be_proxy_header(bytes)) return Violation::kMissingProxyHeader;
  if (bytes.starts_with(kTextMark)) return parse_text(bytes);
  if (bytes.starts_with(kBinaryMark)) return parse_binary(bytes);
  return incomplete();
}

}  // namespace wayside::proxy
