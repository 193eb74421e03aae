#include "fuzz/forward.hpp"

#include "wayside/base/text.hpp"
#include "wayside/http/head_parser.hpp"
#include "wayside/http/head_scanner.hpp"
#include "wayside/http/head_writer.hpp"
#include "wayside/http/trailers.hpp"
#include "wayside/net/buffer.hpp"

#include "fuzz/check.hpp"
#include "fuzz/splitter.hpp"
#include "http/field_kinds.hpp"
#include "proxy/body_relay.hpp"
#include "proxy/outbox.hpp"
#include "support/head_oracle.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <type_traits>

namespace wayside::fuzz {
namespace {

using http::Framing;
using http::Violation;
using Kind = Framing::Kind;

// The rest of a stream, from which messages are taken.
class Reader {
 public:
  Reader(std::string_view stream, const http::Limits& limits)
      : rest_(stream), limits_(limits), splitter_(stream) {}

  std::string_view rest() const { return rest_; }
  void skip_empty_lines() { rest_.remove_prefix(http::leading_empty_lines(rest_)); }

  // The next head, seen by the scanner as it grows; nothing where the stream ends before it does.
  Checked<std::optional<std::string>, Violation> take_head(http::HeadScanner::Kind kind) {
    http::HeadScanner scanner(kind, limits_);
    std::size_t seen = 0;
    while (seen != rest_.size()) {
      seen += splitter_.next(rest_.size() - seen);
      const auto size = scanner.scan(rest_.substr(0, seen));
      if (!size) return size.error();
      if (!*size) continue;
      require(**size <= seen, "a head ends within what was seen of it");
      std::optional<std::string> head(rest_.substr(0, **size));
      rest_.remove_prefix(**size);
      return head;
    }
    rest_ = {};
    return std::optional<std::string>();
  }

  // Relays the body that follows, piece by piece, to `out`. What came of it goes to `message`.
  std::optional<Violation> relay_body(bool outgoing_is_chunked, Message& message, std::string& out) {
    http::BodyCursor cursor(message.framing, limits_);
    proxy::BodyRelay relay(message.framing, outgoing_is_chunked, limits_);
    relay.forward_trailers(buffers_);
    std::string trailers;
    while (!relay.done() && !rest_.empty()) {
      const std::string_view piece = rest_.substr(0, splitter_.next(rest_.size()));
      std::string copy(piece);
      const auto step = cursor.advance(copy);
      net::Buffer buffer = buffers_.take(net::BufferPool::Size::kLarge);
      std::ranges::copy(piece, buffer.space().begin());
      buffer.commit(piece.size());
      const auto taken = relay.relay(buffer.data(), outbox_);
      require(taken.has_value() == step.has_value(), "a relay takes what its cursor takes");
      if (!taken) return taken.error();
      require(*taken == step->consumed && (relay.done() || *taken == piece.size()),
              "a body that goes on takes everything");
      message.data.append(step->data.begin(), step->data.end());
      trailers.append(step->trailers.begin(), step->trailers.end());
      flush(out);
      rest_.remove_prefix(*taken);
    }
    message.is_complete = relay.done() || relay.relay_end_of_stream(outbox_);
    flush(out);
    if (message.is_complete) message.trailers = trailers;
    require(relay.bytes() == message.data.size(), "a relay counts the data");
    return std::nullopt;
  }

 private:
  void flush(std::string& out) {
    for (const auto& piece : outbox_.pieces())
      out.append(static_cast<const char*>(piece.data()), piece.size());
    outbox_.clear();
  }

  std::string_view rest_;
  const http::Limits& limits_;
  Splitter splitter_;
  net::BufferPool buffers_;
  proxy::Outbox outbox_;
};

template <std::size_t Count>
bool is_among(const std::array<std::string_view, Count>& names, std::string_view name) {
  return std::ranges::any_of(names,
                             [&](std::string_view other) { return equals_ignoring_case(name, other); });
}

constexpr std::array<std::string_view, 5> kForwarding = {"forwarded", "x-forwarded-for", "x-forwarded-host",
                                                         "x-forwarded-proto", "via"};

// Fields that the proxy writes or amends itself.
template <class Head>
bool is_our_own(std::string_view name) {
  constexpr bool kIsRequest = std::is_same_v<Head, http::RequestHead>;
  constexpr std::array<std::string_view, 3> kFraming = {"connection", "content-length", "transfer-encoding"};
  return is_among(kFraming, name) ||
         (kIsRequest && (is_among(kForwarding, name) || equals_ignoring_case(name, "host")));
}

// Fields that end here: those of RFC 9110 section 7.6.1, and in a request "Proxy" and those that a backend
// could take for our own, or for another proxy's, because they are spelled with "_". Trailer goes on with the
// trailers of a response.
template <class Head>
bool ends_here(std::string_view name, const http::ConnectionOptions& options, bool keeps_trailers) {
  constexpr bool kIsRequest = std::is_same_v<Head, http::RequestHead>;
  constexpr std::array<std::string_view, 4> kHopByHop = {"keep-alive", "proxy-connection", "te", "upgrade"};
  std::string with_hyphens(name);
  std::ranges::replace(with_hyphens, '_', '-');
  const bool is_twin = with_hyphens != name && (is_our_own<Head>(with_hyphens) ||
                                                equals_ignoring_case(with_hyphens, "content-type") ||
                                                http::is_set_by_proxies(with_hyphens));
  const bool is_forgery = is_twin || equals_ignoring_case(name, "proxy");
  const bool is_lost_trailer = !keeps_trailers && equals_ignoring_case(name, "trailer");
  return is_among(kHopByHop, name) || is_lost_trailer || (kIsRequest && is_forgery) ||
         std::ranges::any_of(options.nominated,
                             [&](std::string_view other) { return equals_ignoring_case(name, other); });
}

template <class Head>
void copy_fields(const Head& head, Message& message, bool keeps_trailers) {
  for (const http::Field& field : head.fields) {
    if (is_our_own<Head>(field.name)) continue;
    if (ends_here<Head>(field.name, head.connection, keeps_trailers)) {
      ++message.hop_fields;
    } else {
      message.fields.emplace_back(field.name, field.value);
    }
  }
}

std::optional<Violation> forward_request(Reader& reader, const http::Limits& limits, Forwarded& forwarded) {
  reader.skip_empty_lines();
  const auto bytes = reader.take_head(http::HeadScanner::Kind::kRequest);
  if (!bytes) return bytes.error();
  if (!*bytes) return std::nullopt;
  require(test::disagreement_about_request(**bytes).empty(),
          "Beast reads the request that the grammar gives");
  http::RequestHead head;
  head.fields = http::Fields(limits.fields);
  if (const auto violation = http::parse_request_head(**bytes, head)) return violation;
  const auto framing = http::request_framing(head);
  if (!framing) return framing.error();

  Message& message = forwarded.messages.emplace_back();
  message.start.append(head.method_token).append(" ").append(head.target);
  message.framing = *framing;
  copy_fields(head, message, false);

  std::string out(http::rewritten_size_bound((*bytes)->size()), '\0');
  const auto written = http::write_request_head(
      head, {.client_ip = "192.0.2.1", .fallback_host = "backend", .framing = *framing, .max_forwards = {}},
      out);
  require(written.has_value(), "the bound on a rewritten head holds");
  forwarded.bytes.append(out, 0, *written);
  return reader.relay_body(framing->kind == Kind::kChunked, message, forwarded.bytes);
}

// `is_final` becomes whether there was a response that is not informational.
std::optional<Violation> forward_response(Reader& reader, Requester requester, const http::Limits& limits,
                                          Forwarded& forwarded, bool& is_final) {
  auto bytes = reader.take_head(http::HeadScanner::Kind::kResponse);
  if (!bytes) return bytes.error();
  if (!*bytes) return std::nullopt;
  require(test::disagreement_about_response(**bytes).empty(),
          "Beast reads the response that the grammar gives");
  http::ResponseHead head;
  head.fields = http::Fields(limits.fields);
  if (const auto violation = http::parse_response_head(**bytes, head)) return violation;
  const auto framing = http::response_framing(head, requester.method);
  if (!framing) return framing.error();
  is_final = head.status / 100 != 1 || head.status == 101;
  if (head.status == 101) return std::nullopt;

  Message& message = forwarded.messages.emplace_back();
  message.start.append(std::to_string(head.status)).append(" ").append(head.reason);
  message.framing = *framing;
  Framing outgoing = *framing;
  if (framing->kind == Kind::kChunked || framing->kind == Kind::kUntilClose) {
    outgoing.kind = requester.is_http10 ? Kind::kUntilClose : Kind::kChunked;
  }
  copy_fields(head, message, outgoing.kind == Kind::kChunked);

  std::string out(http::rewritten_size_bound((*bytes)->size()), '\0');
  const http::ResponseRewrite rewrite{
      .framing = outgoing,
      .keeps_content_length = requester.method == Method::head || head.status == 304,
      .close = requester.is_http10};
  const auto written = http::write_response_head(head, rewrite, out);
  require(written.has_value(), "the bound on a rewritten head holds");
  const std::string_view came((*bytes)->data(), (*bytes)->size());
  require(!http::is_unchanged(head, rewrite) || std::string_view(out).substr(0, *written) == came,
          "a head that is not rewritten would be the same if it were");
  forwarded.bytes.append(out, 0, *written);
  return reader.relay_body(outgoing.kind == Kind::kChunked, message, forwarded.bytes);
}

}  // namespace

void leave_this_hop(Message& message) {
  message.hop_fields = 0;
  message.trailers.resize(http::keep_allowed_trailers(message.trailers));
}

Forwarded forward_requests(std::string_view stream, const http::Limits& limits) {
  Forwarded forwarded;
  Reader reader(stream, limits);
  while (!reader.rest().empty() && !forwarded.violation)
    forwarded.violation = forward_request(reader, limits, forwarded);
  forwarded.rest = reader.rest();
  return forwarded;
}

Forwarded forward_responses(std::string_view stream, Requester requester, const http::Limits& limits) {
  Forwarded forwarded;
  Reader reader(stream, limits);
  bool is_final = false;
  while (!reader.rest().empty() && !forwarded.violation && !is_final)
    forwarded.violation = forward_response(reader, requester, limits, forwarded, is_final);
  forwarded.rest = reader.rest();
  return forwarded;
}

}  // namespace wayside::fuzz
