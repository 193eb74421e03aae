#include "wayside/net/listener.hpp"

#include "net/handshake_filter.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cstring>
#include <new>
#include <string>
#include <sys/socket.h>
#include <utility>

namespace wayside::net {
namespace {

constexpr Milliseconds kRetryAfter{100};
constexpr std::chrono::seconds kComplainEvery{1};
constexpr int kAcceptsPerEvent = 64;  // then other handlers run

// The address family of the socket.
Result<int> family_of(const Descriptor& socket) noexcept {
  int family = 0;
  socklen_t size = sizeof family;
  if (::getsockopt(socket.number(), SOL_SOCKET, SO_DOMAIN, &family, &size) != 0) return last_error();
  return family;
}

}  // namespace

Listener::Listener(const Executor& executor, std::string name, const Logger& log)
    : acceptor_(executor), retry_timer_(executor), name_(std::move(name)), log_(log) {}

error_code Listener::open(Descriptor socket, SocketLife life) {
  life_ = life;
  const Result<int> family = family_of(socket);
  if (!family) return family.error();
  error_code ec;
  acceptor_.assign(StreamProtocol(*family, 0), socket.number(), ec);
  if (!ec) socket.release();
  return ec;
}

void Listener::start(OnAccept on_accept) {
  on_accept_ = std::move(on_accept);
  wait();
}

void Listener::resume() {
  suspended_ = false;
  wait();
}

void Listener::wind_down() noexcept {
  if (life_ == SocketLife::kManager) return close();
  if (acceptor_.is_open()) drop_first_segments(acceptor_.native_handle());
}

bool Listener::accept_rest() {
  if (life_ == SocketLife::kManager || !on_accept_) return true;
  suspended_ = false;
  while (acceptor_.is_open()) {
    Endpoint client;
    Result<Descriptor> socket = accept_next(client);
    if (!socket) {
      if (socket.error() == boost::asio::error::would_block) return true;
      complain(socket.error());
      return false;
    }
    if (const error_code ec = hand_over(*std::move(socket), client)) complain(ec);
  }
  return true;
}

void Listener::close() {
  accept_rest();
  error_code ignored;
  acceptor_.close(ignored);
  retry_timer_.cancel();
}

void Listener::wait() {
  if (!acceptor_.is_open() || waits_ || pauses_ || suspended_) return;
  acceptor_.async_wait(decltype(acceptor_)::wait_read,
                       wait_memory_.bind([this, alive = std::weak_ptr(alive_)](const error_code& ec) {
                         if (ec || alive.expired()) return;
                         waits_ = false;
                         on_waiting();
                       }));
  waits_ = true;
}

void Listener::on_waiting() {
  if (const error_code ec = accept_waiting(kAcceptsPerEvent); ec && acceptor_.is_open()) pause(ec);
  wait();
}

// Accepts the waiting connections, up to a bound. An error means that accepting should pause.
error_code Listener::accept_waiting(int at_most) {
  for (int i = 0; i != at_most && acceptor_.is_open() && !suspended_; ++i) {
    Endpoint client;
    Result<Descriptor> socket = accept_next(client);
    if (!socket) {
      return socket.error() == boost::asio::error::would_block ? error_code() : socket.error();
    }
    if (const error_code ec = hand_over(*std::move(socket), client)) return ec;
  }
  return {};
}

// The next connection of the queue; would_block if there is none.
//
// accept4(2) sets the socket's flags in the same call. Asio's accept needs further calls, and registers the
// socket with its reactor though it goes to another one.
Result<Descriptor> Listener::accept_next(Endpoint& client) noexcept {
  for (;;) {
    auto size = static_cast<socklen_t>(client.capacity());
    Descriptor socket(
        ::accept4(acceptor_.native_handle(), client.data(), &size, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket.is_open()) {
      client.resize(std::min<std::size_t>(size, client.capacity()));
      return socket;
    }
    const error_code ec = last_error();
    // An error of one connection does not concern the others.
    if (ec != boost::asio::error::connection_aborted && ec != boost::asio::error::interrupted &&
        ec != boost::system::errc::protocol_error) {
      return ec;
    }
  }
}

error_code Listener::hand_over(Descriptor socket, const Endpoint& client) {
  try {
    on_accept_(std::move(socket), client);
    return {};
  } catch (const boost::system::system_error& error) {
    return error.code();
  } catch (const std::bad_alloc&) {
    return boost::asio::error::no_memory;
  }
}

void Listener::pause(const error_code& why) {
  pauses_ = true;
  retry_timer_.expires_after(kRetryAfter);
  retry_timer_.async_wait([this, alive = std::weak_ptr(alive_)](const error_code& ec) {
    if (ec || alive.expired()) return;
    pauses_ = false;
    wait();
  });
  complain(why);
}

void Listener::complain(const error_code& why) {
  const TimePoint now = Clock::now();
  if (now - last_complaint_ < kComplainEvery) return;
  last_complaint_ = now;
  try {
    const bool is_epoll = why == boost::system::errc::no_space_on_device;
    log_.warn("cannot accept connections for now",
              {{"listener", name_},
               {"error", is_epoll ? "epoll is full: see fs.epoll.max_user_watches" : why.message()}});
  } catch (const std::bad_alloc&) {
    // The message reports a lack of memory, which it needs itself.
  }
}

std::string client_text(const Listener::Endpoint& client) {
  const int family = client.protocol().family();
  if (family != AF_INET && family != AF_INET6) return {};
  boost::asio::ip::tcp::endpoint endpoint;
  std::memcpy(endpoint.data(), client.data(), std::min(client.size(), endpoint.capacity()));
  const boost::asio::ip::address address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  std::string text = address.to_string();
  text.resize(std::min(text.find('%'), text.size()));
  return text;
}

}  // namespace wayside::net
