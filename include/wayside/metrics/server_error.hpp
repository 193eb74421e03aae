// Which responses are errors of the service: those that objectives, alerts, the live page and its API count.
#pragma once

namespace wayside::metrics {

// A server error is a 5xx other than 501 and 505. wayside refuses CONNECT, unknown transfer codings and other
// versions of HTTP with these two, so a client could use up the error budget with them. `status` is a code,
// or the first digit of one in the overflow endpoint, where every 5xx is an error.
constexpr bool is_server_error(unsigned status) noexcept {
  if (status < 100) return status >= 5;
  return status >= 500 && status != 501 && status != 505;
}

}  // namespace wayside::metrics
