#include "wayside/net/listener.hpp"

#include "net/open_socket.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <new>
#include <string>
#include <sys/socket.h>
#include <utility>

namespace wayside::net {
namespace {

using boost::asio::ip::tcp;

constexpr Milliseconds kRetryAfter{100};
constexpr std::chrono::seconds kComplainEvery{1};
constexpr int kBacklog = 4096;        // the kernel lowers it to net.core.somaxconn
constexpr int kAcceptsPerEvent = 64;  // then other handlers run

// SO_REUSEPORT is one of the options that Asio has no name for.
error_code share_port(int socket) noexcept {
  const int on = 1;
  return ::setsockopt(socket, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0 ? error_code() : last_error();
}

template <class Acceptor>
error_code bind_and_listen(Acceptor& acceptor, const tcp::endpoint& endpoint, PortUse use) {
  Result<Descriptor> socket = open_socket(endpoint);
  if (!socket) return socket.error();
  error_code ec;
  acceptor.assign(endpoint.protocol(), socket->number(), ec);
  if (ec) return ec;
  socket->release();
  acceptor.set_option(typename Acceptor::reuse_address(true), ec);
  if (!ec && use == PortUse::kShared) ec = share_port(acceptor.native_handle());
  if (!ec) acceptor.bind(endpoint, ec);
  // An address bound without the option is exclusive; from here on others may join.
  if (!ec && use == PortUse::kFirst) ec = share_port(acceptor.native_handle());
  if (!ec) acceptor.listen(kBacklog, ec);
  error_code ignored;
  if (ec) acceptor.close(ignored);
  return ec;
}

}  // namespace

Listener::Listener(const Executor& executor, std::string name, const Logger& log)
    : acceptor_(executor), retry_timer_(executor), name_(std::move(name)), log_(log) {}

Result<Address> Listener::open(const Address& address, PortUse use) {
  const std::string host = address.host.empty() ? "::" : address.host;
  error_code ec;
  boost::asio::ip::basic_resolver<tcp, Executor> resolver(acceptor_.get_executor());
  const auto candidates = resolver.resolve(host, std::to_string(address.port),
                                           tcp::resolver::passive | tcp::resolver::numeric_service, ec);
  if (ec) return ec;
  for (const auto& candidate : candidates) {
    ec = bind_and_listen(acceptor_, candidate.endpoint(), use);
    if (!ec) break;
  }
  if (ec) return ec;
  const tcp::endpoint bound = acceptor_.local_endpoint(ec);
  if (ec) return ec;
  return Address{bound.address().to_string(), bound.port(), {}};
}

void Listener::start(OnAccept on_accept) {
  on_accept_ = std::move(on_accept);
  wait();
}

void Listener::resume() {
  suspended_ = false;
  wait();
}

void Listener::close() {
  // Connections completed so far are served. The kernel resets those completed from here on.
  if (on_accept_ && acceptor_.is_open()) {
    suspended_ = false;
    accept_waiting(kBacklog);
  }
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
//
// accept4(2) sets the socket's flags in the same call. Asio's accept needs further calls, and registers the
// socket with its reactor though it goes to another one.
error_code Listener::accept_waiting(int at_most) {
  for (int i = 0; i != at_most && acceptor_.is_open() && !suspended_; ++i) {
    tcp::endpoint client;
    auto size = static_cast<socklen_t>(client.capacity());
    Descriptor socket(
        ::accept4(acceptor_.native_handle(), client.data(), &size, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket.is_open()) {
      const error_code ec = last_error();
      if (ec == boost::asio::error::would_block) break;
      // An error of one connection does not concern the others.
      if (ec == boost::asio::error::connection_aborted || ec == boost::asio::error::interrupted ||
          ec == boost::system::errc::protocol_error) {
        continue;
      }
      return ec;
    }
    try {
      on_accept_(std::move(socket), client);
    } catch (const boost::system::system_error& error) {
      return error.code();
    } catch (const std::bad_alloc&) {
      return boost::asio::error::no_memory;
    }
  }
  return {};
}

void Listener::pause(const error_code& why) {
  pauses_ = true;
  retry_timer_.expires_after(kRetryAfter);
  retry_timer_.async_wait([this, alive = std::weak_ptr(alive_)](const error_code& ec) {
    if (ec || alive.expired()) return;
    pauses_ = false;
    wait();
  });
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
  const boost::asio::ip::address address = client.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  std::string text = address.to_string();
  text.resize(std::min(text.find('%'), text.size()));
  return text;
}

}  // namespace wayside::net
