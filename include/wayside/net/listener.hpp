// A listening TCP socket that hands accepted connections to its owner.
//
// Running out of descriptors or memory pauses accepting and resumes it; it never ends it, and never spins
// (accept(2), "Error handling").
//
// One thread only, apart from open(): the one that runs the io_context.
#pragma once

#include "wayside/base/address.hpp"
#include "wayside/base/clock.hpp"
#include "wayside/base/log.hpp"
#include "wayside/base/result.hpp"
#include "wayside/net/descriptor.hpp"
#include "wayside/net/types.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <memory>
#include <string>

namespace wayside::net {

// Whether other listeners may have the same port. Each listener has a queue of its own.
enum class PortUse {
  kAlone,   // no other listener
  kFirst,   // no other listener at first; listeners with kShared may join
  kShared,  // joins the listeners of this user that are kFirst or kShared (SO_REUSEPORT)
};

class Listener {
 public:
  using Endpoint = boost::asio::ip::tcp::endpoint;
  // What a connection comes with: the socket, which does not block, with TCP_NODELAY, and the client's
  // address.
  using OnAccept = std::function<void(Descriptor, const Endpoint& client)>;

  // `log` outlives the listener, which is called `name` there.
  Listener(const Executor& executor, std::string name, const Logger& log);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Binds and listens; blocks while a host name is looked up, whose first address that can be bound is taken.
  // Returns the address really bound: port 0 is resolved.
  Result<Address> open(const Address& address, PortUse use);

  // From now on every connection goes to `on_accept`, which may be called at any time until close(). What it
  // throws counts as a lack of memory.
  void start(OnAccept on_accept);

  // From now on, and until resume(), clients wait in the kernel's queue.
  void suspend() noexcept { suspended_ = true; }
  void resume();
  bool is_suspended() const noexcept { return suspended_; }

  // Accepts who has connected so far, then stops. Safe to call twice.
  void close();

 private:
  void wait();
  void on_waiting();
  error_code accept_waiting(int at_most);
  void pause(const error_code& why);

  boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor> acceptor_;
  Timer retry_timer_;
  const std::string name_;
  const Logger& log_;
  OnAccept on_accept_;
  TimePoint last_complaint_{};
  bool waits_ = false;   // for a connection
  bool pauses_ = false;  // until retry_timer_
  bool suspended_ = false;
  // A handler that is queued already when the listener goes sees its end by this.
  const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

// The client's address as others know it, without port: "::ffff:10.0.0.1" is how a dual-stack socket names an
// IPv4 client, and "%eth0" behind a link-local address means something on this host only.
std::string client_text(const Listener::Endpoint& client);

}  // namespace wayside::net
