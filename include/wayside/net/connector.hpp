// Connecting to one address, by name, literal or unix path.
//
// A name is looked up again once the last answer is kFresh old, so a backend that moves is found without a
// restart. One look-up serves all who wait for it, and while a new one is under way, or fails, the old answer
// stays in use. The addresses of a name are tried in turn, the one that worked last first, and none may use
// up the time of the others.
//
// One thread only.
#pragma once

#include "wayside/base/address.hpp"
#include "wayside/base/clock.hpp"
#include "wayside/base/result.hpp"
#include "wayside/net/name_lookup.hpp"
#include "wayside/net/stream.hpp"
#include "wayside/net/types.hpp"
#include "wayside/net/wakeup.hpp"

#include <memory>
#include <optional>
#include <vector>

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
  // Shared so that the connector sees who still waits for the addresses of a name.
  std::shared_ptr<State> state_;
};

class Connector {
 public:
  static constexpr std::chrono::seconds kFresh{5};
  // An older answer is waited for anew, unless no new one can be had.
  static constexpr std::chrono::seconds kUsable{60};

  // `loop` outlives the connector; the connector outlives its attempts.
  Connector(EventLoop& loop, Address address);
  ~Connector();

  // `waiter` outlives the attempt. `limit` is how long its owner means to wait: the addresses share it.
  ConnectAttempt start(Waiter& waiter, Milliseconds limit);

 private:
  friend struct ConnectAttempt::State;
  void look_up();
  // Puts an address that works to the front.
  void prefer(const StreamProtocol::endpoint& endpoint);

  EventLoop& loop_;
  const Address address_;
  std::vector<StreamProtocol::endpoint> endpoints_;  // empty: the name was never looked up
  std::optional<NameLookup> lookup_;                 // for a name
  TimePoint looked_up_at_{};
  std::optional<StreamProtocol::endpoint> preferred_;          // the one that worked last
  std::vector<std::weak_ptr<ConnectAttempt::State>> waiting_;  // for the first answer
};

}  // namespace wayside::net
