// Which responses are errors of the service: those that objectives, alerts, the live page and its API count.
#pragma once

namespace wayside::metrics {

// A 5xx other than 501 and 505. These two say that the request asks for what nobody here implements: wayside
// refuses CONNECT, unknown transfer codings and other versions of HTTP with them, so a client could use up
// the error budget. `status` is a code, or in the overflow endpoint its first digit, which is an error where
// it is 5: those are not told apart.
constexpr bool is_server_error(unsigned status) noexcept {
  if (status < 100) return status >= 5;
  return status >= 500 && status != 501 && status != 505;
}

}  // namespace wayside::metrics
