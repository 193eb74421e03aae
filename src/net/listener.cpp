#include "wayside/net/listener.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <new>
#include <sys/socket.h>

namespace wayside::net {
namespace {

using boost::asio::ip::tcp;

constexpr Milliseconds kRetryAfter{100};
constexpr std::chrono::seconds kComplainEvery{1};
constexpr int kBacklog = 4096;        // the kernel lowers it to net.core.somaxconn
constexpr int kAcceptsPerEvent = 64;  // then others get their turn

Result<tcp::endpoint> resolve(IoContext& io, const Address& address) {
  error_code ec;
  if (address.host.empty()) return tcp::endpoint(tcp::v6(), address.port);
  const boost::asio::ip::address literal = boost::asio::ip::make_address(address.host, ec);
  if (!ec) return tcp::endpoint(literal, address.port);
  boost::asio::ip::basic_resolver<tcp, Executor> resolver(io.get_executor());
  const auto found = resolver.resolve(address.host, std::to_string(address.port), tcp::resolver::passive, ec);
  if (ec) return ec;
  return found.begin()->endpoint();
}

// The client's address as others know it: "::ffff:10.0.0.1" is how a dual-stack socket names an IPv4 client,
// and
// "%eth0" behind a link-local address means something on this host only.
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

Listener::Listener(IoContext& io, const Logger& log)
    : acceptor_(io.get_executor()), retry_timer_(io.get_executor()), log_(log) {}

Result<Address> Listener::open(const Address& address, bool shared) {
  const Result<tcp::endpoint> endpoint =
      resolve(static_cast<IoContext&>(acceptor_.get_executor().context()), address);
  if (!endpoint) return endpoint.error();

  error_code ec;
  const auto step_failed = [&] {
    error_code ignored;
    if (ec) acceptor_.close(ignored);
    return static_cast<bool>(ec);
  };
  acceptor_.open(endpoint->protocol(), ec);
  if (step_failed()) return ec;
  acceptor_.set_option(boost::asio::socket_base::reuse_address(true), ec);
  if (step_failed()) return ec;
  if (shared) {
    const int on = 1;
    if (::setsockopt(acceptor_.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) {
      ec.assign(errno, boost::system::system_category());
    }
    if (step_failed()) return ec;
  }
  acceptor_.bind(*endpoint, ec);
  if (step_failed()) return ec;
  acceptor_.listen(kBacklog, ec);
  if (step_failed()) return ec;
  acceptor_.non_blocking(true, ec);
  if (step_failed()) return ec;

  const tcp::endpoint bound = acceptor_.local_endpoint(ec);
  if (step_failed()) return ec;
  return Address{bound.address().to_string(), bound.port(), {}};
}

void Listener::start(OnAccept on_accept) {
  on_accept_ = std::move(on_accept);
  wait();
}

void Listener::resume() {
  if (!suspended_) return;
  suspended_ = false;
  if (acceptor_.is_open()) wait();
}

void Listener::close() {
  // Who has connected so far is served. What the kernel completes from here on is reset.
  if (on_accept_ && acceptor_.is_open()) accept_waiting();
  error_code ignored;
  acceptor_.close(ignored);
  retry_timer_.cancel();
}

void Listener::wait() {
  acceptor_.async_wait(Acceptor::wait_read, [this](const error_code& ec) {
    if (ec != boost::asio::error::operation_aborted) on_ready();
  });
}

// An event that was under way when close() came finds a closed acceptor.
void Listener::on_ready() {
  if (!acceptor_.is_open()) return;
  const error_code ec = accept_waiting();
  if (!acceptor_.is_open()) return;
  if (ec) {
    pause(ec);
  } else if (!suspended_) {
    wait();
  }
}

// Accepts who is there, up to a bound. An error means that accepting had better pause.
error_code Listener::accept_waiting() {
  for (int i = 0; i < kAcceptsPerEvent && acceptor_.is_open() && !suspended_; ++i) {
    error_code ec;
    tcp::endpoint peer;
    boost::asio::basic_stream_socket<tcp, Executor> socket(acceptor_.get_executor());
    acceptor_.accept(socket, peer, ec);
    if (ec == boost::asio::error::would_block) break;
    // What went wrong with one connection before we had it is no concern of the others.
    if (ec == boost::asio::error::connection_aborted || ec == boost::asio::error::interrupted ||
        ec == boost::system::errc::protocol_error) {
      continue;
    }
    if (ec) return ec;
    try {
      on_accept_(Stream(std::move(socket)), client_text(peer));
    } catch (const std::bad_alloc&) {
      return boost::asio::error::no_memory;
    }
  }
  return {};
}

void Listener::pause(const error_code& why) {
  const TimePoint now = Clock::now();
  if (now - last_complaint_ >= kComplainEvery) {
    last_complaint_ = now;
    log_.warn("cannot accept connections for now", {{"error", why.message()}});
  }
  retry_timer_.expires_after(kRetryAfter);
  retry_timer_.async_wait([this](const error_code& ec) {
    // A timer that was due already is not cancelled by close().
    if (!ec) on_ready();
  });
}

}  // namespace wayside::net
