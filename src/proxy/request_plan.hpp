// What a request's head decides about the exchange: read once, while the views of the head last.
//
// Sans-I/O; what becomes of the request on the way is RequestLeg's business.
#pragma once

#include "wayside/base/method.hpp"
#include "wayside/http/framing.hpp"
#include "wayside/http/head.hpp"
#include "wayside/http/limits.hpp"
#include "wayside/http/violation.hpp"

#include <cstdint>
#include <optional>

namespace wayside::proxy {

// The default is the plan of a request whose head was not understood: its answer ends the connection.
struct RequestPlan {
  Method method = Method::unknown;
  bool is_http10 = false;
  bool keeps_alive = false;       // the client may use the connection again (RFC 9112 section 9.3)
  bool wants_upgrade = false;     // … to another protocol (RFC 9110 section 7.8)
  bool expects_continue = false;  // the body waits for a 100 response (RFC 9110 section 10.1.1)
  http::Framing framing{};        // of the body
  std::optional<std::uint64_t> max_forwards{};  // as received, of OPTIONS and TRACE (RFC 9110 section 7.6.2)

  // Why the request is rejected: its framing, or limits.body by the length that it announces. Only method and
  // version are meaningful then.
  std::optional<http::Violation> violation{};

  // Whether the request is for this hop, which answers it.
  bool ends_here() const noexcept { return max_forwards == 0U; }
};

RequestPlan plan_request(const http::RequestHead& head, const http::Limits& limits);

}  // namespace wayside::proxy
