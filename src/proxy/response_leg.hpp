// The response's way through an exchange: from the backend to the client.
//
// Reads heads and the body from the backend's stream, rewrites the heads, re-frames the body, and writes both
// to the client's stream. Never waits: pump() moves on what it can and watches both streams for the rest.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/http/head_scanner.hpp"
#include "wayside/http/head_writer.hpp"
#include "wayside/net/buffer.hpp"
#include "wayside/net/stream.hpp"
#include "wayside/proxy/outcome.hpp"

#include "proxy/body_relay.hpp"
#include "proxy/client_connection.hpp"
#include "proxy/context.hpp"
#include "proxy/outbox.hpp"
#include "proxy/own_answer.hpp"
#include "proxy/recorder.hpp"
#include "proxy/request_leg.hpp"
#include "proxy/response_plan.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace wayside::proxy {

class ResponseLeg {
 public:
  enum class Phase : std::uint8_t {
    kSilent,    // the backend has sent nothing
    kHead,      // it has sent something; the head of the final response is not complete
    kBody,      // the response goes to the client as it comes
    kEvents,    // the same, of an event stream
    kSwitched,  // 101 goes to the client; bytes behind it belong to the new protocol
    kDone,      // the client's socket has taken the whole response
  };

  // Both outlive the leg.
  ResponseLeg(Context& context, ClientConnection& client) noexcept : context_(context), client_(client) {}

  // Sends what the client takes, of what the backend has sent.
  std::optional<End> pump(net::Stream& backend, const RequestLeg& request, Recorder& recorder);

  // Sends a response of wayside's own in place of the backend's, where none has begun. deliver() moves it on.
  void answer(OwnAnswer answer);
  // Sends what the client takes. False where the client has left.
  bool deliver();

  // Before a wait of unknown length: blocks and pipes that hold nothing go back to their pools.
  void give_back_idle();

  Phase phase() const noexcept { return phase_; }
  // Whether a final head is on its way to the client, which then is not told anything else.
  bool has_begun() const noexcept { return phase_ >= Phase::kBody; }
  bool is_done() const noexcept { return phase_ == Phase::kDone; }
  // Whether the client was sent 101, and all of it.
  bool is_tunnel() const noexcept { return phase_ == Phase::kSwitched && outbox_.empty(); }
  // Whether the next bytes have to come from the backend, not to go to the client.
  bool awaits_backend() const noexcept { return outbox_.empty(); }
  // Whether the backend answered an expectation, or anything else, with an informational response.
  bool has_informed() const noexcept { return informational_count_ != 0; }
  // The plan of the response that has begun.
  const ResponsePlan& plan() const noexcept { return plan_; }
  std::uint64_t body_bytes() const noexcept { return body_.bytes(); }
  // When bytes moved to the client last; zero before.
  TimePoint progressed_at() const noexcept { return progressed_at_; }
  // When the thread woke that read from the backend last; zero before.
  TimePoint received_at() const noexcept { return received_at_; }
  // What the backend sent and the leg has not taken.
  net::Buffer& unread() noexcept { return in_; }

 private:
  std::optional<End> relay_body();
  std::optional<End> take_head(std::size_t size, const RequestLeg& request, Recorder& recorder);
  std::optional<End> begin(std::size_t head_size, const ResponsePlan& plan, const RequestLeg& request,
                           Recorder& recorder);
  std::optional<End> read_from(net::Stream& backend);
  std::optional<End> splice_from(net::Stream& backend);
  std::optional<End> on_backend_closed(error_code ec);
  void write_head(const http::ResponseRewrite& rewrite, std::size_t head_size, Outbox& out);

  Context& context_;
  ClientConnection& client_;
  Phase phase_ = Phase::kSilent;
  ResponsePlan plan_;
  std::uint8_t informational_count_ = 0;
  http::HeadScanner scanner_{http::HeadScanner::Kind::kResponse, context_.settings.limits};
  net::Buffer in_;    // from the backend
  net::Buffer head_;  // as it is sent, where it is not sent from in_
  net::Buffer own_answer_;
  Outbox outbox_;  // to the client
  BodyRelay body_;
  std::size_t taken_ = 0;  // bytes in front of in_ that outbox_ may refer to
  TimePoint progressed_at_{};
  TimePoint received_at_{};
};

}  // namespace wayside::proxy
