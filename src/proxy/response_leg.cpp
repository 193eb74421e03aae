#include "proxy/response_leg.hpp"

#include "wayside/http/head_parser.hpp"

#include "proxy/read_budget.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace wayside::proxy {
namespace {

// A backend that sends more informational responses than these in front of the final one has gone astray.
constexpr int kMaxInformational = 16;

}  // namespace

std::optional<End> ResponseLeg::pump(net::Stream& backend, const RequestLeg& request, Recorder& recorder) {
  ReadBudget budget;
  for (;;) {
    if (!deliver()) return Outcome::kClientAborted;
    if (!outbox_.empty() || phase_ == Phase::kSwitched || phase_ == Phase::kDone) return std::nullopt;

    if (!in_.empty()) {
      if (has_begun()) {
        if (const auto end = relay_body()) return end;
        continue;
      }
      const auto head_size = scanner_.scan(in_.view());
      if (!head_size) return End::bad_response(head_size.error());
      if (*head_size) {
        if (const auto end = take_head(**head_size, request, recorder)) return end;
        continue;
      }
    }
    if (!budget.spend(backend)) return std::nullopt;
    const bool may_splice = has_begun() && backend.takes_pipes() && client_.stream.takes_pipes();
    const bool has_pipe = may_splice && body_.take_pipe(context_.pipes);
    if (has_pipe) budget.spend_on_pipe();
    if (const auto end = has_pipe ? splice_from(backend) : read_from(backend)) return end;
  }
}

bool ResponseLeg::deliver() {
  if (!outbox_.empty()) {
    const std::uint64_t before = outbox_.written();
    if (outbox_.flush(client_.stream)) return false;
    if (outbox_.written() != before) progressed_at_ = context_.readiness.woke_at();
    if (!outbox_.empty()) {
      client_.stream.watch_writable();
      return true;
    }
  }
  in_.consume(std::exchange(taken_, 0));
  const bool relays_body = phase_ == Phase::kBody || phase_ == Phase::kEvents;
  if (relays_body && body_.done()) phase_ = Phase::kDone;
  return true;
}

std::optional<End> ResponseLeg::relay_body() {
  const auto taken = body_.relay(in_.data(), outbox_);
  if (!taken) return End::bad_response(taken.error());
  taken_ = *taken;
  return std::nullopt;
}

std::optional<End> ResponseLeg::read_from(net::Stream& backend) {
  in_.reserve_for_read(context_.buffers);
  const auto count = backend.read_some(in_.space());
  if (!count) {
    if (count.error() == boost::asio::error::would_block) return std::nullopt;
    return on_backend_closed(count.error());
  }
  in_.commit(*count);
  received_at_ = context_.readiness.woke_at();
  if (phase_ == Phase::kSilent) phase_ = Phase::kHead;
  return std::nullopt;
}

// A large body goes on without being looked at.
std::optional<End> ResponseLeg::splice_from(net::Stream& backend) {
  const auto count = body_.relay(backend, outbox_);
  if (count) received_at_ = context_.readiness.woke_at();
  if (count || count.error() == boost::asio::error::would_block) return std::nullopt;
  return on_backend_closed(count.error());
}

std::optional<End> ResponseLeg::on_backend_closed(error_code ec) {
  if (phase_ == Phase::kSilent) return Outcome::kBackendClosed;
  if (phase_ == Phase::kHead) return End::bad_response(http::Violation::kTruncatedHead);
  if (ec == boost::asio::error::eof && body_.relay_end_of_stream(outbox_)) return std::nullopt;
  return Outcome::kResponseTruncated;
}

std::optional<End> ResponseLeg::take_head(std::size_t size, const RequestLeg& request, Recorder& recorder) {
  http::ResponseHead& head = context_.response_head;
  if (const auto violation = http::parse_response_head(in_.data().first(size), head))
    return End::bad_response(*violation);
  const auto plan =
      plan_response(head, request.plan(),
                    {.request_is_sent = request.is_over(), .keeps_clients = context_.keeps_clients()});
  if (!plan) return End::bad_response(plan.error());
  scanner_.reset();
  if (plan->kind != ResponsePlan::Kind::kInformational) return begin(size, *plan, request, recorder);

  if (++informational_count_ > kMaxInformational)
    return End::bad_response(http::Violation::kTooManyInformational);
  taken_ = size;
  // RFC 9110 section 15.2: not for HTTP/1.0 clients.
  if (!request.plan().is_http10) write_head({}, size, outbox_);
  return std::nullopt;
}

// All that can fail comes before the leg changes: until then the client can be given another answer.
std::optional<End> ResponseLeg::begin(std::size_t head_size, const ResponsePlan& plan,
                                      const RequestLeg& request, Recorder& recorder) {
  const http::ResponseHead& head = context_.response_head;
  const bool is_switch = plan.kind == ResponsePlan::Kind::kSwitch;
  Outbox outbox;
  write_head(
      {.framing = plan.outgoing,
       .keeps_content_length = !is_switch && (request.plan().method == Method::head || head.status == 304),
       .close = plan.close,
       .announce_keep_alive = request.plan().is_http10,
       .upgrade = is_switch || head.status == 426,  // RFC 9110 section 15.5.22: 426 says to what
       .date = is_switch || head.fields.contains(http::field::date) ? std::string_view{} : context_.date()},
      head_size, outbox);
  recorder.note_declared_route(head.fields);

  BodyRelay body(plan.incoming, plan.outgoing.kind == http::Framing::Kind::kChunked,
                 context_.settings.limits);
  body.forward_trailers(context_.buffers);
  std::size_t taken = head_size;
  // Body bytes that came with the head leave with the head. The size of their chunk is written in front of
  // them, over the head as it was read: the views of `head` end here.
  if (!is_switch && in_.size() > head_size) {
    const auto body_taken = body.relay(in_.data().subspan(head_size), outbox);
    if (!body_taken) return End::bad_response(body_taken.error());
    taken += *body_taken;
  }

  context_.backend_reporter.note_answer();
  recorder.begin_response(plan.status, std::max(context_.readiness.woke_at(), request.ended_at()));
  if (is_switch) recorder.begin_stream(metrics::StreamKind::kUpgrade);
  if (plan.is_event_stream) recorder.begin_stream(metrics::StreamKind::kEvents);

  plan_ = plan;
  body_ = std::move(body);
  outbox_ = outbox;
  taken_ = taken;
  phase_ = is_switch ? Phase::kSwitched : plan.is_event_stream ? Phase::kEvents : Phase::kBody;
  return std::nullopt;
}

// Puts the head of context_.response_head, which is the first `head_size` bytes of in_, into `out`: itself
// where it can go on as it is, or a rewritten one.
void ResponseLeg::write_head(const http::ResponseRewrite& rewrite, std::size_t head_size, Outbox& out) {
  http::ResponseRewrite for_client = rewrite;
  for_client.left_out = context_.settings.measurement.route_header;
  if (http::is_unchanged(context_.response_head, for_client)) return out.add(in_.data().first(head_size));
  head_ = context_.buffers.take_for(http::rewritten_size_bound(head_size));
  const auto written = http::write_response_head(context_.response_head, for_client, head_.space());
  // A head that does not fit with what is added to it is not relayed; limits::kMaxHead leaves room for that.
  head_.commit(written.value_or(0));
  out.add(head_.data());
}

void ResponseLeg::answer(OwnAnswer answer) {
  own_answer_ = std::move(answer.text);
  outbox_.add(own_answer_.data());
  plan_ = {.status = answer.status, .close = answer.close};
  body_ = {};
  phase_ = Phase::kBody;
}

void ResponseLeg::give_back_idle() {
  if (!outbox_.empty()) return;
  in_.shrink(context_.buffers);
  head_.release();
  body_.give_back_pipe();
}

}  // namespace wayside::proxy
