// Writes the head that goes on from the head that came: the end-to-end fields as they were, byte for byte and
// in their order, the hop-by-hop fields replaced by this hop's own (RFC 9110 section 7.6.1).
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

// What the backend is told beyond the head itself.
struct RequestRewrite {
  std::string_view client_ip;      // without a zone; appended to X-Forwarded-For, and to Forwarded if it came
  std::string_view fallback_host;  // the Host of an HTTP/1.0 request that came without
  Framing framing{};               // of the body that follows
  bool upgrade = false;            // ask for the upgrade that the client asks for
  bool via = true;                 // add this hop to Via (RFC 9110 section 7.6.3)
  std::optional<std::uint64_t> max_forwards{};  // what is left of them (RFC 9110 section 7.6.2)
};

// What the client is told beyond the head itself.
struct ResponseRewrite {
  Framing framing{};                  // of the body as the client will see it
  bool keeps_content_length = false;  // a bodiless response that says how long the body would have been
  bool close = false;                 // this is the last response on the connection
  bool announce_keep_alive = false;   // an HTTP/1.0 client does not assume it
  bool upgrade = false;               // 101 and 426: the Upgrade field goes on
  std::string_view date{};            // for a response without a Date (RFC 9110 section 6.6.1); empty: none
  std::string_view left_out{};        // the name of a field that is not for the client; empty: none
};

// Whether write_response_head would write what came, byte for byte. The head can then go on from where it is.
bool is_unchanged(const ResponseHead& head, const ResponseRewrite& rewrite) noexcept;

// The size of the head written into `out`, or nothing where it does not fit.
std::optional<std::size_t> write_request_head(const RequestHead& head, const RequestRewrite& rewrite,
                                              std::span<char> out) noexcept;
std::optional<std::size_t> write_response_head(const ResponseHead& head, const ResponseRewrite& rewrite,
                                               std::span<char> out) noexcept;

// An upper bound on what write_request_head and write_response_head need for a head of `size` bytes.
// A Host, or the authority of the target, is repeated twice.
constexpr std::size_t rewritten_size_bound(std::size_t size) noexcept {
  return 3 * size + 512;
}

}  // namespace wayside::http
