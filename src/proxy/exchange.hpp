// One request and its response.
//
// The story of serve_request() in exchange.cpp is that of RFC 9110 and 9112: a request is admitted, waits for
// its turn and for a connection, both messages are relayed in both directions at once, and the end is
// recorded. Each step returns the End where the exchange ends there, and nothing where it goes on.
//
// The exchange owns the backend's connection and everything that waits. The two messages are its legs
// (request_leg.hpp, response_leg.hpp), and what is observed is the recorder's (recorder.hpp).
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/net/task.hpp"
#include "wayside/proxy/outcome.hpp"

#include "proxy/backend_pool.hpp"
#include "proxy/client_connection.hpp"
#include "proxy/context.hpp"
#include "proxy/deadlines.hpp"
#include "proxy/own_answer.hpp"
#include "proxy/recorder.hpp"
#include "proxy/request_leg.hpp"
#include "proxy/response_leg.hpp"
#include "proxy/tunnel.hpp"
#include "proxy/wait.hpp"

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
  kLingerBriefly,  // the same, of a client that was too slow
};

// Serves the request whose complete head is the first `head_size` bytes of client.in. Takes the whole request
// out of client.in, and nothing of the next one. An exception on the way ends the exchange as an
// internal error. Throws std::bad_alloc if there is no memory for its frame: then the request is
// neither answered nor counted.
net::Task<AfterExchange> serve_request(Context& context, ClientConnection& client, std::size_t head_size);

// Answers bytes that did not become a request.
net::Task<AfterExchange> refuse_request(Context& context, ClientConnection& client, End end);

class Exchange {
 public:
  // Begins now. Both outlive the exchange.
  Exchange(Context& context, ClientConnection& client);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Parses the head and plans the exchange by it; the views of the head end with the call.
  std::optional<End> admit(std::size_t head_size);
  // Whether the answer is wayside's own, by admit().
  bool is_answered_here() const noexcept { return response_.has_begun(); }
  bool holds_body() const noexcept { return request_.state() == RequestLeg::State::kHolding; }
  net::Task<std::optional<End>> hold_body();

  // The right to a connection to the backend. enter_backend() is false where the request has to wait for it.
  bool enter_backend();
  net::Task<std::optional<End>> wait_for_turn();

  // A connection to the backend: one that waits in the pool, or else a new one.
  bool take_backend();
  net::Task<std::optional<End>> connect();

  // Both messages, until the response is complete or something fails.
  net::Task<End> relay();
  // Makes the request ready for another connection, where it may be sent again after this end.
  bool prepare_retry(const End& end);

  // Tells of a backend that is at fault, where no response of it has begun.
  void report_backend(const End& end) noexcept;

  // A response of wayside's own.
  bool can_answer(const End& end) const noexcept;
  void answer(const End& end);
  net::Task<> deliver_answer();

  // The end of every exchange: records it, and decides which connections are used again.
  AfterExchange finish(const End& end);

  net::FramePool& frame_pool() noexcept { return context_.frames; }

 private:
  void give(OwnAnswer answer);
  Awaited awaited() const noexcept;
  TimePoint deadline(Awaited awaited) const;
  Wait wait(Awaited awaited);
  std::optional<End> woke(Wake wake, Awaited awaited);
  bool is_blocked(Awaited awaited) const noexcept;
  void acknowledge_parts();
  bool client_may_stay() const noexcept;
  Transfer transfer() const noexcept;
  void give_back_backend(const End& end);

  Context& context_;
  ClientConnection& client_;
  BackendSlot slot_;  // goes behind the connection
  std::unique_ptr<BackendConnection> backend_;
  RequestLeg request_;
  ResponseLeg response_;
  TunnelBytes tunnel_bytes_;
  error_code connect_error_;           // of the last connection that was not made
  TimePoint entered_at_;               // when the present step began to wait
  std::uint8_t acknowledgements_ = 0;  // of parts of messages
  Recorder recorder_;                  // ends first
};

}  // namespace wayside::proxy
