#include "proxy/request_leg.hpp"

#include "wayside/http/head_writer.hpp"

#include "proxy/read_budget.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace wayside::proxy {
namespace {

// Before request_body.min_rate counts: the first bytes may have to wait for a slow start of the connection.
constexpr std::chrono::seconds kGraceOfRate{5};
constexpr double kLongestAllowance = 1e6;  // seconds

}  // namespace

RequestLeg::RequestLeg(Context& context, ClientConnection& client) noexcept
    : context_(context), client_(client) {}

std::optional<End> RequestLeg::admit(const http::RequestHead& head, std::size_t head_size) {
  plan_ = plan_request(head, context_.settings.limits);
  if (plan_.violation) return *plan_.violation;
  if (plan_.ends_here()) {
    client_.in.consume(head_size);
    // A body is not wanted, and is not read.
    state_ = plan_.framing.has_body() ? State::kBroken : State::kOver;
    return std::nullopt;
  }

  head_ = context_.buffers.take_for(
      http::rewritten_size_bound(head_size + client_.ip.size() + context_.fallback_host.size()) +
      (client_.certificate ? client_.certificate->size() : 0));
  const std::optional<std::uint64_t>& hops = plan_.max_forwards;
  const auto written = http::write_request_head(head,
                                                {.client_ip = client_.ip,
                                                 .trusts_client = client_.is_trusted,
                                                 .client_uses_tls = client_.uses_tls,
                                                 .client_certificate = client_.certificate,
                                                 .fallback_host = context_.fallback_host,
                                                 .framing = plan_.framing,
                                                 .upgrade = plan_.wants_upgrade,
                                                 .via = context_.settings.via,
                                                 .max_forwards = hops ? *hops - 1 : hops},
                                                head_.space());
  if (!written) return http::Violation::kHeadTooLarge;
  head_.commit(*written);
  outbox_.add(head_.data());

  body_ =
      BodyRelay(plan_.framing, plan_.framing.kind == http::Framing::Kind::kChunked, context_.settings.limits);
  body_.forward_trailers(context_.buffers);
  const std::size_t received = client_.in.size() - head_size;
  if (is_worth_holding(received)) {
    state_ = State::kHolding;
    client_.in.consume(head_size);
    return std::nullopt;
  }
  // Body bytes that came with the head leave with the head.
  state_ = State::kReading;
  taken_ = head_size;
  return received == 0 ? std::nullopt : relay_body(head_size);
}

// A body of which enough has come is not held, nor one that the client sends only when the backend asks for
// it.
bool RequestLeg::is_worth_holding(std::size_t received) const noexcept {
  if (!plan_.framing.has_body() || plan_.expects_continue) return false;
  return received < context_.settings.request_body.buffer && !body_.is_complete_with(received);
}

std::optional<End> RequestLeg::hold() {
  const std::size_t wanted = context_.settings.request_body.buffer;
  ReadBudget budget;
  for (;;) {
    if (const auto end = collect()) return end;
    if (body_.done() || held_ >= wanted) break;
    if (!budget.spend(client_.stream)) {
      client_.in.shrink(context_.buffers);
      return std::nullopt;
    }
    client_.in.reserve_beyond(context_.buffers, wanted);
    if (!read_from_client()) return Outcome::kClientAborted;
  }
  body_.relay_kept(client_.in.data().first(held_), outbox_);
  taken_ = held_;
  state_ = State::kReading;
  return std::nullopt;
}

// Takes the body's data out of the bytes that came since the last call, and puts it behind the data that is
// held.
std::optional<End> RequestLeg::collect() {
  const auto kept = body_.keep(client_.in.data().subspan(held_));
  if (!kept) return reject(kept.error());
  // The framing is left out; the bytes behind the body move up.
  client_.in.erase(held_ + kept->data, kept->consumed - kept->data);
  held_ += kept->data;
  if (const auto violation = oversize()) return reject(*violation);
  return std::nullopt;
}

std::optional<End> RequestLeg::pump(net::Stream& backend) {
  ReadBudget budget;
  while (state_ == State::kReading) {
    if (!outbox_.empty()) {
      const std::uint64_t before = outbox_.written();
      const error_code ec = outbox_.flush(backend);
      if (outbox_.written() != before) note_progress();
      if (ec) {
        end_sending(State::kBroken);
        break;
      }
      if (!outbox_.empty()) {
        backend.watch_writable();
        break;
      }
    }
    client_.in.consume(std::exchange(taken_, 0));
    if (body_.done()) {
      end_sending(State::kOver);
      break;
    }

    if (!client_.in.empty()) {
      if (const auto end = relay_body(0)) return end;
      continue;
    }
    if (!budget.spend(client_.stream)) break;
    const bool may_splice = client_.stream.takes_pipes() && backend.takes_pipes();
    const bool has_pipe = may_splice && body_.take_pipe(context_.pipes);
    if (has_pipe) budget.spend_on_pipe();
    if (!(has_pipe ? splice_from_client() : read_from_client())) return Outcome::kClientAborted;
  }
  return std::nullopt;
}

// Relays the part of the body that client.in holds from `offset` on.
std::optional<End> RequestLeg::relay_body(std::size_t offset) {
  const auto taken = body_.relay(client_.in.data().subspan(offset), outbox_);
  if (!taken) return reject(taken.error());
  taken_ = offset + *taken;
  if (const auto violation = oversize()) return reject(*violation);
  return std::nullopt;
}

std::optional<http::Violation> RequestLeg::oversize() const {
  const std::optional<std::uint64_t>& limit = context_.settings.limits.body;
  if (limit && body_.bytes() > *limit) return http::Violation::kBodyTooLarge;
  return std::nullopt;
}

std::optional<End> RequestLeg::reject(http::Violation violation) noexcept {
  state_ = State::kRejected;
  return violation;
}

// Both return false where the client has left.
bool RequestLeg::read_from_client() {
  if (!client_.read(context_.buffers)) return false;
  if (!client_.in.empty()) note_progress();
  return true;
}

// A large body goes on without being looked at; admit() has checked its length.
bool RequestLeg::splice_from_client() {
  const auto count = body_.relay(client_.stream, outbox_);
  if (count) note_progress();
  return count || count.error() == boost::asio::error::would_block;
}

void RequestLeg::end_sending(State state) {
  state_ = state;
  ended_at_ = Clock::now();
}

bool RequestLeg::watch_client() {
  const config::HalfClose half_close = context_.settings.client_half_close;
  if (!plan_.framing.has_body()) return client_.read_ahead(context_.buffers, half_close);
  if (!body_.done()) return true;
  // The outbox refers to body bytes in client.in, which reading more might move.
  using enum net::Stream::Peeked;
  const net::Stream::Peeked peeked = client_.stream.readable() ? client_.stream.peek() : kNothing;
  if (peeked == kFailed || (peeked == kEnd && half_close == config::HalfClose::kAbort)) return false;
  client_.stream.watch_readable();
  return true;
}

// A request of which the backend has no byte is safe to send again; one that the backend may have acted on,
// only if acting twice is the same as once. Body bytes that were sent are gone.
bool RequestLeg::may_retry() const noexcept {
  const bool nothing_was_sent = outbox_.written() == 0;
  return nothing_was_sent || (is_idempotent(plan_.method) && !plan_.framing.has_body());
}

void RequestLeg::rewind() {
  if (outbox_.written() != 0) {
    outbox_ = {};
    outbox_.add(head_.data());
  }
  state_ = State::kReading;
  ended_at_ = {};
}

void RequestLeg::forget_head() noexcept {
  if (state_ == State::kOver) head_.release();
}

// Only a request that was read to its end leaves the connection where the next one begins.
void RequestLeg::abandon() noexcept {
  outbox_.clear();
  client_.in.consume(std::exchange(taken_, 0));
  const bool is_read = state_ != State::kUnread && state_ != State::kRejected && body_.done();
  state_ = is_read ? State::kOver : State::kBroken;
}

void RequestLeg::give_back_idle() {
  if (!outbox_.empty()) return;
  client_.in.shrink(context_.buffers);
  body_.give_back_pipe();
}

// Time in which the backend does not take the body is not the client's fault: only waits for the client
// count.
TimePoint RequestLeg::rate_deadline() const {
  const std::size_t rate = context_.settings.request_body.min_rate;
  if (rate == 0 || !awaits_client()) return TimePoint::max();
  const double seconds =
      std::min(static_cast<double>(body_.bytes()) / static_cast<double>(rate), kLongestAllowance);
  const Nanoseconds allowed =
      kGraceOfRate + std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(seconds));
  return context_.readiness.woke_at() + (allowed - waited_for_client_);
}

}  // namespace wayside::proxy
