// Rewrites a received head for the next hop: end-to-end fields stay, byte for byte and in their order, and
// this hop's fields replace the received hop-by-hop fields (RFC 9110 section 7.6.1).
//
// Runs of untouched lines are copied as one piece, so a head costs a few copies, not one per field.
#pragma once

#include "wayside/http/framing.hpp"
#include "wayside/http/head.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace wayside::http {

// How a request head changes, beyond its hop-by-hop fields.
struct RequestRewrite {
  // Without a zone; appended to X-Forwarded-For, and to Forwarded if present. Empty: it has none (unix
  // socket).
  std::string_view client_ip;
  // True: X-Forwarded-For and Forwarded of the client are continued. False: every field that
  // http::is_set_by_proxies() names is dropped, and this hop writes its own.
  bool trusts_client = true;
  bool client_uses_tls = false;  // towards a load balancer: the forwarded scheme is https
  // The value of X-Forwarded-Client-Cert in place of what the client says; empty: the field is left out.
  // None: the field goes on, or not, as others that proxies set.
  std::optional<std::string_view> client_certificate{};
  std::string_view fallback_host;               // the Host of an HTTP/1.0 request without one
  Framing framing{};                            // of the body that follows
  bool upgrade = false;                         // forward the client's Upgrade field
  bool via = false;                             // add this hop to Via (RFC 9110 section 7.6.3)
  std::optional<std::uint64_t> max_forwards{};  // the new value, if present (RFC 9110 section 7.6.2)
};

// How a response head changes, beyond its hop-by-hop fields.
struct ResponseRewrite {
  Framing framing{};                  // of the body as sent to the client
  bool keeps_content_length = false;  // of a response without a body: to HEAD, or 304
  bool close = false;                 // this is the last response on the connection
  bool announce_keep_alive = false;   // for an HTTP/1.0 client, which does not assume it
  bool upgrade = false;               // 101 and 426: forward the Upgrade field
  std::string_view date{};            // for a response without a Date (RFC 9110 section 6.6.1); empty: none
  std::string_view left_out{};        // name of a field to remove; empty: none
};

// Whether write_response_head would change nothing, so that the received bytes can be sent as they are.
bool is_unchanged(const ResponseHead& head, const ResponseRewrite& rewrite) noexcept;

// Each returns the size of the head written into `out`, or nothing if it does not fit.
std::optional<std::size_t> write_request_head(const RequestHead& head, const RequestRewrite& rewrite,
                                              std::span<char> out) noexcept;
std::optional<std::size_t> write_response_head(const ResponseHead& head, const ResponseRewrite& rewrite,
                                               std::span<char> out) noexcept;

// An upper bound on the size of a rewritten head, given `size` received bytes. A Host, or the authority of
// the target, may be repeated twice.
constexpr std::size_t rewritten_size_bound(std::size_t size) noexcept {
  return 3 * size + 512;
}

}  // namespace wayside::http
