#include "proxy/session.hpp"

#include "wayside/http/head_scanner.hpp"

#include "proxy/exchange.hpp"
#include "proxy/read_budget.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace wayside::proxy {
namespace {

// RFC 9112 section 2.2 asks to ignore "at least one" empty line in front of a request.
constexpr std::size_t kMaxEmptyLineBytes = 16;

// How long a client that is being closed may be silent, and may go on sending. One that was too slow before
// has had its time: it only needs its answer.
constexpr std::chrono::seconds kLingerIdle{2};
constexpr std::chrono::seconds kLingerTotal{30};
constexpr std::chrono::seconds kBriefLingerTotal{2};

}  // namespace

Session::Session(Context& context, net::Stream stream, std::string client_ip)
    : context_(context),
      client_(context.wheel, std::move(stream), std::move(client_ip), SessionId(++context.session_count)) {
  context_.shard.client_connected();
}

bool Session::make_room() {
  if (client_.stream.peek() == net::Stream::Peeked::kBytes) return false;
  made_room_ = true;
  context_.shard.client_evicted();
  client_.wakeup.wake();
  return true;
}

net::Task<> Session::run() {
  const config::Timeouts& timeouts = context_.settings.timeouts;
  AfterExchange after = AfterExchange::kKeepAlive;
  const TimePoint accepted = context_.readiness.woke_at();
  bool is_first = true;

  // Of a turn, not of a request: many a small one may be pipelined, and some are answered without a wait.
  ReadBudget budget;
  while (after == AfterExchange::kKeepAlive) {
    // One turn of this loop is one request, from the silence before it to the end of its response.
    http::HeadScanner scanner(http::HeadScanner::Kind::kRequest, context_.settings.limits);
    std::optional<std::size_t> head_size;
    std::optional<http::Violation> violation;
    std::size_t empty_line_bytes = 0;
    client_.deadline.expire_at(context_.readiness.woke_at() + timeouts.keep_alive);
    bool head_has_begun = false;

    // What is there may be a whole head already: of a request that was pipelined behind the last.
    while (!head_size && !violation) {
      if (!scanner.started()) {
        const std::size_t empty = http::leading_empty_lines(client_.in.view());
        client_.in.consume(empty);
        empty_line_bytes += empty;
        if (empty_line_bytes > kMaxEmptyLineBytes) violation = http::Violation::kMalformedHead;
      }
      if (const auto scanned = scanner.scan(client_.in.view())) {
        head_size = *scanned;
      } else {
        violation = scanned.error();
      }
      if (head_size || violation) break;

      if (scanner.started() && !head_has_begun) {
        // From the first byte to the whole head, however often bytes trickle in between.
        client_.deadline.expire_at(context_.readiness.woke_at() + timeouts.request_head);
        head_has_begun = true;
      }
      if (budget.allows(client_.stream)) {
        if (!client_.read(context_.buffers)) co_return;
        continue;
      }
      // A request that is already on its way when the drain begins is still served. A client that was
      // accepted and has sent nothing yet may not have come so far: it has the time of a head.
      if (!head_has_begun && context_.draining && client_.stream.peek() != net::Stream::Peeked::kBytes) {
        if (!is_first) co_return;
        client_.deadline.expire_at(std::max(accepted, context_.drain_began) + timeouts.request_head);
      }
      client_.in.shrink(context_.buffers);
      if (!head_has_begun) context_.idle_clients.add(*this, context_.readiness.woke_at());
      co_await client_.wakeup.wait();
      IdleClients::remove(*this);
      budget = {};
      if (context_.terminating || made_room_) co_return;
      if (client_.deadline.passed()) break;
    }

    if (violation) {
      after = co_await refuse_request(context_, client_, Failure::kRejected, violation);
    } else if (head_size) {
      after = co_await serve_request(context_, client_, *head_size);
    } else if (head_has_begun) {
      after = co_await refuse_request(context_, client_, Failure::kRequestHeadTimeout, std::nullopt);
    } else {
      co_return;
    }
    is_first = false;
  }

  if (after == AfterExchange::kKeepAlive || after == AfterExchange::kClose) co_return;
  const bool is_brief = after == AfterExchange::kLingerBriefly || context_.clients_wait;
  co_await linger(is_brief ? kBriefLingerTotal : kLingerTotal);
}

net::Task<> Session::linger(std::chrono::seconds at_most) {
  // Closing with unread bytes in the socket would send a reset, and a reset can overtake the answer.
  client_.stream.shutdown_send();
  const TimePoint end = Clock::now() + at_most;
  while (!context_.terminating) {
    ReadBudget budget;
    while (budget.allows(client_.stream)) {
      if (!client_.read(context_.buffers)) co_return;
      client_.in.consume(client_.in.size());
    }
    client_.in.release();
    client_.deadline.expire_at(std::min(Clock::now() + kLingerIdle, end));
    co_await client_.wakeup.wait();
    if (client_.deadline.passed()) co_return;
  }
}

}  // namespace wayside::proxy
