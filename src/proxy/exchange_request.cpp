// The request's leg of an exchange: from the client to the backend.
#include "wayside/http/framing.hpp"
#include "wayside/http/head_parser.hpp"
#include "wayside/http/own_response.hpp"
#include "wayside/http/text.hpp"

#include "proxy/exchange.hpp"
#include "proxy/read_budget.hpp"

#include <boost/asio/error.hpp>

#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace wayside::proxy {
namespace {

// A longer label would find no room in the metrics either.
constexpr std::size_t kLongestGuess = 256;

// Whether any line of the field lists the token.
bool lists(const http::Fields& fields, http::field name, std::string_view wanted) {
  bool found = false;
  if (!fields.contains(name)) return found;
  for (const http::Field& field : fields) {
    if (field.id != name) continue;
    http::for_each_token(field.value, [&](std::string_view token) {
      found = found || http::equals_ignoring_case(token, wanted);
      return !found;
    });
  }
  return found;
}

// RFC 9110 section 7.8: an Upgrade counts only with its connection option, and never in HTTP/1.0. With a
// body, the body would have to go first; nobody does that, and not to upgrade is always allowed. "h2c" would
// be a tunnel around every rule here, and is obsolete (RFC 9113 section 3.1).
bool asks_for_upgrade(const http::RequestHead& head, const http::Framing& framing) {
  return head.connection.upgrade && head.minor_version != 0 && !framing.has_body() &&
         head.fields.contains(http::field::upgrade) && !lists(head.fields, http::field::upgrade, "h2c");
}

// RFC 9110 section 7.6.2: it counts for OPTIONS and TRACE alone. What is no number is none of our business.
std::optional<std::uint64_t> max_forwards_of(const http::RequestHead& head) {
  if (head.method != Method::options && head.method != Method::trace) return std::nullopt;
  const http::Field* const field = head.fields.find(http::field::max_forwards);
  if (field == nullptr) return std::nullopt;
  std::uint64_t hops = 0;
  const char* const end = field->value.data() + field->value.size();
  const auto [stop, error] = std::from_chars(field->value.data(), end, hops);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return hops;
}

}  // namespace

// The route decides where the exchange is counted. Where there is none, its path does, as the configuration
// has it; the target is gone when the exchange is over, so all that depends on it is done now.
void Exchange::find_route(std::string_view target) {
  const Routing& routing = *context_.routing;
  const routes::RouteId route = routing.table->match(method_, target);
  route_ = routing.targets[route];
  if (route != routes::kUnmatched) return note_label(routing.table->label(route));
  unmatched_ = context_.unmatched.saw(target, method_, started_);
  std::array<char, kLongestGuess> buffer;
  std::string_view label = routes::kUnmatchedLabel;
  if (routing.unmatched != routes::Unmatched::kFold) {
    const std::string_view made = routes::unmatched_label(routing.unmatched, target, buffer);
    if (const auto endpoint = context_.shard.known_endpoint(made)) {
      route_.endpoint = *endpoint;
      label = made;
    } else {
      note_candidate(made);
    }
  }
  note_label(label);
}

Failure Exchange::admit(std::size_t head_size) {
  http::RequestHead& head = context_.request_head;
  violation_ = http::parse_request_head(client_.in.data().first(head_size), head);
  if (violation_) return Failure::kRejected;
  head_complete_ = true;
  method_ = head.method;
  is_http10_ = head.minor_version == 0;
  note_request(head);
  find_route(head.target);

  const auto framing = http::request_framing(head);
  if (!framing) {
    violation_ = framing.error();
    return Failure::kRejected;
  }
  // RFC 9112 section 9.3: persistence is the default of HTTP/1.1 and has to be asked for in HTTP/1.0.
  client_wants_keep_alive_ = !head.connection.close && (!is_http10_ || head.connection.keep_alive);
  if (context_.settings.limits.body && framing->length > *context_.settings.limits.body) {
    violation_ = http::Violation::kBodyTooLarge;
    return Failure::kRejected;
  }
  wants_upgrade_ = asks_for_upgrade(head, *framing);
  expects_continue_ = framing->has_body() && lists(head.fields, http::field::expect, "100-continue");
  accepts_trailers_ = lists(head.fields, http::field::te, "trailers");  // RFC 9110 section 10.1.4
  const std::optional<std::uint64_t> max_forwards = max_forwards_of(head);
  if (max_forwards == 0U) {
    answer_here(head, framing->has_body());
    client_.in.consume(head_size);
    return Failure::kNone;
  }

  request_head_ = context_.buffers.take_for(
      http::rewritten_size_bound(head_size + client_.ip.size() + context_.fallback_host.size()));
  const auto written =
      http::write_request_head(head,
                               {.client_ip = client_.ip,
                                .fallback_host = context_.fallback_host,
                                .framing = *framing,
                                .upgrade = wants_upgrade_,
                                .via = context_.settings.via,
                                .max_forwards = max_forwards ? *max_forwards - 1 : max_forwards},
                               request_head_.space());
  if (!written) {
    violation_ = http::Violation::kHeadTooLarge;
    return Failure::kRejected;
  }
  request_head_.commit(*written);
  to_backend_.add(request_head_.data());

  request_has_body_ = framing->has_body();
  request_body_ =
      BodyRelay(*framing, framing->kind == http::Framing::Kind::kChunked, context_.settings.limits);
  request_body_.forward_trailers(context_.buffers);
  holds_body_ = request_has_body_ && must_hold_body(client_.in.size() - head_size);
  if (holds_body_) {
    client_.in.consume(head_size);
    return Failure::kNone;
  }
  // What came with the head leaves with the head.
  request_taken_ = head_size;
  if (client_.in.size() > head_size) request_taken_ += relay_request_body(head_size);
  return violation_ ? Failure::kRejected : Failure::kNone;
}

// A body of which enough is there is not held, nor one that the client sends only once the backend asks for
// it.
bool Exchange::must_hold_body(std::size_t received) const {
  const std::uint64_t wanted = context_.settings.request_body.buffer;
  const bool is_there = received >= wanted || request_body_.is_complete_with(received);
  return !expects_continue_ && !is_there;
}

net::Task<Failure> Exchange::hold_body() {
  const std::size_t wanted = context_.settings.request_body.buffer;
  ReadBudget budget;
  for (;;) {
    if (!keep_body()) co_return Failure::kRejected;
    if (request_body_.done() || kept_ >= wanted) break;
    if (budget.allows(client_.stream)) {
      client_.in.reserve_beyond(context_.buffers, wanted);
      if (!read_from_client()) co_return Failure::kClientAborted;
      continue;
    }
    client_.in.shrink(context_.buffers);
    client_.deadline.expire_at(upload_deadline());
    begin_wait();
    co_await client_.wakeup.wait();
    end_wait();
    note_wait_for_body();
    budget = {};
    if (context_.terminating) co_return Failure::kShutDown;
    if (client_.deadline.passed()) co_return Failure::kRequestBodyTimeout;
  }
  relay_kept_body();
  co_return Failure::kNone;
}

// Takes the body's data out of what came since the last call, and leaves it behind that which is kept. False
// where something is wrong with it.
bool Exchange::keep_body() {
  const auto kept = request_body_.keep(client_.in.data().subspan(kept_));
  if (!kept) {
    violation_ = kept.error();
    return false;
  }
  // Framing is left out; what follows the body moves up.
  client_.in.erase(kept_ + kept->data, kept->consumed - kept->data);
  kept_ += kept->data;
  check_body_size();
  return !violation_;
}

void Exchange::check_body_size() {
  const std::optional<std::uint64_t>& limit = context_.settings.limits.body;
  if (limit && request_body_.bytes() > *limit) violation_ = http::Violation::kBodyTooLarge;
}

void Exchange::relay_kept_body() {
  request_body_.relay_kept(client_.in.data().first(kept_), to_backend_);
  request_taken_ = kept_;
}

// Takes what belongs to the body out of client_.in, from `offset` on. What is wrong with it is violation_.
std::size_t Exchange::relay_request_body(std::size_t offset) {
  const auto taken = request_body_.relay(client_.in.data().subspan(offset), to_backend_);
  if (!taken) {
    violation_ = taken.error();
    return 0;
  }
  check_body_size();
  return *taken;
}

// The request goes no further (RFC 9110 section 7.6.2), so its answer is ours.
void Exchange::answer_here(const http::RequestHead& head, bool has_body) {
  status_ = 200;
  sending_ = has_body ? Sending::kBroken : Sending::kDone;  // nobody wants the body
  close_announced_ = has_body || !client_may_keep_alive();
  own_answer_ = context_.buffers.take(net::BufferPool::Size::kLarge);
  const http::OwnResponse response{.status = 200,
                                   .explanation = {},
                                   .request_method = method_,
                                   .close = close_announced_,
                                   .announce_keep_alive = is_http10_,
                                   .date = context_.date()};
  const auto written = method_ == Method::trace
                           ? http::write_trace_response(response, head, own_answer_.space())
                           : http::write_options_response(response, own_answer_.space());
  // A head fits into a large block, and what is added to it is short.
  own_answer_.commit(written.value_or(0));
}

Failure Exchange::pump_request() {
  ReadBudget budget;
  while (sending_ == Sending::kUnderWay) {
    if (!to_backend_.empty()) {
      const std::uint64_t before = to_backend_.written();
      const error_code ec = to_backend_.flush(backend_->stream());
      if (to_backend_.written() != before) note_progress();
      if (ec) {
        // The backend reads no more. It may have answered already (RFC 9110 section 7.5): let that decide.
        end_sending(Sending::kBroken);
        break;
      }
      if (!to_backend_.empty()) {
        backend_->stream().watch_writable();
        break;
      }
    }
    client_.in.consume(std::exchange(request_taken_, 0));
    if (request_body_.done()) {
      end_sending(Sending::kDone);
      break;
    }

    // What was read already.
    if (!client_.in.empty()) {
      request_taken_ = relay_request_body(0);
      if (violation_) return Failure::kRejected;
      continue;
    }

    if (!budget.allows(client_.stream)) break;
    const bool has_pipe = request_body_.has_pipe(context_.pipes);
    if (has_pipe) budget.note_pipe();
    if (!(has_pipe ? splice_from_client() : read_from_client())) return Failure::kClientAborted;
  }
  return Failure::kNone;
}

// False where the client has left.
bool Exchange::read_from_client() {
  if (!client_.read(context_.buffers)) return false;
  if (!client_.in.empty()) note_progress();
  return true;
}

// What comes of a large body goes on without being looked at: its length was, in admit(). False likewise.
bool Exchange::splice_from_client() {
  const auto count = request_body_.relay(client_.stream, to_backend_);
  if (count) note_progress();
  return count || count.error() == boost::asio::error::would_block;
}

void Exchange::end_sending(Sending how) {
  sending_ = how;
  just_now_ = sending_ended_ = Clock::now();
}

}  // namespace wayside::proxy
