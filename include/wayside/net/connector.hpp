// Connecting to one address, by name, literal or unix path.
//
// A name is looked up again once the last answer is kFresh old, so a backend that moves is found without a
// restart. One look-up serves all who wait for it, and while a new one is under way, or fails, the old answer
// stays in use. The addresses of a name are tried in turn, the one that worked last first, and none may use
// up the time of the others.
//
// One thread only: that of the set.
#pragma once

#include "wayside/base/address.hpp"
#include "wayside/base/clock.hpp"
#include "wayside/base/result.hpp"
#include "wayside/net/readiness_set.hpp"
#include "wayside/net/stream.hpp"
#include "wayside/net/wakeup.hpp"

#include <memory>

namespace wayside::net {

// One attempt to connect, under way from the start. Destroying it gives up.
class ConnectAttempt {
 public:
  ConnectAttempt(ConnectAttempt&&) noexcept;
  ConnectAttempt& operator=(ConnectAttempt&&) noexcept;
  ~ConnectAttempt();

  // The waiter is woken when this becomes true, but never from within Connector::start.
  bool finished() const noexcept;

  // The stream, or the error of the last address that was tried. Once, after finished().
  Result<Stream> take();

 private:
  friend class Connector;
  struct State;
  explicit ConnectAttempt(std::shared_ptr<State> state) noexcept;
  std::shared_ptr<State> state_;  // shared with what runs in the io_context for it, which may end later
};

class Connector {
 public:
  static constexpr std::chrono::seconds kFresh{5};
  // An older answer is waited for anew, unless no new one can be had.
  static constexpr std::chrono::seconds kUsable{60};

  // `set` outlives the connector; the connector outlives its attempts.
  Connector(ReadinessSet& set, const Address& address);
  ~Connector();

  // `waiter` outlives the attempt. `limit` is how long its owner means to wait: the addresses share it.
  // Throws std::bad_alloc.
  ConnectAttempt start(Waiter& waiter, Milliseconds limit);

  // Whether a look-up is under way. Its io_context cannot be destroyed meanwhile without a wait for the name
  // server: nothing interrupts getaddrinfo(3).
  bool is_looking_up() const noexcept;

 private:
  friend class ConnectAttempt;
  class Directory;
  std::shared_ptr<Directory> directory_;  // shared with the look-up under way
};

}  // namespace wayside::net
