#include "proxy/proxy_header.hpp"

#include "wayside/base/ip.hpp"
#include "wayside/base/text.hpp"

#include <boost/crc.hpp>

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

unsigned short_at(std::string_view bytes, std::size_t at) noexcept {
  return byte_at(bytes, at) << 8U | byte_at(bytes, at + 1);
}

enum Family : unsigned { kUnspecified = 0, kIpv4 = 1, kIpv6 = 2, kUnix = 3 };

std::string source_of(std::string_view addresses, unsigned family) {
  if (family == kUnix) return {};
  IpAddress source;
  const std::size_t size = family == kIpv4 ? 4 : source.bytes.size();
  if (family == kIpv4) source = parse_ip("0.0.0.0").value();
  std::memcpy(source.bytes.data() + source.bytes.size() - size, addresses.data(), size);
  return to_string(source);
}

// An extension (TLV, section 2.2): a type, a length of two bytes, a value.
struct Extension {
  unsigned type = 0;
  std::string_view value;
};

// Takes the first one; nothing where it ends behind them.
std::optional<Extension> next_extension(std::string_view& extensions) noexcept {
  constexpr std::size_t kFixed = 3;
  if (extensions.size() < kFixed || extensions.size() - kFixed < short_at(extensions, 1)) return std::nullopt;
  const Extension first{byte_at(extensions, 0), extensions.substr(kFixed, short_at(extensions, 1))};
  extensions.remove_prefix(kFixed + first.value.size());
  return first;
}

// Section 2.2.3: the CRC32c of the whole header, with zeros in place of the checksum, which is a part of it.
bool is_checksum(std::string_view checksum, std::string_view header) {
  constexpr std::array<char, 4> kZeros{};
  if (checksum.size() != kZeros.size()) return false;
  const auto before = static_cast<std::size_t>(checksum.data() - header.data());
  const std::string_view behind = header.substr(before + checksum.size());
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(header.data(), before);
  crc.process_bytes(kZeros.data(), kZeros.size());
  crc.process_bytes(behind.data(), behind.size());
  return crc.checksum() == (short_at(checksum, 0) << 16U | short_at(checksum, 2));
}

// False where they break a rule. Of unknown types, every value is allowed.
bool read_extensions(std::string_view extensions, std::string_view whole, ProxyHeader& header) {
  enum : unsigned { kChecksum = 0x03, kTls = 0x20 };
  constexpr std::size_t kLeastTls = 5;       // without the extensions inside, which nobody reads
  constexpr unsigned kClientUsesTls = 0x01;  // PP2_CLIENT_SSL
  while (!extensions.empty()) {
    const auto extension = next_extension(extensions);
    if (!extension) return false;
    if (extension->type == kChecksum && !is_checksum(extension->value, whole)) return false;
    if (extension->type != kTls) continue;
    if (extension->value.size() < kLeastTls) return false;
    header.client_uses_tls = (byte_at(extension->value, 0) & kClientUsesTls) != 0;
  }
  return true;
}

// Section 2.2.
Parsed parse_binary(std::string_view bytes) {
  constexpr std::size_t kFixed = 16;
  if (bytes.size() < kFixed) return incomplete();
  const unsigned version = byte_at(bytes, 12) >> 4U;
  const unsigned command = byte_at(bytes, 12) & 0xfU;
  const unsigned family = byte_at(bytes, 13) >> 4U;
  const unsigned transport = byte_at(bytes, 13) & 0xfU;
  const std::size_t length = short_at(bytes, 14);
  enum : unsigned { kLocal = 0, kProxy = 1 };
  enum : unsigned { kDatagram = 2 };
  if (version != 2 || command > kProxy) return Violation::kBadProxyHeader;
  // LOCAL: "discard the protocol block including the family which is ignored".
  if (command == kProxy && (family > kUnix || transport > kDatagram)) return Violation::kBadProxyHeader;
  ProxyHeader header{.size = kFixed + length};
  if (header.size > kMaxProxyHeader) return Violation::kBadProxyHeader;
  if (bytes.size() < header.size) return incomplete();
  // The addresses of an unspecified family have no known size, so nothing tells where extensions begin.
  if (command == kLocal || family == kUnspecified) return std::optional(header);

  // Source and destination, and two ports where there are ports.
  constexpr std::array<std::size_t, 4> kAddresses = {0, 2 * 4 + 4, 2 * 16 + 4, 2 * 108};
  if (length < kAddresses[family]) return Violation::kBadProxyHeader;
  const std::string_view whole = bytes.substr(0, header.size);
  header.client_ip = source_of(whole.substr(kFixed), family);
  if (!read_extensions(whole.substr(kFixed + kAddresses[family]), whole, header))
    return Violation::kBadProxyHeader;
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
