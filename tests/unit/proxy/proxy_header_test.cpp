#include "proxy/proxy_header.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::proxy {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using http::Violation;

const std::string kMark("\r\n\r\n\0\r\nQUIT\n", 12);

// A header of version 2 with these two bytes, and the length of what follows.
std::string binary(std::string_view command_and_family, std::string_view rest) {
  std::string header = kMark + std::string(command_and_family);
  header += static_cast<char>(rest.size() >> 8U);
  header += static_cast<char>(rest.size() & 0xffU);
  return header + std::string(rest);
}

constexpr std::string_view kIpv4Addresses = "\xc0\0\x02\x01\xc6\x33\x64\x01\xdc\x04\x01\xbb"sv;
const std::string kIpv4 = binary("\x21\x11"sv, kIpv4Addresses);
const std::string kIpv6 = binary("\x21\x21"sv,
                                 "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"
                                 "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02\xdc\x04\x01\xbb"sv);

// A header for a client of IPv4 with these extensions.
std::string extended(std::string_view extensions) {
  return binary("\x21\x11"sv, std::string(kIpv4Addresses) + std::string(extensions));
}

struct Reading {
  std::string bytes;
  std::optional<std::string> client_ip;
  bool client_uses_tls = false;
};

// What HAProxy 2.6 sent for a client of TLS 1.3, by `send-proxy-v2-ssl proxy-v2-options crc32c`.
const std::string kFromHaproxy = binary("\x21\x11"sv,
                                        "\x7f\0\0\x01\x7f\0\0\x01\x9a\xb8\x8b\x8d"
                                        "\x03\0\x04\x83\x67\xa4\x66"
                                        "\x20\0\x0f\x01\0\0\0\0\x21\0\x07TLSv1.3"sv);

// With and without a request behind, and at every split.
TEST(ProxyHeader, NamesTheClient) {
  const std::vector<Reading> cases = {
      {"PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n", "192.0.2.1"},
      {"PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "255.255.255.255"},
      {"PROXY TCP6 2001:db8::1 2001:db8::2 0 1\r\n", "2001:db8::1"},
      {"PROXY TCP6 ::ffff:192.0.2.1 ::1 0 1\r\n", "192.0.2.1"},
      {"PROXY UNKNOWN\r\n", std::nullopt},
      {"PROXY UNKNOWN ffff::1 whatever 1 2 3\r\n", std::nullopt},
      {kIpv4, "192.0.2.1"},
      {kIpv6, "2001:db8::1"},
      {extended("\x04\0\0\x04\0\x02xx"sv), "192.0.2.1"},       // padding
      {extended("\xe0\0\x03own\x01\0\x02h2"sv), "192.0.2.1"},  // of unknown types
      {extended("\x20\0\x05\x01\0\0\0\0"sv), "192.0.2.1", true},
      {extended("\x04\0\0\x20\0\x05\x07\0\0\0\x01"sv), "192.0.2.1", true},  // with a certificate
      {extended("\x20\0\x05\x06\0\0\0\0"sv), "192.0.2.1", false},           // one of an earlier session
      {kFromHaproxy, "127.0.0.1", true},
      {binary("\x21\x31"sv, std::string(216, 'x') + "\x20\0\x05\x01\0\0\0\0"s), "", true},
      {binary("\x21\x31"sv, std::string(216, 'x')), ""},
      {binary("\x20\0"sv, ""), std::nullopt},
      {binary("\x20\x11"sv, "\xc0\0\x02\x01\xc6\x33\x64\x01\xdc\x04\x01\xbb"sv), std::nullopt},
      {binary("\x20\x11"sv, std::string(kIpv4Addresses) + "\x20\0\x05\x01\0\0\0\0"s), std::nullopt},
      {binary("\x20\xff"sv, "whatever"), std::nullopt},  // "including the family which is ignored"
      {binary("\x21\0"sv, "extensions"), std::nullopt},
  };
  for (const Reading& each : cases) {
    for (const std::string& behind : {std::string(), std::string("GET / HTTP/1.1\r\n\r\n"), kIpv4}) {
      const auto header = parse_proxy_header(each.bytes + behind);
      ASSERT_TRUE(header.has_value()) << each.bytes;
      ASSERT_TRUE(header->has_value()) << each.bytes;
      EXPECT_EQ((*header)->size, each.bytes.size());
      EXPECT_EQ((*header)->client_ip, each.client_ip) << each.bytes;
      EXPECT_EQ((*header)->client_uses_tls, each.client_uses_tls) << each.bytes;
    }
    for (std::size_t size = 0; size < each.bytes.size(); ++size) {
      const auto part = parse_proxy_header(std::string_view(each.bytes).substr(0, size));
      ASSERT_TRUE(part.has_value()) << each.bytes.substr(0, size);
      EXPECT_FALSE(part->has_value()) << each.bytes.substr(0, size);
    }
  }
}

TEST(ProxyHeader, IsNoRequest) {
  for (const std::string_view bytes : {"GET / HTTP/1.1\r\n\r\n"sv, "PROPFIND / HTTP/1.1\r\n"sv, "PROXYX"sv,
                                       "\r\nGET"sv, "\r\n\r\n\r\n"sv, "\x16\x03"sv, "proxy TCP4"sv}) {
    EXPECT_FALSE(may_be_proxy_header(bytes)) << bytes;
    const auto header = parse_proxy_header(bytes);
    ASSERT_TRUE(header.has_error()) << bytes;
    EXPECT_EQ(header.error(), Violation::kMissingProxyHeader) << bytes;
  }
  for (const std::string_view bytes : {""sv, "P"sv, "PROXY "sv, "\r"sv, "\r\n\r\n"sv})
    EXPECT_TRUE(may_be_proxy_header(bytes)) << bytes;
}

TEST(ProxyHeader, KeepsItsRules) {
  const std::vector<std::string> cases = {
      "PROXY \r\n",
      "PROXY TCP5 192.0.2.1 198.51.100.1 1 2\r\n",
      "PROXY TCP4 192.0.2.1 198.51.100.1 1\r\n",
      "PROXY TCP4 192.0.2.1 198.51.100.1 1 2 3\r\n",
      "PROXY TCP4  192.0.2.1 198.51.100.1 1 2\r\n",
      "PROXY TCP4 192.0.2.256 198.51.100.1 1 2\r\n",
      "PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n",
      "PROXY TCP6 192.0.2.1 198.51.100.1 1 2\r\n",
      "PROXY TCP4 192.0.2.1 198.51.100.1 65536 2\r\n",
      "PROXY TCP4 192.0.2.1 198.51.100.1 01 2\r\n",
      "PROXY TCP4 192.0.2.1 198.51.100.1 -1 2\r\n",
      "PROXY TCP4 192.0.2.1 198.51.100.1 1 \r\n",
      "PROXY TCP4 evil 198.51.100.1 1 2\r\n",
      "PROXY UNKNOWN " + std::string(107, 'x') + "\r\n",
      binary("\x11\x11"sv, std::string(12, 'x')),  // version 1
      binary("\x22\x11"sv, std::string(12, 'x')),  // no such command
      binary("\x21\x41"sv, std::string(12, 'x')),  // no such family
      binary("\x21\x11"sv, std::string(11, 'x')),  // too short for its addresses
      binary("\x21\x13"sv, std::string(12, 'x')),  // no such transport
      binary("\x21\x21"sv, std::string(35, 'x')),
      binary("\x21\x31"sv, std::string(215, 'x')),
      binary("\x20\0"sv, std::string(kMaxProxyHeader, 'x')),
      extended("\x04"),
      extended("\x04\0"sv),
      extended("\x04\0\x03xx"sv),  // longer than the header
      extended("\x04\xff\xff"sv),
      extended("\x04\0\0\x04"sv),
      extended("\x20\0\x04\x01\0\0\0"sv),        // too short for its fixed part
      extended("\x03\0\x03\0\0\0"sv),            // no checksum
      extended("\x03\0\x04\x01\x02\x03\x04"sv),  // a wrong one
  };
  for (const std::string& bytes : cases) {
    const auto header = parse_proxy_header(bytes);
    ASSERT_TRUE(header.has_error()) << bytes;
    EXPECT_EQ(header.error(), Violation::kBadProxyHeader) << bytes;
  }
}

// Section 2.2.3: the checksum is that of every byte of the header but its own.
TEST(ProxyHeader, HasTheChecksumOfEveryByte) {
  for (std::size_t at = 16; at < kFromHaproxy.size(); ++at) {
    std::string changed = kFromHaproxy;
    changed[at] ^= '\x01';
    const auto header = parse_proxy_header(changed + "GET / HTTP/1.1\r\n\r\n");
    // A changed type of the checksum is another extension.
    if (at == 16 + kIpv4Addresses.size()) continue;
    ASSERT_TRUE(header.has_error()) << at;
    EXPECT_EQ(header.error(), Violation::kBadProxyHeader) << at;
  }
}

TEST(ProxyHeader, HasABoundThatShowsBeforeItsEnd) {
  EXPECT_TRUE(parse_proxy_header("PROXY UNKNOWN " + std::string(107, 'x')).has_error());
  EXPECT_TRUE(parse_proxy_header(kMark + "\x21\x11\xff\xff").has_error());
}

}  // namespace
}  // namespace wayside::proxy
