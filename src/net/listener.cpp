#include "wayside/net/listener.hpp"

#include "wayside/net/event_loop.hpp"

#include "net/last_error.hpp"
#include "net/open_socket.hpp"
#include "net/resolve.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <netdb.h>
#include <netinet/in.h>
#include <new>
#include <sys/socket.h>
#include <utility>

namespace wayside::net {
namespace {

using boost::asio::ip::tcp;

constexpr Milliseconds kRetryAfter{100};
constexpr std::chrono::seconds kComplainEvery{1};
constexpr int kBacklog = 4096;        // the kernel lowers it to net.core.somaxconn
constexpr int kAcceptsPerEvent = 64;  // then others get their turn

Result<Descriptor> bind_and_listen(const StreamProtocol::endpoint& endpoint, bool shared) noexcept {
  Result<Descriptor> socket = open_socket(endpoint);
  if (!socket) return socket;
  const int number = socket->number();
  const auto set = [&](int option) {
    const int on = 1;
    return ::setsockopt(number, SOL_SOCKET, option, &on, sizeof on) == 0;
  };
  const bool done = set(SO_REUSEADDR) && (!shared || set(SO_REUSEPORT)) &&
                    ::bind(number, endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0 &&
                    ::listen(number, kBacklog) == 0;
  if (!done) return last_error();
  return socket;
}

Result<Address> local_address(int descriptor) {
  tcp::endpoint bound;
  auto size = static_cast<socklen_t>(bound.capacity());
  if (::getsockname(descriptor, bound.data(), &size) != 0) return last_error();
  return Address{bound.address().to_string(), bound.port(), {}};
}

// The client's address as others know it: "::ffff:10.0.0.1" is how a dual-stack socket names an IPv4 client,
// and "%eth0" behind a link-local address means something on this host only.
std::string client_text(const tcp::endpoint& peer) {
  const boost::asio::ip::address address = peer.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  std::string text = address.to_string();
  text.resize(std::min(text.find('%'), text.size()));
  return text;
}

}  // namespace

Listener::Listener(EventLoop& loop, const Logger& log)
    : EventSource(loop), loop_(loop), retry_timer_(loop, [this] { raise(); }), log_(log) {}

Result<Address> Listener::open(const Address& address, bool shared) {
  const std::string host = address.host.empty() ? "::" : address.host;
  const auto endpoints = resolve(host, std::to_string(address.port), AI_PASSIVE);
  if (!endpoints) return endpoints.error();
  Result<Descriptor> descriptor = bind_and_listen(endpoints->front(), shared);
  if (!descriptor) return descriptor.error();
  if (const error_code ec = EventSource::open(std::move(*descriptor), EPOLLIN)) return ec;
  return local_address(this->descriptor());
}

void Listener::start(OnAccept on_accept) {
  on_accept_ = std::move(on_accept);
  raise();
}

void Listener::resume() {
  if (!std::exchange(suspended_, false)) return;
  if (is_open()) raise();
}

void Listener::close() {
  // Who has connected so far is served. What the kernel completes from here on is reset.
  if (on_accept_ && is_open()) {
    suspended_ = false;
    accept_waiting(kBacklog);
  }
  EventSource::close();
  retry_timer_.cancel();
}

void Listener::on_events(std::uint32_t) {
  // Before start() and during a pause it is looked at later.
  if (!on_accept_ || retry_timer_.is_set()) return;
  if (const error_code ec = accept_waiting(kAcceptsPerEvent); ec && is_open()) pause(ec);
}

// Accepts who is there, up to a bound. An error means that accepting had better pause.
error_code Listener::accept_waiting(int at_most) {
  for (int i = 0; is_open() && !suspended_; ++i) {
    if (i == at_most) {
      raise();
      break;
    }
    tcp::endpoint peer;
    auto size = static_cast<socklen_t>(peer.capacity());
    Descriptor socket(::accept4(descriptor(), peer.data(), &size, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket.is_open()) {
      const error_code ec = last_error();
      if (ec == boost::asio::error::would_block) break;
      // What went wrong with one connection before we had it is no concern of the others.
      if (ec == boost::asio::error::connection_aborted || ec == boost::asio::error::interrupted ||
          ec == boost::system::errc::protocol_error) {
        continue;
      }
      return ec;
    }
    try {
      on_accept_(Stream(loop_, std::move(socket)), client_text(peer));
    } catch (const boost::system::system_error& error) {
      return error.code();
    } catch (const std::bad_alloc&) {
      return boost::asio::error::no_memory;
    }
  }
  return {};
}

void Listener::pause(const error_code& why) {
  const TimePoint now = Clock::now();
  retry_timer_.set(now + kRetryAfter);
  if (now - last_complaint_ < kComplainEvery) return;
  last_complaint_ = now;
  try {
    const bool is_epoll = why == boost::system::errc::no_space_on_device;
    log_.warn("cannot accept connections for now",
              {{"error", is_epoll ? "epoll is full: see fs.epoll.max_user_watches" : why.message()}});
  } catch (const std::bad_alloc&) {
    // That is what it is about.
  }
}

}  // namespace wayside::net
