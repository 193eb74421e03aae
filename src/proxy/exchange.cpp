// The course of an exchange. See exchange_request.cpp and exchange_response.cpp for its two legs, and
// exchange_account.cpp for what is counted.
#include "proxy/exchange.hpp"

#include "wayside/http/own_response.hpp"

#include <boost/system/errc.hpp>

#include <algorithm>
#include <utility>

namespace wayside::proxy {
namespace {

// Before request_body.min_rate counts: the first bytes may have to wait for a slow start of the connection.
constexpr std::chrono::seconds kGraceOfRate{5};
constexpr double kLongestAllowance = 1e6;  // seconds

// The backend has no part in these: descriptors, memory, threads and ports are short on this side.
bool is_local_shortage(const error_code& ec) {
  using namespace boost::system;
  for (const auto shortage : {errc::too_many_files_open, errc::too_many_files_open_in_system,
                              errc::no_buffer_space, errc::not_enough_memory, errc::address_not_available,
                              errc::resource_unavailable_try_again, errc::no_space_on_device}) {
    if (ec == shortage) return true;
  }
  return false;
}

bool may_be_retried_soon(Failure failure) {
  return failure == Failure::kLocalShortage || failure == Failure::kBackendQueueFull ||
         failure == Failure::kBackendQueueTimeout;
}

}  // namespace

net::Task<AfterExchange> serve_request(Context& context, ClientConnection& client, std::size_t head_size) {
  Exchange exchange(context, client);
  Failure failure = exchange.admit(head_size);
  if (exchange.ends_here()) {
    co_await exchange.send_own_answer();
    co_return exchange.finish(Failure::kNone);
  }
  if (failure == Failure::kNone && exchange.wants_to_hold_body()) failure = co_await exchange.hold_body();
  if (failure == Failure::kNone && !exchange.enter_backend()) failure = co_await exchange.wait_for_turn();
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

Exchange::Exchange(Context& context, ClientConnection& client)
    : context_(context),
      client_(client),
      route_(context.routing->targets[routes::kUnmatched]),
      started_(Clock::now()),
      progressed_(started_) {
  context_.shard.exchange_started();
}

Exchange::~Exchange() {
  if (!is_counted_) count(Failure::kShutDown);
}

bool Exchange::enter_backend() {
  slot_ = context_.backends.enter(client_.id);
  return static_cast<bool>(slot_);
}

net::Task<Failure> Exchange::wait_for_turn() {
  if (context_.backends.queue_is_full()) co_return Failure::kBackendQueueFull;
  BackendTurn turn(context_.backends, client_.wakeup);
  client_.deadline.expire_at(Clock::now() + context_.settings.timeouts.queue);
  while (!turn.has_come()) {
    if (client_is_gone_meanwhile()) co_return Failure::kClientAborted;
    begin_wait();
    co_await client_.wakeup.wait();
    end_wait();
    if (context_.terminating) co_return Failure::kShutDown;
    if (client_.deadline.passed() && !turn.has_come()) co_return Failure::kBackendQueueTimeout;
  }
  slot_ = turn.take();
  co_return Failure::kNone;
}

// While the backend has nothing of the request. Body bytes wait in client_.in with to_backend_ pointing at
// them: then nothing may be read behind them, and the end is only looked for.
bool Exchange::client_is_gone_meanwhile() {
  const config::HalfClose half_close = context_.settings.client_half_close;
  if (!request_has_body_) return client_.has_left(context_.buffers, half_close);
  if (!request_body_.done()) return false;
  using enum net::Stream::Peeked;
  const net::Stream::Peeked peeked = client_.stream.readable() ? client_.stream.peek() : kNothing;
  if (peeked == kFailed || (peeked == kEnd && half_close == config::HalfClose::kAbort)) return true;
  client_.stream.watch_readable();
  return false;
}

bool Exchange::take_backend() {
  const TimePoint now = waited_ == Nanoseconds(0) ? started_ : Clock::now();
  backend_ = context_.backends.take(client_.wakeup, client_.id, now);
  return backend_ != nullptr;
}

net::Task<Failure> Exchange::connect() {
  const Milliseconds limit = context_.settings.timeouts.connect;
  net::ConnectAttempt attempt = context_.backends.connect(client_.wakeup, limit);
  client_.deadline.expire_at(Clock::now() + limit);
  for (;;) {
    if (context_.terminating) co_return Failure::kShutDown;
    if (client_is_gone_meanwhile()) co_return Failure::kClientAborted;
    if (attempt.finished()) break;
    begin_wait();
    co_await client_.wakeup.wait();
    end_wait();
    if (client_.deadline.passed() && !attempt.finished()) co_return Failure::kConnectTimeout;
  }
  auto connection = context_.backends.adopt(attempt, client_.wakeup);
  if (!connection)
    co_return is_local_shortage(connection.error()) ? Failure::kLocalShortage : Failure::kConnectFailed;
  backend_ = std::move(*connection);
  note_progress();
  co_return Failure::kNone;
}

net::Task<Failure> Exchange::relay() {
  for (;;) {
    if (const Failure failure = pump_request(); failure != Failure::kNone) co_return failure;
    if (const Failure failure = pump_response(); failure != Failure::kNone) co_return failure;
    if (response_done_) co_return Failure::kNone;
    if (is_tunnel_ && to_client_.empty()) {
      response_done_ = true;
      tunnel_bytes_ = co_await run_tunnel(context_, client_, backend_->stream(), response_in_);
      co_return Failure::kNone;
    }
    if (sending_ == Sending::kDone && client_.has_left(context_.buffers, context_.settings.client_half_close))
      co_return Failure::kClientAborted;

    client_.deadline.expire_at(next_deadline());
    give_back_idle();
    acknowledge_parts();
    const bool waits_for_body = sending_ == Sending::kUnderWay && to_backend_.empty();
    begin_wait();
    co_await client_.wakeup.wait();
    end_wait();
    if (waits_for_body) note_wait_for_body();
    if (context_.terminating) co_return Failure::kShutDown;
    if (client_.deadline.passed()) co_return timeout_failure();
  }
}

// A client that sent Expect waits for the backend's word before it sends its body (RFC 9110 section 10.1.1).
bool Exchange::waits_for_continue() const {
  return expects_continue_ && informational_count_ == 0 && request_body_.bytes() == 0;
}

TimePoint Exchange::next_deadline() const {
  const config::Timeouts& timeouts = context_.settings.timeouts;
  if (response_begun_) return progressed_ + (is_stream_ ? timeouts.tunnel : timeouts.response_body);
  if (sending_ != Sending::kUnderWay) return sending_ended_ + timeouts.response_head;
  return waits_for_continue() ? progressed_ + timeouts.response_head : upload_deadline();
}

// The next piece is due, and so is the average of all. What the backend does not take in time is not the
// client's fault, so only waits for the client count.
TimePoint Exchange::upload_deadline() const {
  const TimePoint next_piece = progressed_ + context_.settings.timeouts.request_body;
  const std::size_t rate = context_.settings.request_body.min_rate;
  const bool waits_for_client = backend_ == nullptr || to_backend_.empty();
  if (rate == 0 || !waits_for_client) return next_piece;
  const auto bytes = static_cast<double>(request_body_.bytes());
  const auto allowed = kGraceOfRate + std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(
                                          std::min(bytes / static_cast<double>(rate), kLongestAllowance)));
  return std::min(next_piece, context_.readiness.woke_at() + (allowed - waited_for_body_));
}

Failure Exchange::timeout_failure() const {
  if (response_begun_) return to_client_.empty() ? Failure::kResponseBodyTimeout : Failure::kClientStalled;
  if (sending_ != Sending::kUnderWay || waits_for_continue()) return Failure::kResponseHeadTimeout;
  return to_backend_.empty() ? Failure::kRequestBodyTimeout : Failure::kBackendStalled;
}

// A wait may be long: blocks and pipes that hold nothing go back to their pools.
void Exchange::give_back_idle() {
  if (to_backend_.empty()) {
    client_.in.shrink(context_.buffers);
    request_body_.give_back_pipe();
  }
  if (to_client_.empty()) {
    response_in_.shrink(context_.buffers);
    response_head_.release();
    response_body_.give_back_pipe();
  }
}

// Many an application writes its head and its body, or each chunk, by themselves, and its kernel keeps the
// second until the first is acknowledged. A long message needs no help: its segments are full.
void Exchange::acknowledge_parts() {
  constexpr std::uint8_t kMost = 8;
  const bool request_is_partial = sending_ == Sending::kUnderWay && to_backend_.empty();
  const bool response_is_partial = backend_spoke_ && to_client_.empty();
  if (acknowledgements_ == kMost || !(request_is_partial || response_is_partial)) return;
  ++acknowledgements_;
  if (request_is_partial) client_.stream.acknowledge();
  if (response_is_partial) backend_->stream().acknowledge();
}

bool Exchange::prepare_retry(Failure failure) {
  if (failure != Failure::kBackendClosed || !backend_->is_reused()) return false;
  // RFC 9110 section 9.2.2 and RFC 9112 section 9.3.1: what the backend cannot have seen is safe to send
  // again; what it may have acted on, only if doing so twice is the same as once. Body bytes that were sent
  // are gone.
  const bool nothing_was_sent = to_backend_.written() == 0;
  const bool is_repeatable = is_idempotent(method_) && !request_has_body_;
  if (!nothing_was_sent && !is_repeatable) return false;
  if (!nothing_was_sent) {
    to_backend_ = {};
    to_backend_.add(request_head_.data());
  }
  sending_ = Sending::kUnderWay;
  just_now_ = {};
  backend_.reset();
  context_.shard.backend_retried();
  return true;
}

net::Task<> Exchange::answer(Failure failure) {
  const bool is_rejection = failure == Failure::kRejected && violation_.has_value();
  status_ = is_rejection ? http::status_of(*violation_) : status_of(failure);
  // Only a request that was read to its end leaves the connection where the next one can start. What of it is
  // still on its way to the backend stays here.
  to_backend_.clear();
  client_.in.consume(std::exchange(request_taken_, 0));
  const bool is_read = failure != Failure::kRejected && head_complete_ && request_body_.done();
  sending_ = is_read ? Sending::kDone : Sending::kBroken;
  close_announced_ = !is_read || !client_may_keep_alive();
  own_answer_ = context_.buffers.take(net::BufferPool::Size::kSmall);
  const auto written =
      http::write_own_response({.status = status_,
                                .explanation = is_rejection ? http::to_text(*violation_) : to_text(failure),
                                .request_method = method_,
                                .close = close_announced_,
                                .announce_keep_alive = is_http10_,
                                .ask_to_retry = may_be_retried_soon(failure),
                                .date = context_.date()},
                               own_answer_.space());
  own_answer_.commit(written.value_or(0));
  return send_own_answer();
}

net::Task<> Exchange::send_own_answer() {
  response_begun_ = true;
  to_client_.add(own_answer_.data());
  client_.deadline.expire_at(Clock::now() + context_.settings.timeouts.response_body);
  while (!to_client_.flush(client_.stream)) {
    if (to_client_.empty()) {
      response_done_ = true;
      break;
    }
    if (context_.terminating) break;
    client_.stream.watch_writable();
    begin_wait();
    co_await client_.wakeup.wait();
    end_wait();
    if (client_.deadline.passed()) break;
  }
  to_client_.clear();
}

// Most waits begin right behind the request's last byte, of which the time was taken.
void Exchange::begin_wait() {
  const TimePoint just_now = std::exchange(just_now_, {});
  wait_began_ = just_now != TimePoint{} ? just_now : Clock::now();
}

// What happens while this thread is busy with others has to wait for us, and we for nobody.
void Exchange::end_wait() {
  waited_ += std::max(context_.readiness.woke_at() - wait_began_, Nanoseconds(0));
}

AfterExchange Exchange::finish(Failure failure) {
  count(failure);

  const bool backend_is_in_step = backend_ != nullptr && failure == Failure::kNone &&
                                  sending_ == Sending::kDone && backend_may_keep_alive_ &&
                                  response_in_.empty() && !is_tunnel_;
  if (backend_is_in_step) {
    const bool had_no_body = method_ == Method::head || status_ == 204 || status_ == 304;
    context_.backends.give_back(std::move(backend_), client_.id,
                                had_no_body ? Ending::kBodyLeftOut : Ending::kPlain);
  }
  if (failure == Failure::kNone && !is_tunnel_ && !response_in_.empty())
    context_.backends.note_unasked_bytes();
  // Who waits for its turn finds the connection.
  backend_.reset();
  slot_ = {};

  if (!response_done_) {
    // The client has part of a message. Where only the end of the connection ends that message, an orderly
    // close would make it look whole (RFC 9112 section 8).
    if (client_reads_until_close_) client_.stream.abort();
    return AfterExchange::kClose;
  }
  if (is_tunnel_) return AfterExchange::kLinger;
  if (!close_announced_) return AfterExchange::kKeepAlive;
  if (failure == Failure::kRequestHeadTimeout || failure == Failure::kRequestBodyTimeout)
    return AfterExchange::kLingerBriefly;
  const bool client_is_silent =
      sending_ == Sending::kDone && client_.in.empty() && !client_.stream.readable();
  return client_is_silent ? AfterExchange::kClose : AfterExchange::kLinger;
}

}  // namespace wayside::proxy
