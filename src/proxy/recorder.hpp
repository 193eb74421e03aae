// Everything that is observed of one exchange: its counts, its times, its line of the access log, and its
// entry in the inspector.
//
// The exchange tells the recorder what happens, once, in this order: the request's head, the response's head
// and a stream where there are these, and the end. The duration runs from the recorder's construction, which
// is when the request's head is complete, to end().
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/http/head.hpp"
#include "wayside/http/traceparent.hpp"
#include "wayside/inspector/unmatched_paths.hpp"
#include "wayside/metrics/observation.hpp"
#include "wayside/metrics/shard.hpp"
#include "wayside/net/buffer.hpp"
#include "wayside/proxy/outcome.hpp"
#include "wayside/proxy/routing.hpp"

#include "proxy/client_connection.hpp"
#include "proxy/context.hpp"
#include "proxy/log_text.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace wayside::proxy {

// What only the exchange knows at its end.
struct Transfer {
  std::uint64_t request_bytes = 0;   // of the bodies, without framing, or of a tunnel
  std::uint64_t response_bytes = 0;  //
  TimePoint request_ended_at{};      // the backend took the last byte of the request that it took; zero: none
  bool request_is_sent = false;      // the backend took all of it
  metrics::AbortPhase phase = metrics::AbortPhase::kRequest;  // where a client that left has left
};

class Recorder {
 public:
  // Begins now. Both outlive the recorder.
  Recorder(Context& context, const ClientConnection& client);
  // An exchange that was not ended was cut short by an exception, and ends as an internal error.
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  TimePoint started_at() const noexcept { return started_at_; }
  // Time that the exchange waited for the client and the backend.
  void note_wait(Nanoseconds duration) noexcept { waited_ += duration; }
  bool has_waited() const noexcept { return waited_ != Nanoseconds(0); }

  // The request's head was understood; its views end with the call. The route decides where the exchange is
  // counted; where no route matches, the path does, by the configured policy.
  void note_request(const http::RequestHead& head);
  // A route that the backend declares in the response's head (metrics.route_header) goes before the matched
  // one; the views of the fields end with the call.
  void note_declared_route(const http::Fields& fields);
  // A final response, or 101, begins to go to the client; `head_at` is when the readiness set told of its
  // head.
  void begin_response(unsigned status, TimePoint head_at);
  // A response of wayside's own begins to go to the client.
  void begin_own_response(unsigned status) noexcept { status_ = status; }
  // The response that has begun is a stream: an event stream, or a tunnel. The inspector counts it now.
  void begin_stream(metrics::StreamKind kind);

  // Once, at the end of the exchange.
  void end(const End& end, const Transfer& transfer);

 private:
  metrics::Variant variant_of(const http::RequestHead& head) const noexcept;
  void find_route(Method method, std::string_view target);
  void note_label(std::string_view label);
  void keep_candidate(std::string_view label);
  void settle_endpoint(unsigned status);
  metrics::Observation observe(const Transfer& transfer, TimePoint now) const;
  void judge(const End& end, const Transfer& transfer, metrics::Observation& seen);
  void note_use(unsigned status, TimePoint now) noexcept;
  void end_stream(const Transfer& transfer, TimePoint now);
  void write_access_log(const metrics::Observation& seen, const End& end, const Transfer& transfer,
                        TimePoint now);

  Context& context_;
  const ClientConnection& client_;
  const TimePoint started_at_;
  Nanoseconds waited_{};  // since started_at_
  TimePoint response_head_at_{};
  unsigned status_ = 0;                        // that the client was sent; 0 while it was sent none
  std::optional<metrics::StreamKind> stream_;  // that the response is
  bool stream_is_counted_ = false;             // among the active ones, until the end
  bool has_head_ = false;                      // so there is a duration to observe
  bool has_ended_ = false;

  // Facts of the request's head.
  Method method_ = Method::unknown;
  std::optional<http::TraceParent> trace_;
  std::optional<Nanoseconds> queue_;               // since a proxy in front saw the request
  metrics::Variant variant_ = 0;                   // by the extra labels and the transport
  RouteTarget route_;                              // of "unmatched" until there is a head
  metrics::StartedExchange started_;               // empty until there is a head
  inspector::UnmatchedPaths::Ticket unmatched_{};  // where no route matched
  net::Buffer candidate_;  // a label that has no endpoint and may earn one; empty: there is none
  LogText log_text_;
};

}  // namespace wayside::proxy
