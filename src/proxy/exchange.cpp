#include "proxy/exchange.hpp"

#include "wayside/http/head_parser.hpp"
#include "wayside/net/shortage.hpp"

#include <algorithm>
#include <exception>
#include <new>
#include <string>
#include <utility>

namespace wayside::proxy {
namespace {

void complain(const Logger& log, const std::exception& error) noexcept {
  try {
    log.error("a request failed", {{"error", error.what()}});
  } catch (const std::bad_alloc&) {
    // The metrics count it; there is no memory for words.
  }
}

// The metrics and the access log have the reason alone.
void explain_refusal(const Logger& log, const End& end) noexcept {
  if (end.outcome != Outcome::kBadResponse || !end.violation) return;
  try {
    log.debug("a response was refused", {{"reason", std::string(to_token(end))},
                                         {"error", std::string(http::to_text(*end.violation))}});
  } catch (const std::bad_alloc&) {
    // There is no memory for the line.
  }
}

Outcome outcome_of(const error_code& connect_error, bool is_of_handshake) noexcept {
  if (net::is_local_shortage(connect_error)) return Outcome::kLocalShortage;
  return is_of_handshake ? Outcome::kTlsFailed : Outcome::kConnectFailed;
}

}  // namespace

net::Task<AfterExchange> serve_request(Context& context, ClientConnection& client, std::size_t head_size) {
  Exchange exchange(context, client);
  std::optional<End> end;
  try {
    end = exchange.admit(head_size);
    if (exchange.is_answered_here()) {
      co_await exchange.deliver_answer();
      end = Outcome::kCompleted;
    }
    if (!end && exchange.holds_body()) end = co_await exchange.hold_body();
    if (!end && !exchange.enter_backend()) end = co_await exchange.wait_for_turn();
    // A second attempt goes to a fresh connection: the others of the pool may be as stale as the first.
    for (bool is_retry = false; !end; is_retry = true) {
      if (is_retry || !exchange.take_backend()) end = co_await exchange.connect();
      if (!end) end = co_await exchange.relay();
      if (exchange.prepare_retry(*end)) end.reset();
    }
  } catch (const std::exception& error) {
    complain(context.log, error);
    end = Outcome::kInternalError;
  }
  explain_refusal(context.log, *end);
  exchange.report_backend(*end);
  // The exchange ended as it did, whether there is memory for an answer or not.
  try {
    if (exchange.can_answer(*end)) {
      exchange.answer(*end);
      co_await exchange.deliver_answer();
    }
  } catch (const std::exception& error) {
    complain(context.log, error);
  }
  co_return exchange.finish(*end);
}

net::Task<AfterExchange> refuse_request(Context& context, ClientConnection& client, End end) {
  Exchange exchange(context, client);
  try {
    exchange.answer(end);
    co_await exchange.deliver_answer();
  } catch (const std::exception& error) {
    complain(context.log, error);
  }
  co_return exchange.finish(end);
}

Exchange::Exchange(Context& context, ClientConnection& client)
    : context_(context),
      client_(client),
      request_(context, client),
      response_(context, client),
      recorder_(context, client) {
  entered_at_ = recorder_.started_at();
}

std::optional<End> Exchange::admit(std::size_t head_size) {
  http::RequestHead& head = context_.request_head;
  if (const auto violation = http::parse_request_head(client_.in.data().first(head_size), head))
    return client_.refusal_of(*violation);
  client_.is_http1 = true;
  recorder_.note_request(head);
  const auto end = request_.admit(head, head_size);
  if (!end && request_.plan().ends_here())
    give(answer_hop(context_, head, request_.plan(), !client_may_stay()));
  return end;
}

net::Task<std::optional<End>> Exchange::hold_body() {
  for (;;) {
    if (const auto end = request_.hold()) co_return end;
    if (!holds_body()) co_return std::nullopt;
    const Wake wake = co_await wait(Awaited::kRequestBody);
    if (const auto end = woke(wake, Awaited::kRequestBody)) co_return end;
  }
}

bool Exchange::enter_backend() {
  slot_ = context_.backends.enter(client_.id);
  return static_cast<bool>(slot_);
}

net::Task<std::optional<End>> Exchange::wait_for_turn() {
  if (context_.backends.queue_is_full()) co_return Outcome::kBackendQueueFull;
  BackendTurn turn(context_.backends, client_.wakeup);
  entered_at_ = Clock::now();
  while (!turn.has_come()) {
    if (!request_.watch_client()) co_return Outcome::kClientAborted;
    const Wake wake = co_await wait(Awaited::kTurn);
    const auto end = woke(wake, Awaited::kTurn);
    if (end && !turn.has_come()) co_return end;
  }
  slot_ = turn.take();
  co_return std::nullopt;
}

bool Exchange::take_backend() {
  const TimePoint now = recorder_.has_waited() ? Clock::now() : recorder_.started_at();
  backend_ = context_.backends.take(client_.wakeup, client_.id, now);
  return backend_ != nullptr;
}

net::Task<std::optional<End>> Exchange::connect() {
  net::ConnectAttempt attempt = context_.backends.connect(client_.wakeup, context_.settings.timeouts.connect);
  entered_at_ = Clock::now();
  for (;;) {
    if (!request_.watch_client()) co_return Outcome::kClientAborted;
    if (attempt.finished()) break;
    const Wake wake = co_await wait(Awaited::kConnection);
    const auto end = woke(wake, Awaited::kConnection);
    if (end && !attempt.finished()) co_return end;
  }
  auto connection = context_.backends.adopt(attempt, client_.wakeup);
  if (!connection) {
    connect_error_ = connection.error();
    co_return outcome_of(connect_error_, attempt.failed_in_handshake());
  }
  backend_ = std::move(*connection);
  co_return std::nullopt;
}

net::Task<End> Exchange::relay() {
  net::Stream& backend = backend_->stream();
  entered_at_ = context_.readiness.woke_at();
  for (;;) {
    if (const auto end = request_.pump(backend)) co_return *end;
    if (const auto end = response_.pump(backend, request_, recorder_)) co_return *end;
    if (response_.is_done()) co_return Outcome::kCompleted;
    if (response_.phase() != ResponseLeg::Phase::kSilent) request_.forget_head();
    if (response_.is_tunnel()) {
      response_.give_back_idle();
      const TunnelProtocol protocol =
          response_.plan().is_websocket ? TunnelProtocol::kWebSocket : TunnelProtocol::kUnknown;
      co_await run_tunnel(context_, client_, backend, protocol, response_.unread(), tunnel_bytes_);
      co_return Outcome::kCompleted;
    }
    if (request_.is_over() && !client_.read_ahead(context_.buffers, context_.settings.client_half_close))
      co_return Outcome::kClientAborted;

    request_.give_back_idle();
    response_.give_back_idle();
    acknowledge_parts();
    const Awaited awaited_now = awaited();
    const Wake wake = co_await wait(awaited_now);
    if (const auto end = woke(wake, awaited_now)) co_return *end;
  }
}

// A client that sent Expect waits for the backend's word before it sends its body (RFC 9110 section 10.1.1).
Awaited Exchange::awaited() const noexcept {
  using enum ResponseLeg::Phase;
  if (response_.phase() == kEvents || response_.phase() == kSwitched) return Awaited::kStream;
  if (response_.has_begun()) return Awaited::kResponseBody;
  if (!request_.is_under_way()) return Awaited::kResponseHead;
  const bool awaits_continue =
      request_.plan().expects_continue && !response_.has_informed() && request_.body_bytes() == 0;
  return awaits_continue ? Awaited::kContinue : Awaited::kRequestBody;
}

TimePoint Exchange::deadline(Awaited awaited) const {
  const DeadlineRow& row = deadline_of(awaited);
  const Milliseconds timeout = context_.settings.timeouts.*row.timeout;
  if (row.since == DeadlineRow::Since::kRequestSent) return request_.ended_at() + timeout;
  const TimePoint progress = std::max({entered_at_, request_.progressed_at(), response_.progressed_at()});
  const TimePoint next_piece = progress + timeout;
  return awaited == Awaited::kRequestBody ? std::min(next_piece, request_.rate_deadline()) : next_piece;
}

// If the request was sent in this turn, the wait for its response begins at that moment, which saves a look
// at the clock.
Wait Exchange::wait(Awaited awaited) {
  const bool was_just_sent = awaited == Awaited::kResponseHead &&
                             response_.phase() == ResponseLeg::Phase::kSilent &&
                             request_.ended_at() > context_.readiness.woke_at();
  return proxy::wait(context_, client_, deadline(awaited),
                     was_just_sent ? request_.ended_at() : Clock::now());
}

bool Exchange::is_blocked(Awaited awaited) const noexcept {
  return awaited == Awaited::kRequestBody ? !request_.awaits_client() : !response_.awaits_backend();
}

// After each wait: its duration is recorded, and its deadline may end the exchange.
std::optional<End> Exchange::woke(Wake wake, Awaited awaited) {
  recorder_.note_wait(wake.duration);
  request_.note_wait(wake.duration);
  if (wake.is_event()) return std::nullopt;
  if (wake.cause == Wake::Cause::kTermination) return Outcome::kShutDown;
  const DeadlineRow& row = deadline_of(awaited);
  return is_blocked(awaited) ? row.outcome_blocked : row.outcome;
}

// Many an application writes its head and its body, or each chunk, by themselves, and its kernel keeps the
// second until the first is acknowledged. A long message needs no help: its segments are full.
void Exchange::acknowledge_parts() {
  constexpr std::uint8_t kMost = 8;
  const bool request_is_partial = request_.awaits_client();
  const bool response_is_partial =
      response_.phase() != ResponseLeg::Phase::kSilent && response_.awaits_backend();
  if (acknowledgements_ == kMost || !(request_is_partial || response_is_partial)) return;
  ++acknowledgements_;
  if (request_is_partial) client_.stream.acknowledge();
  if (response_is_partial) backend_->stream().acknowledge();
}

bool Exchange::prepare_retry(const End& end) {
  if (end.outcome != Outcome::kBackendClosed || !backend_->is_reused() || !request_.may_retry()) return false;
  request_.rewind();
  backend_.reset();
  context_.shard.add("wayside_backend_retries_total");
  return true;
}

void Exchange::report_backend(const End& end) noexcept {
  if (side_of(end.outcome) != Side::kBackend || response_.has_begun()) return;
  context_.backend_reporter.note_failure(end, connect_error_);
}

// Only where the next request begins behind this one can the client go on.
bool Exchange::client_may_stay() const noexcept {
  return request_.is_over() && request_.plan().keeps_alive && context_.keeps_clients();
}

bool Exchange::can_answer(const End& end) const noexcept {
  return !end.is_completed() && end.outcome != Outcome::kClientAborted && !response_.has_begun();
}

void Exchange::answer(const End& end) {
  request_.abandon();
  const bool close = end.outcome == Outcome::kInternalError || !client_may_stay();
  give(answer_end(context_, end, request_.plan(), close));
}

void Exchange::give(OwnAnswer answer) {
  recorder_.begin_own_response(answer.status);
  response_.answer(std::move(answer));
  entered_at_ = Clock::now();
}

// A client that does not take the answer in time does without: the outcome of the exchange is settled.
net::Task<> Exchange::deliver_answer() {
  while (response_.deliver() && !response_.is_done()) {
    const Wake wake = co_await wait(Awaited::kResponseBody);
    recorder_.note_wait(wake.duration);
    if (!wake.is_event()) break;
  }
}

AfterExchange Exchange::finish(const End& end) {
  recorder_.end(end, transfer());
  give_back_backend(end);

  if (response_.is_tunnel() && end.is_completed()) return AfterExchange::kLinger;
  if (!response_.is_done()) {
    // The client has part of a message. Where only the end of the connection ends that message, an orderly
    // close would make it look whole (RFC 9112 section 8).
    if (response_.plan().outgoing.kind == http::Framing::Kind::kUntilClose) client_.stream.abort();
    return AfterExchange::kClose;
  }
  if (!response_.plan().close) return AfterExchange::kKeepAlive;
  if (end.outcome == Outcome::kRequestHeadTimeout || end.outcome == Outcome::kRequestBodyTimeout)
    return AfterExchange::kLingerBriefly;
  const bool client_is_silent = request_.is_over() && client_.in.empty() && !client_.stream.readable();
  return client_is_silent ? AfterExchange::kClose : AfterExchange::kLinger;
}

Transfer Exchange::transfer() const noexcept {
  using enum metrics::AbortPhase;
  return {.request_bytes = request_.body_bytes() + tunnel_bytes_.from_client,
          .response_bytes = response_.body_bytes() + tunnel_bytes_.from_backend,
          .request_ended_at = request_.ended_at(),
          .request_is_sent = request_.is_over() && request_.ended_at() != TimePoint{},
          .phase = response_.has_begun()         ? kResponse
                   : request_.body_is_complete() ? kWaiting
                                                 : kRequest};
}

// Only a connection on which request and response ended in step serves another exchange.
void Exchange::give_back_backend(const End& end) {
  const bool is_relayed = backend_ != nullptr && end.is_completed() && response_.is_done();
  if (is_relayed && !response_.unread().empty()) {
    context_.backends.note_unasked_bytes();
  } else if (is_relayed && request_.is_over() && response_.plan().reusable) {
    const unsigned status = response_.plan().status;
    const bool had_no_body = request_.plan().method == Method::head || status == 204 || status == 304;
    context_.backends.give_back(std::move(backend_),
                                {.session = client_.id,
                                 .ending = had_no_body ? Ending::kBodyLeftOut : Ending::kPlain,
                                 .received_at = response_.received_at(),
                                 .keep_alive = response_.plan().keep_alive});
  }
  // The request that waits next for its turn finds the connection.
  backend_.reset();
  slot_ = {};
}

}  // namespace wayside::proxy
