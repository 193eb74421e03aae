// Connecting to one address, by name, literal or unix path.
//
// A name is looked up again for a new connection once the last answer is kFresh old or no address of it could be
// reached, so a backend that moves is found without a restart, and a burst of connections does not become a burst
// of look-ups. The addresses of a name are tried in the resolver's order.
//
// One thread only.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "wayside/base/address.hpp"
#include "wayside/base/clock.hpp"
#include "wayside/base/result.hpp"
#include "wayside/net/stream.hpp"
#include "wayside/net/types.hpp"
#include "wayside/net/wakeup.hpp"

namespace wayside::net {

// One attempt to connect, under way from the start. Destroying it gives up.
class ConnectAttempt {
 public:
  ConnectAttempt(ConnectAttempt&&) noexcept;
  ConnectAttempt& operator=(ConnectAttempt&&) noexcept;
  ~ConnectAttempt();

  // The waiter is woken when this becomes true.
  bool finished() const noexcept;

  // The stream, or the error of the last address that was tried. Once, after finished().
  Result<Stream> take();

 private:
  friend class Connector;
  struct State;
  explicit ConnectAttempt(std::shared_ptr<State> state) noexcept;
  // Shared with the handlers of the operation under way, which complete after a cancellation.
  std::shared_ptr<State> state_;
};

class Connector {
 public:
  static constexpr std::chrono::seconds kFresh{5};

  // `io` outlives the connector; the connector outlives its attempts.
  Connector(IoContext& io, Address address);
  ~Connector();

  // `waiter` outlives the attempt.
  ConnectAttempt start(Waiter& waiter);

 private:
  friend struct ConnectAttempt::State;
  IoContext& io_;
  const Address address_;
  std::vector<StreamProtocol::endpoint> endpoints_;
  TimePoint resolved_at_{};
  bool is_name_ = false;
};

}  // namespace wayside::net
