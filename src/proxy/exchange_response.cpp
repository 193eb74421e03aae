// The response's leg of an exchange: from the backend to the client.
#include "wayside/http/framing.hpp"
#include "wayside/http/head_parser.hpp"
#include "wayside/http/text.hpp"

#include "proxy/exchange.hpp"
#include "proxy/read_budget.hpp"

#include <boost/asio/error.hpp>

#include <utility>

namespace wayside::proxy {
namespace {

// Informational responses before the final one; more than a few are a backend gone astray.
constexpr int kMaxInformational = 16;

bool is_event_stream(const http::Fields& fields) {
  const http::Field* const type = fields.find(http::field::content_type);
  constexpr std::string_view kType = "text/event-stream";
  if (type == nullptr || !http::equals_ignoring_case(type->value.substr(0, kType.size()), kType))
    return false;
  // Parameters may follow.
  const std::string_view rest = type->value.substr(kType.size());
  return rest.empty() || rest.front() == ';' || rest.front() == ' ' || rest.front() == '\t';
}

}  // namespace

Failure Exchange::pump_response() {
  ReadBudget budget;
  while (!response_done_) {
    if (!to_client_.empty()) {
      const std::uint64_t before = to_client_.written();
      if (to_client_.flush(client_.stream)) return Failure::kClientAborted;
      if (to_client_.written() != before) note_progress();
      if (!to_client_.empty()) {
        client_.stream.watch_writable();
        break;
      }
    }
    response_in_.consume(std::exchange(response_taken_, 0));
    if (is_tunnel_) break;
    if (response_begun_ && response_body_.done()) {
      response_done_ = true;
      break;
    }

    // What was read already.
    if (!response_in_.empty()) {
      if (response_begun_) {
        const auto taken = response_body_.relay(response_in_.data(), to_client_);
        if (!taken) return Failure::kBadResponse;
        response_taken_ = *taken;
        continue;
      }
      const auto scanned = scanner_.scan(response_in_.view());
      if (!scanned) return Failure::kBadResponse;
      if (*scanned) {
        if (const Failure failure = take_response_head(**scanned); failure != Failure::kNone) return failure;
        continue;
      }
    }

    if (!budget.allows(backend_->stream())) break;
    just_now_ = {};
    const bool has_pipe = response_begun_ && response_body_.has_pipe(context_.pipes);
    if (has_pipe) budget.note_pipe();
    const Failure failure = has_pipe ? splice_from_backend() : read_from_backend();
    if (failure != Failure::kNone) return failure;
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
  if (sending_ == Sending::kDone) request_head_.release();
  return Failure::kNone;
}

// What comes of a large body goes on without being looked at.
Failure Exchange::splice_from_backend() {
  const auto count = response_body_.relay(backend_->stream(), to_client_);
  if (count || count.error() == boost::asio::error::would_block) return Failure::kNone;
  return backend_ended(count.error());
}

// The backend closed, properly or not.
Failure Exchange::backend_ended(error_code ec) {
  backend_may_keep_alive_ = false;
  if (!response_begun_) return backend_spoke_ ? Failure::kBadResponse : Failure::kBackendClosed;
  if (ec == boost::asio::error::eof && response_body_.relay_end_of_stream(to_client_)) return Failure::kNone;
  return Failure::kResponseTruncated;
}

Failure Exchange::take_response_head(std::size_t head_size) {
  http::ResponseHead& head = context_.response_head;
  violation_ = http::parse_response_head(response_in_.data().first(head_size), head);
  if (violation_) return Failure::kBadResponse;
  const auto framing = http::response_framing(head, method_);
  if (!framing) {
    violation_ = framing.error();
    return Failure::kBadResponse;
  }
  scanner_.reset();
  if (head.status == 101) return switch_protocols(head_size);
  if (head.status / 100 != 1) return begin_response(head_size, *framing);

  if (++informational_count_ > kMaxInformational) return Failure::kBadResponse;
  if (is_http10_) {
    // RFC 9110 section 15.2: not for HTTP/1.0 clients.
    response_taken_ = head_size;
  } else {
    write_response_head({}, head_size);
  }
  return Failure::kNone;
}

// RFC 9110 section 15.2.2: 101 is only an answer to an Upgrade, and what follows is the new protocol.
Failure Exchange::switch_protocols(std::size_t head_size) {
  const bool was_asked_for = wants_upgrade_ && sending_ == Sending::kDone;
  if (!was_asked_for || !context_.response_head.fields.contains(http::field::upgrade)) {
    return Failure::kBadResponse;
  }
  status_ = 101;
  is_stream_ = is_tunnel_ = true;
  response_begun_ = true;
  response_head_at_ = heard_at();
  write_response_head({.upgrade = true}, head_size);
  note_declared_route(context_.response_head.fields);
  settle_endpoint(status_);
  begin_stream(metrics::StreamKind::kUpgrade);
  return Failure::kNone;
}

Failure Exchange::begin_response(std::size_t head_size, http::Framing framing) {
  const http::ResponseHead& head = context_.response_head;
  using Kind = http::Framing::Kind;
  // An HTTP/1.0 client knows no chunks: what has no length ends for it with the connection (RFC 9112
  // section 6.3).
  http::Framing outgoing = framing;
  if (framing.kind == Kind::kChunked || framing.kind == Kind::kUntilClose) {
    outgoing.kind = is_http10_ ? Kind::kUntilClose : Kind::kChunked;
  }
  client_reads_until_close_ = outgoing.kind == Kind::kUntilClose;
  backend_may_keep_alive_ = framing.kind != Kind::kUntilClose && !head.connection.close &&
                            (head.minor_version == 1 || head.connection.keep_alive);
  // An answer that comes before the request is complete ends the connection: the rest of the request may
  // never be read by anybody (RFC 9112 section 9.6).
  close_announced_ = !client_may_keep_alive() || client_reads_until_close_ || sending_ != Sending::kDone;
  is_stream_ = framing.kind != Kind::kNone && is_event_stream(head.fields);
  response_head_at_ = heard_at();
  response_body_ = BodyRelay(framing, outgoing.kind == Kind::kChunked, context_.settings.limits);
  if (accepts_trailers_) response_body_.forward_trailers(context_.buffers);
  write_response_head(
      {.framing = outgoing,
       .keeps_content_length = method_ == Method::head || head.status == 304,
       .close = close_announced_,
       .announce_keep_alive = is_http10_,
       .upgrade = head.status == 426,  // RFC 9110 section 15.5.22: it says to what
       .date = head.fields.contains(http::field::date) ? std::string_view{} : context_.date()},
      head_size);
  note_declared_route(head.fields);
  // What came with the head leaves with the head. A chunk's size is put in front of it, where the head was
  // read: from here on, the views of `head` may show something else.
  if (response_in_.size() > head_size) {
    const auto taken = response_body_.relay(response_in_.data().subspan(head_size), to_client_);
    if (!taken) {
      // Nothing of the head has left yet, so the client can still be told.
      violation_ = taken.error();
      response_head_at_ = {};
      to_client_.clear();
      return Failure::kBadResponse;
    }
    response_taken_ += *taken;
  }
  status_ = head.status;
  settle_endpoint(status_);
  response_begun_ = true;
  if (is_stream_) begin_stream(metrics::StreamKind::kEvents);
  return Failure::kNone;
}

// Puts the head of context_.response_head, which is the first `head_size` bytes of response_in_, into
// to_client_: itself where it can go on as it is, or a rewritten one.
void Exchange::write_response_head(const http::ResponseRewrite& rewrite, std::size_t head_size) {
  http::ResponseRewrite for_client = rewrite;
  for_client.left_out = context_.settings.measurement.route_header;
  response_taken_ = head_size;
  if (http::is_unchanged(context_.response_head, for_client))
    return to_client_.add(response_in_.data().first(head_size));
  response_head_ = context_.buffers.take_for(http::rewritten_size_bound(head_size));
  const auto written = http::write_response_head(context_.response_head, for_client, response_head_.space());
  // A head that does not fit with what is added to it is not relayed; limits::kMaxHead leaves room for that.
  response_head_.commit(written.value_or(0));
  to_client_.add(response_head_.data());
}

}  // namespace wayside::proxy
