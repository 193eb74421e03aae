// One request and its response.
//
// An exchange owns both legs: it takes the request from the client, finds its route, gets a connection to the
// backend, relays both messages in both directions at once, and at the end decides what may be used again and
// what is counted. Everything that can go wrong is a Failure, and everything ends in finish().
//
// The story is serve_request() in exchange.cpp; exchange_request.cpp and exchange_response.cpp hold the two
// legs, exchange_account.cpp what is counted.
#pragma once

#include "wayside/http/head_scanner.hpp"
#include "wayside/http/head_writer.hpp"
#include "wayside/http/violation.hpp"
#include "wayside/net/task.hpp"
#include "wayside/proxy/failure.hpp"

#include "proxy/body_relay.hpp"
#include "proxy/client_connection.hpp"
#include "proxy/context.hpp"
#include "proxy/log_text.hpp"
#include "proxy/outbox.hpp"
#include "proxy/request_facts.hpp"
#include "proxy/tunnel.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace wayside::proxy {

// What becomes of the client's connection.
enum class AfterExchange : std::uint8_t {
  kKeepAlive,
  kClose,          // nothing is on its way in either direction
  kLinger,         // the client may still be sending; see Session::linger
  kLingerBriefly,  // the same, of a client that had its time
};

// Serves the request whose complete head is the first `head_size` bytes of client.in. Takes the whole request
// out of client.in, and nothing of the next one.
net::Task<AfterExchange> serve_request(Context& context, ClientConnection& client, std::size_t head_size);

// Answers what never became a request.
net::Task<AfterExchange> refuse_request(Context& context, ClientConnection& client, Failure failure,
                                        std::optional<http::Violation> violation);

class Exchange {
 public:
  // Begins now. Both outlive the exchange.
  Exchange(Context& context, ClientConnection& client);
  // An exchange that an exception cut short is counted too.
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // The request, from raw bytes to a rewritten head in to_backend_. Synchronous: the views of its head end
  // with it.
  Failure admit(std::size_t head_size);
  void note_violation(std::optional<http::Violation> violation) { violation_ = violation; }

  // The body is held until it is complete, or until request_body.buffer bytes of it are there.
  bool wants_to_hold_body() const { return holds_body_; }
  net::Task<Failure> hold_body();

  // The right to a connection to the backend. enter_backend() is false where the request has to wait for its
  // turn.
  bool enter_backend();
  net::Task<Failure> wait_for_turn();

  // A connection to the backend: one that waits, or else a new one.
  bool take_backend();
  net::Task<Failure> connect();

  // Both messages, until the response is complete or something fails.
  net::Task<Failure> relay();
  // Whether the request can be sent again on another connection. If so, it is ready to be.
  bool prepare_retry(Failure failure);

  // Whether the request asks this hop and nobody behind it (RFC 9110 section 7.6.2). Then its answer is made
  // here.
  bool ends_here() const { return !own_answer_.empty(); }
  net::Task<> send_own_answer();

  // An answer of our own, where none has begun.
  bool can_answer(Failure failure) const { return !response_begun_ && failure != Failure::kClientAborted; }
  net::Task<> answer(Failure failure);

  // The end of every exchange: counts it, and decides what may be used again.
  AfterExchange finish(Failure failure);

  net::FramePool& frame_pool() noexcept { return context_.frames; }

 private:
  enum class Sending : std::uint8_t {
    kUnderWay,
    kDone,    // all of the request was written to the backend
    kBroken,  // the backend takes no more of it, but may have answered
  };

  // Each moves its message on as far as both sockets let it.
  Failure pump_request();
  Failure pump_response();

  void answer_here(const http::RequestHead& head, bool has_body);
  bool must_hold_body(std::size_t received) const;
  bool keep_body();
  void check_body_size();
  void relay_kept_body();
  std::size_t relay_request_body(std::size_t offset);
  bool read_from_client();
  bool splice_from_client();
  void end_sending(Sending how);

  Failure read_from_backend();
  Failure splice_from_backend();
  Failure backend_ended(error_code ec);
  Failure take_response_head(std::size_t head_size);
  Failure switch_protocols(std::size_t head_size);
  Failure begin_response(std::size_t head_size, http::Framing framing);
  void write_response_head(const http::ResponseRewrite& rewrite, std::size_t head_size);

  TimePoint next_deadline() const;
  Failure timeout_failure() const;
  bool waits_for_continue() const;
  void give_back_idle();
  void acknowledge_parts();
  TimePoint upload_deadline() const;
  bool client_is_gone_meanwhile();
  bool client_may_keep_alive() const {
    return client_wants_keep_alive_ && !context_.draining && !context_.clients_wait;
  }
  void note_progress() { progressed_ = context_.readiness.woke_at(); }  // only deadlines are made of it
  // When what is being read came, as far as the readiness set knew; not before what it answers.
  TimePoint heard_at() const { return std::max({context_.readiness.woke_at(), sending_ended_, started_}); }
  void find_route(std::string_view target);
  void begin_wait();
  void end_wait();
  void note_wait_for_body() { waited_for_body_ += context_.readiness.woke_at() - wait_began_; }

  // What the metrics and the access log see: exchange_account.cpp.
  void note_request(const http::RequestHead& head);
  void note_label(std::string_view label);
  void note_candidate(std::string_view label);
  void settle_endpoint(unsigned status);
  void note_declared_route(const http::Fields& fields);
  void begin_stream(metrics::StreamKind kind);
  void count(Failure failure);
  void count_failure(Failure failure, metrics::Observation& seen);
  metrics::Observation observation(TimePoint now) const;
  void write_access_log(const metrics::Observation& seen, Failure failure, TimePoint now);

  Context& context_;
  ClientConnection& client_;
  BackendSlot slot_;  // goes behind the connection
  std::unique_ptr<BackendConnection> backend_;

  // The request.
  RouteTarget route_;                              // of "unmatched" until there is a head
  inspector::UnmatchedPaths::Ticket unmatched_{};  // where no route matched
  net::Buffer candidate_;  // a label that has no endpoint and may earn one; empty: there is none
  Method method_ = Method::unknown;
  bool is_http10_ = false;
  bool client_wants_keep_alive_ = false;
  bool wants_upgrade_ = false;
  bool expects_continue_ = false;
  bool accepts_trailers_ = false;
  bool head_complete_ = false;  // a head was understood, so there is a duration to observe
  bool request_has_body_ = false;
  bool holds_body_ = false;
  Sending sending_ = Sending::kUnderWay;
  net::Buffer request_head_;  // as it is sent; kept until it can no longer be sent again
  Outbox to_backend_;
  BodyRelay request_body_;
  std::size_t request_taken_ = 0;  // bytes of client_.in that to_backend_ may refer to
  std::size_t kept_ = 0;           // bytes of body data in front of client_.in that are held
  Nanoseconds waited_for_body_{};

  // The response.
  bool response_begun_ = false;  // its head is on its way to the client
  bool response_done_ = false;
  bool backend_spoke_ = false;  // at least a byte of a response came
  bool backend_may_keep_alive_ = false;
  bool is_stream_ = false;  // an event stream or a tunnel: its length says nothing about latency
  bool is_tunnel_ = false;
  bool client_reads_until_close_ = false;
  bool close_announced_ = false;
  bool is_counted_ = false;
  std::uint8_t informational_count_ = 0;
  std::uint8_t acknowledgements_ = 0;  // of parts of messages
  unsigned status_ = 0;                // that the client was sent; 0 while it was sent none
  net::Buffer own_answer_;
  net::Buffer response_in_;
  net::Buffer response_head_;
  http::HeadScanner scanner_{http::HeadScanner::Kind::kResponse, context_.settings.limits};
  Outbox to_client_;
  BodyRelay response_body_;
  std::size_t response_taken_ = 0;  // bytes of response_in_ that to_client_ may refer to

  std::optional<http::Violation> violation_;

  // What is counted.
  RequestFacts facts_;
  std::optional<metrics::StreamKind> stream_;  // it began, and has to end
  TunnelBytes tunnel_bytes_;
  Nanoseconds waited_{};  // for the client and the backend, since started_
  TimePoint wait_began_{};
  TimePoint just_now_{};  // what the clock said, if nothing that takes time was done since
  LogText log_text_;

  // The time points of the exchange. The duration runs from the first to the moment of finish().
  TimePoint started_;             // the request head is complete
  TimePoint sending_ended_{};     // the request is written to the backend, as far as it takes it
  TimePoint response_head_at_{};  // the final response head is complete, as soon as the set knew
  TimePoint progressed_;          // bytes moved last
};

}  // namespace wayside::proxy
