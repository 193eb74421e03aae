#include "proxy/client_connection.hpp"

#include "wayside/http/foreign_protocol.hpp"

#include <boost/asio/error.hpp>

#include <utility>

namespace wayside::proxy {

ClientConnection::ClientConnection(net::DeadlineWheel& wheel, net::Stream connected, std::string client_ip,
                                   const TrustedProxies& trusted, SessionId number)
    : deadline(wheel, wakeup),
      stream(std::move(connected)),
      ip(std::move(client_ip)),
      is_trusted(trusted.contains(ip)),
      id(number) {
  stream.set_waiter(&wakeup);
}

void ClientConnection::name(std::string client_ip, const TrustedProxies& trusted) {
  named_by = std::exchange(ip, std::move(client_ip));
  is_named = true;
  is_trusted = trusted.contains(ip);
}

bool ClientConnection::read_ahead(net::BufferPool& buffers, config::HalfClose half_close) {
  // Enough for the heads of a few requests. A client that pipelines more is watched again once these were
  // answered.
  constexpr std::size_t kReadAhead = net::BufferPool::kSmallCapacity;
  while (stream.readable() && in.size() < kReadAhead) {
    const bool is_served = half_close == config::HalfClose::kServe;
    if (is_served && stream.peek() == net::Stream::Peeked::kEnd) return true;
    if (!read(buffers)) return false;
  }
  if (in.size() < kReadAhead) stream.watch_readable();
  return true;
}

http::Violation ClientConnection::refusal_of(http::Violation violation) const noexcept {
  return is_http1 ? violation : http::foreign_protocol(in.view()).value_or(violation);
}

bool ClientConnection::read(net::BufferPool& buffers) {
  in.reserve_for_read(buffers);
  const auto count = stream.read_some(in.space());
  if (count) in.commit(*count);
  return count || count.error() == boost::asio::error::would_block;
}

}  // namespace wayside::proxy
