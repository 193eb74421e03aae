#include "proxy/exchange.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <boost/asio/error.hpp>

#include "proxy/body_relay.hpp"
#include "proxy/outbox.hpp"
#include "proxy/tunnel.hpp"
#include "wayside/http/framing.hpp"
#include "wayside/http/head_parser.hpp"
#include "wayside/http/head_scanner.hpp"
#include "wayside/http/head_writer.hpp"
#include "wayside/http/own_response.hpp"
#include "wayside/http/text.hpp"

namespace wayside::proxy {
namespace {

// Reads in a row before other sessions get their turn: 1 MiB.
constexpr int kReadsPerTurn = 16;
// Informational responses before the final one; more than a few are a backend gone astray.
constexpr int kMaxInformational = 16;

bool is_event_stream(const http::Fields& fields) {
  const http::Field* const type = fields.find(http::FieldName::content_type);
  constexpr std::string_view kType = "text/event-stream";
  return type != nullptr && http::equals_ignoring_case(type->value.substr(0, kType.size()), kType);
}

class Exchange {
 public:
  Exchange(Context& context, ClientConnection& client)
      : context_(context), client_(client), started_(Clock::now()), progressed_(started_) {
    context_.shard.exchange_started();
  }

  // The request, from raw bytes to a rewritten head in to_backend_. Synchronous: the head's views end with it.
  Failure admit(std::size_t head_size);
  void note_violation(std::optional<http::Violation> violation) { violation_ = violation; }

  // A connection to the backend: one that waits, or else a new one.
  bool take_backend();
  net::Task<Failure> connect();

  // Both messages, until the response is complete or something fails.
  net::Task<Failure> relay();
  // Whether the request can be sent again on another connection. If so, it is ready to be.
  bool prepare_retry(Failure failure);

  // An answer of our own, where none has begun.
  bool can_answer(Failure failure) const { return !response_begun_ && failure != Failure::kClientAborted; }
  net::Task<> answer(Failure failure);

  // The end of every exchange: counts it, and decides what may be used again.
  AfterExchange finish(Failure failure);

  net::FramePool& frame_pool() noexcept { return context_.frames; }

 private:
  Failure pump_request();
  Failure pump_response();
  Failure read_from_backend();
  Failure take_response_head(std::size_t size);
  void relay_informational();
  Failure begin_response(std::size_t head_size);
  Failure backend_ended(error_code ec);

  std::size_t relay_request_body(std::size_t offset);
  TimePoint next_deadline() const;
  Failure timeout_failure() const;
  void give_idle_buffers_back();
  void write_response_head(const http::ResponseRewrite& rewrite, std::size_t head_size);
  bool client_may_keep_alive() const { return client_wants_keep_alive_ && !context_.draining; }
  void progress() { progressed_ = Clock::now(); }

  Context& context_;
  ClientConnection& client_;
  std::unique_ptr<BackendConnection> backend_;

  // The request.
  routes::RouteId route_ = routes::kUnmatched;
  Method method_ = Method::kOther;
  bool is_http10_ = false;
  bool client_wants_keep_alive_ = false;
  bool wants_upgrade_ = false;
  bool head_complete_ = false;  // a head was understood, so there is a duration to observe
  bool request_has_body_ = false;
  bool request_done_ = false;    // all of it was written to the backend
  bool request_broken_ = false;  // the backend takes no more of it
  net::Buffer request_head_;     // as it is sent; kept until it can no longer be sent again
  Outbox to_backend_;
  BodyRelay request_body_;
  std::size_t request_taken_ = 0;  // bytes of client_.in that to_backend_ may refer to

  // The response.
  bool response_begun_ = false;  // its head is on its way to the client
  bool response_done_ = false;
  bool backend_spoke_ = false;  // at least a byte of a response came
  bool backend_may_keep_alive_ = false;
  bool is_stream_ = false;  // an event stream or a tunnel: its length says nothing about latency
  bool is_tunnel_ = false;
  bool client_reads_until_close_ = false;
  bool close_announced_ = false;
  std::uint8_t informational_count_ = 0;
  unsigned status_ = 0;
  net::Buffer response_in_;
  net::Buffer response_head_;
  http::HeadScanner scanner_{http::HeadScanner::Kind::kResponse};
  Outbox to_client_;
  BodyRelay response_body_;
  std::size_t response_taken_ = 0;  // bytes of response_in_ that to_client_ may refer to

  std::optional<http::Violation> violation_;

  // The time points of the exchange. The duration runs from the first to the moment of finish().
  TimePoint started_;           // the request head is complete
  TimePoint request_sent_{};    // all of the request is written to the backend
  TimePoint response_head_at_{};  // the final response head is complete
  TimePoint progressed_;        // bytes moved last
};

Failure Exchange::admit(std::size_t head_size) {
  http::RequestHead& head = context_.request_head;
  violation_ = http::parse_request_head(client_.in.data().first(head_size), head);
  if (violation_) return Failure::kRejected;
  head_complete_ = true;
  method_ = head.method;
  is_http10_ = head.minor_version == 0;
  route_ = context_.routes.match(method_, head.target);

  const auto framing = http::request_framing(head);
  if (!framing) {
    violation_ = framing.error();
    return Failure::kRejected;
  }
  // RFC 9112 section 9.3: persistence is the default of HTTP/1.1 and has to be asked for in HTTP/1.0.
  client_wants_keep_alive_ = !head.connection.close && (!is_http10_ || head.connection.keep_alive);
  // RFC 9110 section 7.8: an Upgrade counts only with its connection option, and never in HTTP/1.0. With a body, the
  // body would have to go first; nobody does that, and refusing to upgrade is always allowed.
  wants_upgrade_ = head.connection.upgrade && !is_http10_ && !framing->has_body() &&
                   head.fields.find(http::FieldName::upgrade) != nullptr;

  const std::size_t bound = http::rewritten_size_bound(head_size + client_.ip.size() + context_.fallback_host.size());
  request_head_ = context_.buffers.take(bound <= net::BufferPool::kSmallCapacity ? net::BufferPool::Size::kSmall
                                                                                 : net::BufferPool::Size::kLarge);
  const auto written = http::write_request_head(head,
                                                {.client_ip = client_.ip,
                                                 .fallback_host = context_.fallback_host,
                                                 .framing = *framing,
                                                 .upgrade = wants_upgrade_},
                                                request_head_.space());
  if (!written) {
    violation_ = http::Violation::kHeadTooLarge;
    return Failure::kRejected;
  }
  request_head_.commit(*written);
  to_backend_.add(request_head_.data());

  // What came with the head leaves with the head.
  request_has_body_ = framing->has_body();
  request_body_ = BodyRelay(*framing, framing->kind == http::Framing::Kind::kChunked);
  request_taken_ = head_size;
  if (!request_body_.done() && client_.in.size() > head_size) {
    request_taken_ += relay_request_body(head_size);
    if (violation_) return Failure::kRejected;
  }
  return Failure::kNone;
}

// Takes body bytes out of client_.in from `offset` on. What is wrong with them is violation_.
std::size_t Exchange::relay_request_body(std::size_t offset) {
  const auto taken = request_body_.relay(client_.in.data().subspan(offset), to_backend_);
  if (taken) return *taken;
  violation_ = taken.error();
  return 0;
}

bool Exchange::take_backend() {
  backend_ = context_.backends.take(client_.wakeup);
  return backend_ != nullptr;
}

net::Task<Failure> Exchange::connect() {
  net::ConnectAttempt attempt = context_.backends.connect(client_.wakeup);
  client_.deadline.expire_at(Clock::now() + context_.settings.timeouts.connect);
  if (request_body_.done()) client_.stream.watch_readable();
  while (!attempt.finished()) {
    co_await client_.wakeup.wait();
    if (context_.terminating) co_return Failure::kShutDown;
    if (client_.deadline.passed()) co_return Failure::kConnectTimeout;
    if (request_body_.done() && client_.has_left()) co_return Failure::kClientAborted;
  }
  auto stream = attempt.take();
  if (!stream) co_return Failure::kConnectFailed;
  backend_ = context_.backends.adopt(std::move(*stream), client_.wakeup);
  progress();
  co_return Failure::kNone;
}

net::Task<Failure> Exchange::relay() {
  for (;;) {
    if (const Failure failure = pump_request(); failure != Failure::kNone) co_return failure;
    if (const Failure failure = pump_response(); failure != Failure::kNone) co_return failure;
    if (response_done_) co_return Failure::kNone;
    if (is_tunnel_ && to_client_.empty()) {
      co_return co_await run_tunnel(context_, client_, backend_->stream(), response_in_);
    }
    if (request_done_) {
      if (client_.has_left()) co_return Failure::kClientAborted;
      client_.stream.watch_readable();
    }

    client_.deadline.expire_at(next_deadline());
    give_idle_buffers_back();
    co_await client_.wakeup.wait();
    if (context_.terminating) co_return Failure::kShutDown;
    if (client_.deadline.passed()) co_return timeout_failure();
  }
}

// Moves the request on as far as both sockets let it.
Failure Exchange::pump_request() {
  for (int reads = 0; !request_done_ && !request_broken_;) {
    if (!to_backend_.empty()) {
      const std::uint64_t before = to_backend_.written();
      if (to_backend_.flush(backend_->stream())) {
        // The backend reads no more. It may have answered already (RFC 9110 section 7.5): let that decide.
        request_broken_ = true;
        return Failure::kNone;
      }
      if (to_backend_.written() != before) progress();
      if (!to_backend_.empty()) {
        backend_->stream().watch_writable();
        return Failure::kNone;
      }
    }
    client_.in.consume(std::exchange(request_taken_, 0));
    if (request_body_.done()) {
      request_done_ = true;
      request_sent_ = progressed_;
      return Failure::kNone;
    }

    if (client_.in.empty()) {
      if (!client_.stream.readable() || reads == kReadsPerTurn) {
        reads == kReadsPerTurn ? client_.stream.yield_readable() : client_.stream.watch_readable();
        return Failure::kNone;
      }
      client_.in.reserve_for_read(context_.buffers);
      const auto read = client_.stream.read_some(client_.in.space());
      if (!read) {
        if (read.error() == boost::asio::error::would_block) continue;
        return Failure::kClientAborted;
      }
      ++reads;
      client_.in.commit(*read);
      progress();
    }
    request_taken_ = relay_request_body(0);
    if (violation_) return Failure::kRejected;
  }
  return Failure::kNone;
}

// Moves the response on as far as both sockets let it.
Failure Exchange::pump_response() {
  for (int reads = 0; !response_done_;) {
    if (!to_client_.empty()) {
      const std::uint64_t before = to_client_.written();
      if (to_client_.flush(client_.stream)) return Failure::kClientAborted;
      if (to_client_.written() != before) progress();
      if (!to_client_.empty()) {
        client_.stream.watch_writable();
        return Failure::kNone;
      }
    }
    response_in_.consume(std::exchange(response_taken_, 0));
    if (is_tunnel_) return Failure::kNone;
    if (response_begun_ && response_body_.done()) {
      response_done_ = true;
      return Failure::kNone;
    }

    if (!response_begun_ && !response_in_.empty()) {
      const auto scanned = scanner_.scan(response_in_.view());
      if (!scanned) return Failure::kBadResponse;
      if (*scanned) {
        const Failure failure = take_response_head(**scanned);
        if (failure != Failure::kNone) return failure;
        continue;
      }
    }
    if (response_begun_ && !response_in_.empty()) {
      const auto taken = response_body_.relay(response_in_.data(), to_client_);
      if (!taken) return Failure::kBadResponse;
      response_taken_ = *taken;
      continue;
    }

    if (!backend_->stream().readable()) {
      backend_->stream().watch_readable();
      return Failure::kNone;
    }
    if (reads++ == kReadsPerTurn) {
      backend_->stream().yield_readable();
      return Failure::kNone;
    }
    if (const Failure failure = read_from_backend(); failure != Failure::kNone) return failure;
  }
  return Failure::kNone;
}

Failure Exchange::read_from_backend() {
  response_in_.reserve_for_read(context_.buffers);
  const auto read = backend_->stream().read_some(response_in_.space());
  if (!read) {
    if (read.error() == boost::asio::error::would_block) return Failure::kNone;
    return backend_ended(read.error());
  }
  response_in_.commit(*read);
  backend_spoke_ = true;
  // From here on the request is never sent again.
  if (request_done_) request_head_.release();
  return Failure::kNone;
}

// The backend closed, properly or not.
Failure Exchange::backend_ended(error_code ec) {
  backend_may_keep_alive_ = false;
  if (!response_begun_) return backend_spoke_ ? Failure::kBadResponse : Failure::kBackendClosed;
  if (ec == boost::asio::error::eof && response_body_.relay_end_of_stream(to_client_)) return Failure::kNone;
  return Failure::kResponseTruncated;
}

Failure Exchange::take_response_head(std::size_t size) {
  http::ResponseHead& head = context_.response_head;
  violation_ = http::parse_response_head(response_in_.data().first(size), head);
  if (violation_) return Failure::kBadResponse;
  scanner_.reset();
  if (head.status == 101) {
    // RFC 9110 section 15.2.2: only an answer to an Upgrade.
    if (!wants_upgrade_ || head.fields.find(http::FieldName::upgrade) == nullptr) return Failure::kBadResponse;
    status_ = 101;
    is_stream_ = is_tunnel_ = true;
    response_begun_ = true;
    response_head_at_ = Clock::now();
    write_response_head({.upgrade = true}, size);
    return Failure::kNone;
  }
  if (head.status / 100 == 1) {
    if (++informational_count_ > kMaxInformational) return Failure::kBadResponse;
    // RFC 9110 section 15.2: not for HTTP/1.0 clients.
    if (is_http10_) {
      response_taken_ = size;
    } else {
      write_response_head({}, size);
    }
    return Failure::kNone;
  }
  return begin_response(size);
}

Failure Exchange::begin_response(std::size_t head_size) {
  const http::ResponseHead& head = context_.response_head;
  const auto framing = http::response_framing(head, method_);
  if (!framing) {
    violation_ = framing.error();
    return Failure::kBadResponse;
  }
  using Kind = http::Framing::Kind;
  // An HTTP/1.0 client knows no chunks: what has no length ends for it with the connection (RFC 9112 section 6.3).
  http::Framing outgoing = *framing;
  if (framing->kind == Kind::kChunked || framing->kind == Kind::kUntilClose) {
    outgoing.kind = is_http10_ ? Kind::kUntilClose : Kind::kChunked;
  }
  client_reads_until_close_ = outgoing.kind == Kind::kUntilClose;
  const bool backend_is_http10 = head.minor_version == 0;
  backend_may_keep_alive_ = framing->kind != Kind::kUntilClose && !head.connection.close &&
                            (!backend_is_http10 || head.connection.keep_alive);
  // An answer that comes before the request is complete ends the connection: the rest of the request may never be
  // read by anybody (RFC 9112 section 9.6).
  close_announced_ = !client_may_keep_alive() || client_reads_until_close_ || !request_done_;
  is_stream_ = is_event_stream(head.fields);
  status_ = head.status;
  response_body_ = BodyRelay(*framing, outgoing.kind == Kind::kChunked);
  response_begun_ = true;
  response_head_at_ = Clock::now();
  write_response_head({.framing = outgoing,
                       .keeps_content_length = method_ == Method::kHead || head.status == 304,
                       .close = close_announced_,
                       .announce_keep_alive = is_http10_},
                      head_size);
  // What came with the head leaves with the head.
  if (response_in_.size() > head_size && !response_body_.done()) {
    const auto taken = response_body_.relay(response_in_.data().subspan(head_size), to_client_);
    if (!taken) {
      // Nothing of the head has left yet, so the client can still be told.
      violation_ = taken.error();
      to_client_.clear();
      response_begun_ = false;
      return Failure::kBadResponse;
    }
    response_taken_ += *taken;
  }
  return Failure::kNone;
}

// Puts the head of context_.response_head, which is the first `head_size` bytes of response_in_, into to_client_.
void Exchange::write_response_head(const http::ResponseRewrite& rewrite, std::size_t head_size) {
  const std::size_t bound = http::rewritten_size_bound(head_size);
  response_head_ = context_.buffers.take(bound <= net::BufferPool::kSmallCapacity ? net::BufferPool::Size::kSmall
                                                                                  : net::BufferPool::Size::kLarge);
  const auto written = http::write_response_head(context_.response_head, rewrite, response_head_.space());
  // The bound makes it fit: a head is at most limits::kHead, and a large block holds twice that.
  response_head_.commit(written.value_or(0));
  to_client_.add(response_head_.data());
  response_taken_ = head_size;
}

TimePoint Exchange::next_deadline() const {
  const config::Timeouts& timeouts = context_.settings.timeouts;
  if (!request_done_ && !request_broken_) return progressed_ + timeouts.request_body;
  if (!response_begun_) return std::max(request_sent_, started_) + timeouts.response_head;
  return progressed_ + (is_stream_ ? timeouts.tunnel : timeouts.response_body);
}

Failure Exchange::timeout_failure() const {
  if (!request_done_ && !request_broken_) {
    return to_backend_.empty() ? Failure::kRequestBodyTimeout : Failure::kBackendStalled;
  }
  return response_begun_ ? Failure::kResponseBodyTimeout : Failure::kResponseHeadTimeout;
}

// A wait may be long: blocks that hold nothing go back to the pool.
void Exchange::give_idle_buffers_back() {
  if (to_backend_.empty()) client_.in.shrink(context_.buffers);
  if (to_client_.empty()) {
    response_in_.shrink(context_.buffers);
    response_head_.release();
  }
}

bool Exchange::prepare_retry(Failure failure) {
  if (failure != Failure::kBackendClosed || !backend_->is_reused()) return false;
  // RFC 9110 section 9.2.2 and RFC 9112 section 9.3.1: what the backend cannot have seen is safe to send again; what
  // it may have acted on, only if doing so twice is the same as once. Body bytes that were sent are gone.
  const bool nothing_was_sent = to_backend_.written() == 0;
  const bool repeatable = is_idempotent(method_) && !request_has_body_;
  if (!nothing_was_sent && !repeatable) return false;
  if (!nothing_was_sent) {
    to_backend_ = {};
    to_backend_.add(request_head_.data());
  }
  request_done_ = request_broken_ = false;
  backend_.reset();
  return true;
}

net::Task<> Exchange::answer(Failure failure) {
  const bool is_rejection = failure == Failure::kRejected && violation_.has_value();
  status_ = is_rejection ? http::status_of(*violation_) : status_of(failure);
  // Only a request that was read to its end leaves the connection where the next one can start. What of it is still
  // on its way to the backend stays there.
  to_backend_.clear();
  client_.in.consume(std::exchange(request_taken_, 0));
  request_done_ = failure != Failure::kRejected && head_complete_ && request_body_.done();
  close_announced_ = !request_done_ || !client_may_keep_alive();
  net::Buffer text = context_.buffers.take(net::BufferPool::Size::kSmall);
  const auto written = http::write_own_response(
      {.status = status_,
       .explanation = is_rejection ? http::to_text(*violation_) : to_text(failure),
       .request_method = method_,
       .close = close_announced_,
       .announce_keep_alive = is_http10_},
      text.space());
  text.commit(written.value_or(0));
  to_client_.add(text.data());
  client_.deadline.expire_at(Clock::now() + context_.settings.timeouts.response_body);
  for (;;) {
    if (to_client_.flush(client_.stream)) break;
    if (to_client_.empty()) {
      response_done_ = true;
      break;
    }
    client_.stream.watch_writable();
    co_await client_.wakeup.wait();
    if (client_.deadline.passed() || context_.terminating) break;
  }
  to_client_.clear();
}

AfterExchange Exchange::finish(Failure failure) {
  const TimePoint now = Clock::now();
  if (status_ == 0) status_ = kStatusClientAborted;
  const auto endpoint = static_cast<metrics::EndpointId>(route_);
  if (head_complete_) {
    const TimePoint end = is_stream_ ? response_head_at_ : now;
    context_.shard.observe_duration(endpoint, method_, end - started_);
  }
  context_.shard.exchange_finished(endpoint, method_, status_);

  if (backend_ != nullptr && failure == Failure::kNone && backend_may_keep_alive_ && request_done_ &&
      response_in_.empty() && !is_tunnel_) {
    context_.backends.give_back(std::move(backend_));
  }
  if (failure == Failure::kClientAborted || failure == Failure::kShutDown || is_tunnel_) return AfterExchange::kClose;
  if (!response_done_) {
    // The client has part of a message. Where only the end of the connection ends that message, an orderly close
    // would make it look whole (RFC 9112 section 8).
    if (client_reads_until_close_) client_.stream.abort();
    return AfterExchange::kClose;
  }
  if (!close_announced_) return AfterExchange::kKeepAlive;
  const bool client_is_silent = request_done_ && client_.in.empty() && !client_.stream.readable();
  return client_is_silent ? AfterExchange::kClose : AfterExchange::kLinger;
}

}  // namespace

net::Task<AfterExchange> serve_request(Context& context, ClientConnection& client, std::size_t head_size) {
  Exchange exchange(context, client);
  Failure failure = exchange.admit(head_size);
  bool is_retry = false;
  while (failure == Failure::kNone) {
    // A second attempt goes to a fresh connection: the other waiting ones may be as stale as the first.
    if (is_retry || !exchange.take_backend()) failure = co_await exchange.connect();
    if (failure != Failure::kNone) break;
    failure = co_await exchange.relay();
    is_retry = exchange.prepare_retry(failure);
    if (!is_retry) break;
    failure = Failure::kNone;
  }
  if (failure != Failure::kNone && exchange.can_answer(failure)) co_await exchange.answer(failure);
  co_return exchange.finish(failure);
}

net::Task<AfterExchange> refuse_request(Context& context, ClientConnection& client, Failure failure,
                                        std::optional<http::Violation> violation) {
  Exchange exchange(context, client);
  exchange.note_violation(violation);
  co_await exchange.answer(failure);
  co_return exchange.finish(failure);
}

}  // namespace wayside::proxy
