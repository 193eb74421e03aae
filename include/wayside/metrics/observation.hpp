// The facts of an exchange that ended, as the metrics count them.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/base/method.hpp"
#include "wayside/metrics/endpoint.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace wayside::metrics {

// The phase of an exchange in which its client left.
enum class AbortPhase : std::uint8_t {
  kRequest,   // the request was still being sent
  kWaiting,   // the request was sent; no response had begun
  kResponse,  // part of the response was on its way
};
inline constexpr std::size_t kAbortPhaseCount = 3;

// Exchanges that are no longer one request and one response.
enum class StreamKind : std::uint8_t {
  kEvents,   // text/event-stream
  kUpgrade,  // a WebSocket or another tunnel
};
inline constexpr std::size_t kStreamKindCount = 2;

// One combination of values of the extra labels (see metrics/extra_label.hpp) and, with
// RegistryOptions::otel_detail, of the transport. 0: every label has its `other`, and the transport is the
// first.
using Variant = std::uint16_t;

// A sampled trace, as numbers: the target of an exemplar (W3C Trace Context).
struct TraceContext {
  std::uint64_t trace_id_high = 0;
  std::uint64_t trace_id_low = 0;
  std::uint64_t span_id = 0;
};

struct Observation {
  EndpointId endpoint = kOverflowEndpoint;
  Variant variant = 0;
  Method method = Method::unknown;
  unsigned status = 0;                        // 100 … 999
  std::optional<Nanoseconds> duration{};      // nothing: the clock never started
  bool is_faulty = false;                     // the backend or the proxy failed, whatever the status says
  std::uint64_t request_bytes = 0;            // of the bodies, without framing
  std::uint64_t response_bytes = 0;           //
  bool sizes_are_known = true;                // false: unknown for both bodies, as with a stream
  std::optional<AbortPhase> abort{};          // the client left
  std::optional<Nanoseconds> backend_ttfb{};  // nothing: there was no response head
  std::optional<Nanoseconds> queue{};         // nothing: no proxy in front said when it got the request
  const TraceContext* trace = nullptr;        // of a sampled trace, for the exemplar
};

}  // namespace wayside::metrics
