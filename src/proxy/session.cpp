#include "proxy/session.hpp"

#include <utility>

#include <boost/asio/error.hpp>

#include "proxy/exchange.hpp"
#include "wayside/http/head_scanner.hpp"

namespace wayside::proxy {
namespace {

constexpr std::chrono::seconds kLinger{2};
constexpr std::size_t kLingerBytes = 4 * 1024 * 1024;

}  // namespace

Session::Session(Context& context, net::Stream stream, std::string client_ip)
    : context_(context), client_(context.wheel, std::move(stream), std::move(client_ip)) {}

net::Task<> Session::run() {
  const config::Timeouts& timeouts = context_.settings.timeouts;
  http::HeadScanner scanner(http::HeadScanner::Kind::kRequest);
  bool is_in_head = false;  // the deadline of the head runs
  AfterExchange after = AfterExchange::kKeepAlive;

  while (after == AfterExchange::kKeepAlive) {
    // What is there may be a whole head: of the first request, or of one that was pipelined behind the last.
    if (!scanner.started()) client_.in.consume(http::leading_empty_lines(client_.in.view()));
    const auto scanned = scanner.scan(client_.in.view());
    if (!scanned) {
      after = co_await refuse_request(context_, client_, Failure::kRejected, scanned.error());
      break;
    }
    if (*scanned) {
      scanner.reset();
      is_in_head = false;
      after = co_await serve_request(context_, client_, **scanned);
      continue;
    }

    if (client_.stream.readable()) {
      client_.in.reserve_for_read(context_.buffers);
      const auto read = client_.stream.read_some(client_.in.space());
      if (read) {
        client_.in.commit(*read);
      } else if (read.error() != boost::asio::error::would_block) {
        co_return;
      }
      continue;
    }

    const bool is_idle = client_.in.empty();
    if (is_idle && context_.draining) co_return;
    if (is_idle) {
      client_.deadline.expire_at(Clock::now() + timeouts.keep_alive);
    } else if (!is_in_head) {
      // From the first byte to the whole head, however often bytes trickle in between.
      client_.deadline.expire_at(Clock::now() + timeouts.request_head);
      is_in_head = true;
    }
    client_.in.shrink(context_.buffers);
    client_.stream.watch_readable();
    co_await client_.wakeup.wait();
    if (context_.terminating) co_return;
    if (!client_.deadline.passed()) continue;
    if (is_idle) co_return;
    after = co_await refuse_request(context_, client_, Failure::kRequestHeadTimeout, std::nullopt);
  }

  if (after == AfterExchange::kLinger) co_await linger();
}

net::Task<> Session::linger() {
  // Closing with unread bytes in the socket would send a reset, and a reset can overtake the answer.
  client_.stream.shutdown_send();
  client_.deadline.expire_at(Clock::now() + kLinger);
  std::size_t discarded = 0;
  while (discarded < kLingerBytes) {
    client_.in.release();
    if (!client_.stream.readable()) {
      client_.stream.watch_readable();
      co_await client_.wakeup.wait();
      if (client_.deadline.passed() || context_.terminating) co_return;
      continue;
    }
    client_.in.reserve_for_read(context_.buffers);
    const auto read = client_.stream.read_some(client_.in.space());
    if (read) {
      discarded += *read;
    } else if (read.error() != boost::asio::error::would_block) {
      co_return;
    }
  }
}

}  // namespace wayside::proxy
