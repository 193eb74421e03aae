// Accepts the connections of a listening socket (listening_socket.hpp) and hands them to its owner.
//
// A lack of descriptors or memory pauses accepting for a moment. It neither stops the listener nor makes it
// spin (accept(2), "Error handling"). Waiting for connections and pausing take no memory.
//
// Used by the thread that runs the io_context alone.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/base/log.hpp"
#include "wayside/base/result.hpp"
#include "wayside/net/descriptor.hpp"
#include "wayside/net/operation_memory.hpp"
#include "wayside/net/reserved_timer.hpp"
#include "wayside/net/types.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace wayside::net {

// The owner of a listening socket, with whom it ends.
enum class SocketLife : std::uint8_t {
  kListener,  // the socket ends when the listener closes
  kManager,   // a service manager has it open: connections wait in its queue for the next process
};

class Listener {
 public:
  using Endpoint = StreamProtocol::endpoint;
  // Takes a connection: its socket, which is non-blocking, and the client's address. A TCP socket has the
  // options of the listening one, such as TCP_NODELAY.
  using OnAccept = std::function<void(Descriptor, const Endpoint& client)>;

  // `log` outlives the listener; `name` stands for the listener there.
  Listener(const Executor& executor, std::string name, const Logger& log);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Takes the socket. Once.
  error_code open(Descriptor socket, SocketLife life = SocketLife::kListener);

  // Passes each connection to `on_accept`, from the io_context and in close(). A std::bad_alloc or
  // boost::system::system_error that it throws pauses accepting.
  void start(OnAccept on_accept);

  // Leaves clients in the kernel's queue until resume().
  void suspend() noexcept { suspended_ = true; }
  void resume();
  bool is_suspended() const noexcept { return suspended_; }

  // Prepares for close(), so that no connection is lost that a client has, if close() comes a round trip
  // later: no handshake begins from now on, and those under way are completed and accepted. A socket that
  // goes on is closed here, for its connections wait.
  void wind_down() noexcept;

  // Accepts the connections completed so far, unless they wait for another process. One that its owner cannot
  // take is lost, and those behind it are accepted. False: a lack of descriptors or memory leaves some in the
  // queue, for another call.
  bool accept_rest();

  // accept_rest(), then stops: the kernel resets the connections that are still in the queue. May be called
  // twice.
  void close();

 private:
  void wait();
  void on_waiting();
  error_code accept_waiting(int at_most);
  Result<Descriptor> accept_next(Endpoint& client) noexcept;
  error_code hand_over(Descriptor socket, const Endpoint& client);
  void pause(const error_code& why);
  void complain(const error_code& why);

  boost::asio::basic_socket_acceptor<StreamProtocol, Executor> acceptor_;
  OperationMemory wait_memory_;
  ReservedTimer<Listener> retry_timer_;
  const std::string name_;
  const Logger& log_;
  OnAccept on_accept_;
  TimePoint last_complaint_{};
  bool waits_ = false;   // for a connection
  bool pauses_ = false;  // until retry_timer_
  bool suspended_ = false;
  SocketLife life_ = SocketLife::kListener;
  // Tells a handler already queued that the listener was destroyed.
  const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

// The client's address without port, in the form that other hosts use: an IPv4 client of a dual-stack socket
// ("::ffff:10.0.0.1") in IPv4 form, and a link-local address without its zone ("%eth0"). Empty for a client
// of a unix socket.
std::string client_text(const Listener::Endpoint& client);

}  // namespace wayside::net
