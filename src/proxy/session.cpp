#include "proxy/session.hpp"

#include "wayside/http/head_scanner.hpp"
#include "wayside/tls/session.hpp"

#include "proxy/exchange.hpp"
#include "proxy/forwarded_certificate.hpp"
#include "proxy/proxy_header.hpp"
#include "proxy/read_budget.hpp"
#include "proxy/wait.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace wayside::proxy {
namespace {

// RFC 9112 section 2.2 asks to ignore "at least one" empty line in front of a request.
constexpr std::size_t kMaxEmptyLineBytes = 16;

// How long a client whose connection is being closed may be silent, and may go on sending. A client that was
// too slow with its request only needs its answer.
constexpr std::chrono::seconds kLingerIdle{2};
constexpr std::chrono::seconds kLingerTotal{30};
constexpr std::chrono::seconds kBriefLingerTotal{2};

}  // namespace

// Looks for one head in the bytes of a client.
class HeadSearch {
 public:
  explicit HeadSearch(const http::Limits& limits) noexcept
      : scanner_(http::HeadScanner::Kind::kRequest, limits) {}

  // The size of the head in front of `in`; nothing while it is incomplete. Empty lines before it are
  // consumed.
  Checked<std::optional<std::size_t>, http::Violation> look_in(net::Buffer& in) {
    if (!scanner_.started()) {
      const std::size_t empty = http::leading_empty_lines(in.view());
      in.consume(empty);
      empty_line_bytes_ += empty;
      if (empty_line_bytes_ > kMaxEmptyLineBytes) return http::Violation::kMalformedHead;
    }
    return scanner_.scan(in.view());
  }
  bool has_begun() const noexcept { return scanner_.started(); }

 private:
  http::HeadScanner scanner_;
  std::size_t empty_line_bytes_ = 0;
};

Session::Session(Context& context, net::Stream stream, std::string client_ip, const Entrance& entrance)
    : context_(context),
      client_(context.wheel, std::move(stream), std::move(client_ip), context.settings.trusted_proxies,
              SessionId(++context.session_count)),
      awaited_header_(entrance.proxy_protocol),
      tls_(entrance.tls != nullptr ? entrance.tls->get() : nullptr) {
  context_.shard.change("wayside_client_connections", +1);
}

bool Session::make_room() {
  if (client_.stream.peek() == net::Stream::Peeked::kBytes) return false;
  made_room_ = true;
  context_.shard.add("wayside_client_evictions_total");
  client_.wakeup.wake();
  return true;
}

net::Task<> Session::run() {
  const config::Timeouts& timeouts = context_.settings.timeouts;
  const TimePoint accepted = context_.readiness.woke_at();
  AfterExchange after = AfterExchange::kKeepAlive;
  if (tls_ != nullptr) {
    const Opening opening = co_await open_tls();
    if (opening == Opening::kOver) co_return;
    if (opening == Opening::kRefuse)
      after = co_await refuse_request(context_, client_, http::Violation::kPlainHttp);
  }
  // One budget for all requests of a turn: many small ones may be pipelined, and some are answered without a
  // wait.
  ReadBudget budget;
  // One turn of this loop is one request, from the silence before it to the end of its response.
  for (bool is_first = true; after == AfterExchange::kKeepAlive; is_first = false) {
    HeadSearch search(context_.settings.limits);
    std::optional<std::size_t> head_size;
    std::optional<End> refusal;
    TimePoint until = context_.readiness.woke_at() + timeouts.keep_alive;
    bool head_has_begun = false;
    // A request that was pipelined behind the last one may be there already.
    while (!head_size && !refusal) {
      const auto found = look_for_head(search);
      if (!found) {
        refusal = found.error();
        break;
      }
      head_size = *found;
      if (head_size) break;

      const bool header_has_begun = awaited_header_ != config::ProxyProtocol::kOff && !client_.in.empty();
      const bool has_begun = search.has_begun() || header_has_begun;
      if (has_begun != head_has_begun) {
        // From the first byte to the whole head, however often bytes trickle in between. Behind a header of
        // the PROXY protocol, the client may be silent again.
        until = context_.readiness.woke_at() + (has_begun ? timeouts.request_head : timeouts.keep_alive);
        head_has_begun = has_begun;
      }
      if (budget.spend(client_.stream)) {
        if (!client_.read(context_.buffers)) co_return;
        continue;
      }
      // A request that is on its way when the drain begins is still served. The first request of a connection
      // may not be on its way yet: it has the time of a head.
      if (!head_has_begun && context_.drain == Drain::kBegun &&
          client_.stream.peek() != net::Stream::Peeked::kBytes) {
        if (!is_first) co_return;
        until = std::max(accepted, context_.drain_began) + timeouts.request_head;
      }
      client_.in.shrink(context_.buffers);
      if (!head_has_begun) context_.idle_clients.add(*this, context_.readiness.woke_at());
      const Wake wake = co_await wait(context_, client_, until, context_.readiness.woke_at());
      IdleClients::remove(*this);
      budget = {};
      if (wake.cause == Wake::Cause::kTermination || made_room_) co_return;
      if (wake.cause == Wake::Cause::kDeadline) {
        if (!head_has_begun) co_return;
        refusal = Outcome::kRequestHeadTimeout;
      }
    }
    if (refusal) {
      after = co_await refuse_request(context_, client_, *refusal);
    } else {
      after = co_await serve_request(context_, client_, *head_size);
    }
  }

  if (after == AfterExchange::kClose) co_return;
  const bool is_brief = after == AfterExchange::kLingerBriefly || context_.clients_wait;
  co_await linger(is_brief ? kBriefLingerTotal : kLingerTotal);
}

net::Task<Session::Opening> Session::open_tls() {
  const TimePoint began = context_.readiness.woke_at();
  const TimePoint until = began + context_.settings.timeouts.tls_handshake;
  if (awaited_header_ != config::ProxyProtocol::kOff) {
    const bool has_come = co_await await_proxy_header(until);
    if (!has_come) co_return Opening::kOver;
  }
  net::Stream& stream = client_.stream;
  const bool forwards_certificate = tls_->forwards_client_cert();
  stream.secure(std::make_unique<tls::Session>(std::move(tls_), stream.descriptor(), client_.in.view()));
  client_.in.release();
  for (;;) {
    const error_code ec = stream.shake_hands();
    if (!ec) break;
    if (ec != boost::asio::error::would_block) {
      const tls::HandshakeResult result = tls::handshake_result(ec);
      // A client that ends its connection without a word looks whether the port is open.
      const bool is_probe = result == tls::HandshakeResult::kLeft && !stream.tls()->has_begun();
      if (!is_probe) count_handshake(result, ec);
      if (result != tls::HandshakeResult::kPlainHttp) co_return Opening::kOver;
      stream.drop_tls();
      co_return Opening::kRefuse;
    }
    const Wake wake = co_await wait(context_, client_, until, context_.readiness.woke_at());
    if (wake.cause == Wake::Cause::kDeadline) count_handshake(tls::HandshakeResult::kTimeout, {});
    if (!wake.is_event()) co_return Opening::kOver;
  }
  client_.uses_tls = true;
  if (forwards_certificate) {
    const auto certificate = stream.tls()->peer_certificate();
    client_.certificate = certificate != nullptr ? forwarded_certificate(*certificate) : std::string();
  }
  count_handshake(tls::HandshakeResult::kOk, {});
  context_.shard.observe_handshake(context_.readiness.woke_at() - began);
  co_return Opening::kOpen;
}

// A refusal cannot be answered: the client expects TLS.
net::Task<bool> Session::await_proxy_header(TimePoint until) {
  for (;;) {
    const auto is_taken = take_proxy_header();
    if (!is_taken) {
      context_.log.debug("a connection was refused",
                         {{"error", std::string(http::to_text(is_taken.error()))}});
      count_handshake(tls::HandshakeResult::kNotTls, {});
      co_return false;
    }
    if (*is_taken) co_return true;
    if (client_.stream.readable()) {
      if (!client_.read(context_.buffers)) co_return false;
      continue;
    }
    client_.stream.watch_readable();
    const Wake wake = co_await wait(context_, client_, until, context_.readiness.woke_at());
    if (wake.cause == Wake::Cause::kDeadline) count_handshake(tls::HandshakeResult::kTimeout, {});
    if (!wake.is_event()) co_return false;
  }
}

void Session::count_handshake(tls::HandshakeResult result, const error_code& failure) {
  metrics::Shard& shard = context_.shard;
  shard.add("wayside_tls_handshakes_total", static_cast<metrics::ListedValue>(result));
  if (result == tls::HandshakeResult::kOk) {
    const tls::Session& session = *client_.stream.tls();
    if (session.version() == "1.3") {
      shard.add({"wayside_tls_connections_total", "1.3"});
    } else {
      shard.add({"wayside_tls_connections_total", "1.2"});
    }
    if (session.is_resumed()) shard.add("wayside_tls_resumed_total");
    return;
  }
  context_.log.debug("a TLS handshake failed", {{"client", client_.ip},
                                                {"result", std::string(tls::to_token(result))},
                                                {"error", failure ? failure.message() : "no end in time"}});
}

Checked<std::optional<std::size_t>, http::Violation> Session::look_for_head(HeadSearch& search) {
  if (awaited_header_ != config::ProxyProtocol::kOff) {
    const auto is_taken = take_proxy_header();
    if (!is_taken) return is_taken.error();
    if (!*is_taken) return std::optional<std::size_t>();
  }
  auto found = search.look_in(client_.in);
  if (!found) return client_.refusal_of(found.error());
  return found;
}

Checked<bool, http::Violation> Session::take_proxy_header() {
  const std::string_view bytes = client_.in.view();
  if (bytes.empty()) return false;
  if (!may_be_proxy_header(bytes) && awaited_header_ == config::ProxyProtocol::kOptional) {
    awaited_header_ = config::ProxyProtocol::kOff;
    return true;
  }
  auto header = parse_proxy_header(bytes);
  if (!header) return header.error();
  if (!*header) return false;
  // Who is not trusted must not pass for another client.
  if (!client_.is_trusted) return http::Violation::kUntrustedProxyHeader;
  client_.in.consume((*header)->size);
  awaited_header_ = config::ProxyProtocol::kOff;
  client_.uses_tls |= (*header)->client_uses_tls;
  if ((*header)->client_ip) client_.name(*std::move((*header)->client_ip), context_.settings.trusted_proxies);
  return true;
}

// Closing with unread bytes in the socket would send a reset, and a reset can overtake the answer.
net::Task<> Session::linger(std::chrono::seconds at_most) {
  client_.stream.shutdown_send();
  const TimePoint end = Clock::now() + at_most;
  for (;;) {
    ReadBudget budget;
    while (budget.spend(client_.stream)) {
      if (!client_.read(context_.buffers)) co_return;
      client_.in.consume(client_.in.size());
    }
    client_.in.release();
    const TimePoint now = Clock::now();
    const Wake wake = co_await wait(context_, client_, std::min(now + kLingerIdle, end), now);
    if (!wake.is_event()) co_return;
  }
}

}  // namespace wayside::proxy
