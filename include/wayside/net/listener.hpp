// A listening TCP socket that hands accepted connections to its owner.
//
// Running out of descriptors or memory pauses accepting and resumes it; it never ends it, and never spins
// (accept(2), "Error handling"). One thread only, apart from open().
#pragma once

#include "wayside/base/address.hpp"
#include "wayside/base/clock.hpp"
#include "wayside/base/log.hpp"
#include "wayside/base/result.hpp"
#include "wayside/net/event_source.hpp"
#include "wayside/net/stream.hpp"
#include "wayside/net/timer.hpp"

#include <functional>
#include <string>

namespace wayside::net {

class Listener final : private EventSource {
 public:
  // What a connection comes with: the socket, with TCP_NODELAY, and the client's address as text, without
  // port.
  using OnAccept = std::function<void(Stream, std::string client_ip)>;

  // Both outlive the listener.
  Listener(EventLoop& loop, const Logger& log);

  // Binds and listens; blocks while a host name is looked up. `shared` lets several listeners of this process
  // have the same port (SO_REUSEPORT), each with a queue of its own. Returns the address really bound: port 0
  // is resolved.
  Result<Address> open(const Address& address, bool shared);

  // From now on every connection goes to `on_accept`, which may be called at any time until close().
  void start(OnAccept on_accept);

  // From now on, and until resume(), clients wait in the kernel's queue.
  void suspend() noexcept { suspended_ = true; }
  void resume();
  bool is_suspended() const noexcept { return suspended_; }

  // Accepts who has connected so far, then stops. Safe to call twice.
  void close();

 private:
  void on_events(std::uint32_t events) override;
  error_code accept_waiting(int at_most);
  void pause(const error_code& why);

  EventLoop& loop_;
  Timer retry_timer_;
  const Logger& log_;
  OnAccept on_accept_;
  TimePoint last_complaint_{};
  bool suspended_ = false;
};

}  // namespace wayside::net
