// The header by which a load balancer names the client of a connection: "The PROXY protocol", versions 1 and
// 2 (haproxy.org, doc/proxy-protocol.txt).
//
// Sans-I/O. It stands in front of the first byte of the client.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/http/violation.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace wayside::proxy {

struct ProxyHeader {
  std::size_t size = 0;
  // Empty: of a unix socket. None: the connection is the load balancer's own, or its client is unknown.
  std::optional<std::string> client_ip{};
  bool client_uses_tls = false;  // as an extension of version 2 says
};

// A longer header is a violation; the fixed parts take 232 bytes, and the rest is for extensions (TLV).
inline constexpr std::size_t kMaxProxyHeader = 4 * 1024;

// Whether the bytes may be the beginning of a header. True of no bytes.
bool may_be_proxy_header(std::string_view bytes) noexcept;

// Reads the header that the bytes begin with. Nothing while it is incomplete. Violation::kMissingProxyHeader
// where the bytes begin with something else, and kBadProxyHeader where it breaks a rule or does not have its
// checksum.
Checked<std::optional<ProxyHeader>, http::Violation> parse_proxy_header(std::string_view bytes);

}  // namespace wayside::proxy
