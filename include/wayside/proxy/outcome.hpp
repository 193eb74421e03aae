// How an exchange ends.
//
// One table (outcome.cpp) maps each outcome to the side that caused it, to the status code that answers and
// counts it, and to its words. Metrics, logs and answers read that table.
#pragma once

#include "wayside/http/violation.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wayside::proxy {

enum class Outcome : std::uint8_t {
  kCompleted,            // the client was sent the whole response
  kRejected,             // the request broke a rule of HTTP; the http::Violation says which
  kRequestHeadTimeout,   // the head did not complete in time
  kRequestBodyTimeout,   // the body stopped coming
  kClientAborted,        // the client left before its response was complete
  kClientStalled,        // the client stopped reading its response
  kConnectFailed,        // no connection to the backend
  kConnectTimeout,       // no connection to the backend in time
  kTlsFailed,            // no TLS handshake with the backend
  kBackendClosed,        // the connection ended before a response head
  kBackendStalled,       // the backend stopped reading the request
  kResponseHeadTimeout,  // the request is sent, no response came
  kBadResponse,          // the response broke a rule of HTTP; the http::Violation says which
  kResponseTruncated,    // the connection ended inside the response body
  kResponseBodyTimeout,  // the response body stopped coming
  kLocalShortage,        // no descriptor, thread, port or memory for a connection to the backend
  kBackendQueueFull,     // too many requests wait for a connection to the backend already
  kBackendQueueTimeout,  // no connection to the backend became free in time
  kShutDown,             // wayside ends and could wait no longer
  kInternalError,        // an exception, most likely for want of memory
};
inline constexpr std::size_t kOutcomeCount = 20;

enum class Side : std::uint8_t { kNone, kClient, kBackend, kInternal };

// The status code of nginx for "the client closed the request": counted, never sent.
inline constexpr unsigned kStatusClientAborted = 499;

Side side_of(Outcome outcome) noexcept;
// The status code that answers the outcome where no response has begun, and that counts it. Not for
// kCompleted, nor for kRejected, which the violation decides.
unsigned status_of(Outcome outcome) noexcept;
// A word in snake_case, for logs and metric labels.
std::string_view to_token(Outcome outcome) noexcept;
// For the client; no newline.
std::string_view to_text(Outcome outcome) noexcept;

// The end of an exchange: the outcome and, where a message was refused, the rule that it broke.
struct End {
  constexpr End(Outcome how) noexcept : outcome(how) {}
  constexpr End(http::Violation broken) noexcept : outcome(Outcome::kRejected), violation(broken) {}

  static constexpr End bad_response(http::Violation broken) noexcept {
    End end = Outcome::kBadResponse;
    end.violation = broken;
    return end;
  }

  bool is_completed() const noexcept { return outcome == Outcome::kCompleted; }
  friend bool operator==(const End&, const End&) = default;

  Outcome outcome;
  std::optional<http::Violation> violation{};
};

// Of the violation where the request has one, else of the outcome.
unsigned status_of(const End& end) noexcept;
// Of the violation where there is one, else of the outcome.
std::string_view to_token(const End& end) noexcept;
// For the client, which is not told the violation of a response.
std::string_view to_text(const End& end) noexcept;

}  // namespace wayside::proxy
