// How an exchange can end other than well.
//
// One table (failure.cpp) maps each failure to whose fault it is, to the status code that counts it, and to
// the words for the client. Metrics, logs and answers all read that table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wayside::proxy {

enum class Failure : std::uint8_t {
  kNone,
  kRejected,             // the request broke a rule of HTTP; the http::Violation says which
  kRequestHeadTimeout,   // the head did not complete in time
  kRequestBodyTimeout,   // the body stopped coming
  kClientAborted,        // the client left before its answer was complete
  kClientStalled,        // the client stopped reading its answer
  kConnectFailed,        // no connection to the backend
  kConnectTimeout,       //
  kBackendClosed,        // the connection ended before a response head
  kBackendStalled,       // the backend stopped reading the request
  kResponseHeadTimeout,  // the request is sent, no response came
  kBadResponse,          // a response that breaks a rule of HTTP
  kResponseTruncated,    // the connection ended inside the response body
  kResponseBodyTimeout,  // the response body stopped coming
  kLocalShortage,        // wayside has no descriptors, threads, ports or memory left for a connection to the
                         // backend
  kBackendQueueFull,     // too many requests wait for a connection to the backend already
  kBackendQueueTimeout,  // none became free in time
  kShutDown,             // wayside ends and could wait no longer
};
inline constexpr std::size_t kFailureCount = 18;

enum class Side : std::uint8_t { kNobody, kClient, kBackend, kInternal };

// The status code of nginx for "the client closed the request": only ever counted, never sent.
inline constexpr unsigned kStatusClientAborted = 499;

Side side_of(Failure failure) noexcept;
// The status code that answers the failure where no response has begun, and that counts it. Not for kNone,
// nor for kRejected, whose violation decides.
unsigned status_of(Failure failure) noexcept;
// A word in snake_case, for logs and metric labels.
std::string_view to_token(Failure failure) noexcept;
// For the client; no newline.
std::string_view to_text(Failure failure) noexcept;

}  // namespace wayside::proxy
