// How long an exchange waits for its peers: one table.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/config/settings.hpp"
#include "wayside/proxy/outcome.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace wayside::proxy {

// What an exchange waits for.
enum class Awaited : std::uint8_t {
  kTurn,          // one of the connections to the backend that backend.max_connections allows
  kConnection,    // a new connection to the backend
  kRequestBody,   // more of the request, or for the backend to take it
  kContinue,      // the backend's word on a request with "Expect: 100-continue"
  kResponseHead,  // the response, now that the request is sent
  kResponseBody,  // more of the response, or for the client to take it
  kStream,        // the same, of an event stream or of a switch of protocols
};

struct DeadlineRow {
  Awaited awaited;
  Milliseconds config::Timeouts::*timeout;
  enum class Since : std::uint8_t {
    kProgress,     // bytes moved last, or the present step began
    kRequestSent,  // the backend took the last byte of the request
  } since;
  Outcome outcome;          // at the deadline
  Outcome outcome_blocked;  // at the deadline, where the receiver did not take what was there for it
};

inline constexpr std::array kDeadlines = {
    DeadlineRow{Awaited::kTurn, &config::Timeouts::queue, DeadlineRow::Since::kProgress,
                Outcome::kBackendQueueTimeout, Outcome::kBackendQueueTimeout},
    DeadlineRow{Awaited::kConnection, &config::Timeouts::connect, DeadlineRow::Since::kProgress,
                Outcome::kConnectTimeout, Outcome::kConnectTimeout},
    DeadlineRow{Awaited::kRequestBody, &config::Timeouts::request_body, DeadlineRow::Since::kProgress,
                Outcome::kRequestBodyTimeout, Outcome::kBackendStalled},
    DeadlineRow{Awaited::kContinue, &config::Timeouts::response_head, DeadlineRow::Since::kProgress,
                Outcome::kResponseHeadTimeout, Outcome::kResponseHeadTimeout},
    DeadlineRow{Awaited::kResponseHead, &config::Timeouts::response_head, DeadlineRow::Since::kRequestSent,
                Outcome::kResponseHeadTimeout, Outcome::kResponseHeadTimeout},
    DeadlineRow{Awaited::kResponseBody, &config::Timeouts::response_body, DeadlineRow::Since::kProgress,
                Outcome::kResponseBodyTimeout, Outcome::kClientStalled},
    DeadlineRow{Awaited::kStream, &config::Timeouts::tunnel, DeadlineRow::Since::kProgress,
                Outcome::kResponseBodyTimeout, Outcome::kClientStalled},
};

constexpr const DeadlineRow& deadline_of(Awaited awaited) noexcept {
  return kDeadlines[static_cast<std::size_t>(awaited)];
}

static_assert(std::ranges::all_of(kDeadlines,
                                  [](const DeadlineRow& row) { return &row == &deadline_of(row.awaited); }),
              "what is awaited is the index of its row");

}  // namespace wayside::proxy
