// The request's way through an exchange: from the client to the backend.
//
// Reads the head and the body out of client.in, rewrites the head, re-frames the body, and writes both to the
// backend's stream. Never waits: pump() moves on what it can and watches both streams for the rest.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/http/head.hpp"
#include "wayside/net/buffer.hpp"
#include "wayside/net/stream.hpp"
#include "wayside/proxy/outcome.hpp"

#include "proxy/body_relay.hpp"
#include "proxy/client_connection.hpp"
#include "proxy/context.hpp"
#include "proxy/outbox.hpp"
#include "proxy/request_plan.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace wayside::proxy {

class RequestLeg {
 public:
  enum class State : std::uint8_t {
    kUnread,    // no head was admitted
    kHolding,   // the body is collected before a connection to the backend is taken
    kReading,   // the request goes to the backend as it comes
    kOver,      // all of it was read, and nothing of it is left to send
    kBroken,    // nothing more of it is sent, though the client may still be sending it
    kRejected,  // its body broke a rule, so no more of it is read
  };

  // Both outlive the leg.
  RequestLeg(Context& context, ClientConnection& client) noexcept;

  // Plans the exchange by `head`, which was parsed from the first `head_size` bytes of client.in. Where the
  // plan is that the request ends here, its bytes are consumed, nothing is to be sent, and the views of the
  // head stay valid until client.in is read into. Otherwise they end with this call, the rewritten head is
  // ready for the backend, and the leg holds or reads.
  std::optional<End> admit(const http::RequestHead& head, std::size_t head_size);

  // While it holds: collects what has come of the body. The leg reads on once all of the body or
  // request_body.buffer bytes of it are there.
  std::optional<End> hold();

  // While it reads: sends what the backend takes, of what the client has sent. A backend that takes no more
  // breaks the leg and does not end the exchange: its response may be on the way (RFC 9110 section 7.5).
  std::optional<End> pump(net::Stream& backend);

  // Watches the client while the backend has nothing of the request. False where the client has left.
  bool watch_client();

  // Whether all of the request can be sent to another connection after the backend closed this one without a
  // response (RFC 9110 section 9.2.2, RFC 9112 section 9.3.1).
  bool may_retry() const noexcept;
  // Makes such a request ready to be sent again.
  void rewind();
  // Releases the head of a sent request once the backend has begun its response: it is not sent again.
  void forget_head() noexcept;

  // The client is answered without the backend: nothing of the request is sent any more.
  void abandon() noexcept;

  // Before a wait of unknown length: blocks and pipes that hold nothing go back to their pools.
  void give_back_idle();
  // After a wait: how long it was.
  void note_wait(Nanoseconds duration) noexcept {
    if (awaits_client()) waited_for_client_ += duration;
  }

  const RequestPlan& plan() const noexcept { return plan_; }
  State state() const noexcept { return state_; }
  bool is_over() const noexcept { return state_ == State::kOver; }
  bool is_under_way() const noexcept { return state_ == State::kHolding || state_ == State::kReading; }
  // Whether the next bytes have to come from the client, not to go to the backend.
  bool awaits_client() const noexcept {
    return state_ == State::kHolding || (state_ == State::kReading && outbox_.empty());
  }
  bool body_is_complete() const noexcept { return body_.done(); }
  std::uint64_t body_bytes() const noexcept { return body_.bytes(); }
  // When bytes moved last; zero before.
  TimePoint progressed_at() const noexcept { return progressed_at_; }
  // When the leg stopped sending to the backend; zero before.
  TimePoint ended_at() const noexcept { return ended_at_; }
  // By when more of the body has to come for its average rate to be request_body.min_rate.
  TimePoint rate_deadline() const;

 private:
  std::optional<End> collect();
  std::optional<End> relay_body(std::size_t offset);
  std::optional<http::Violation> oversize() const;
  std::optional<End> reject(http::Violation violation) noexcept;
  bool is_worth_holding(std::size_t received) const noexcept;
  bool read_from_client();
  bool splice_from_client();
  void end_sending(State state);
  void note_progress() { progressed_at_ = context_.readiness.woke_at(); }  // only deadlines are made of it

  Context& context_;
  ClientConnection& client_;
  RequestPlan plan_;
  State state_ = State::kUnread;
  net::Buffer head_;  // as it is sent; kept until it is not sent again
  Outbox outbox_;     // to the backend
  BodyRelay body_;
  std::size_t taken_ = 0;  // bytes in front of client.in that outbox_ may refer to
  std::size_t held_ = 0;   // bytes of body data in front of client.in that are held
  Nanoseconds waited_for_client_{};
  TimePoint progressed_at_{};
  TimePoint ended_at_{};
};

}  // namespace wayside::proxy
