// Connects to one address: a name, an IP literal or a unix path; and makes the TLS handshake there, where the
// target speaks TLS.
//
// A name is looked up again once its answer is kFresh old or connecting has failed, so a backend that moves
// is found without a restart. All attempts share a look-up. The old answer stays in use while a look-up runs
// or if it fails, and a look-up that hangs is soon joined by another. The addresses of a name are tried in
// turn, the last successful one first, each within its share of the time.
//
// A backend that refuses connections is most likely restarting. So an attempt repeats connecting until its
// time is up, provided that a connection succeeded before, and that the refusals have not lasted longer than
// that time.
//
// Used by the thread of the readiness set alone.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/base/result.hpp"
#include "wayside/net/readiness_set.hpp"
#include "wayside/net/stream.hpp"
#include "wayside/net/target.hpp"
#include "wayside/net/wakeup.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace wayside::net {

class Directory;

// Identifies an address of a name, while its connector lives.
enum class AddressId : std::uint64_t {};

// An attempt to connect, running from its construction. Destroying it cancels it.
class ConnectAttempt {
 public:
  ConnectAttempt(ConnectAttempt&&) noexcept;
  ConnectAttempt& operator=(ConnectAttempt&&) noexcept;
  ~ConnectAttempt();

  // The waiter is woken when this becomes true, never inside Connector::start().
  bool finished() const noexcept;

  // The stream, or the most telling error of the addresses tried. Called once, after finished().
  Result<Stream> take();
  // Whether the error of take() is that of a TLS handshake.
  bool failed_in_handshake() const noexcept;
  // The address of the stream's peer. Called after finished() without an error.
  AddressId address() const noexcept;

 private:
  friend class Connector;
  struct State;
  explicit ConnectAttempt(std::shared_ptr<State> state) noexcept;
  std::shared_ptr<State> state_;  // shared with its handlers in the io_context, which may outlive it
};

class Connector {
 public:
  static constexpr std::chrono::seconds kFresh{5};
  // Beyond this age, an attempt waits for a new answer, and uses the old one only if the look-up fails or
  // hangs.
  static constexpr std::chrono::seconds kUsable{60};
  // The minimum age of an answer before a failed attempt looks the name up again.
  static constexpr Milliseconds kLeastAge{250};

  // `set` outlives the connector; the connector outlives its attempts. `on_moved` is called from the
  // io_context when a new answer lacks an address of the previous one.
  Connector(ReadinessSet& set, const Target& target, std::function<void()> on_moved = {});
  ~Connector();

  // `waiter` outlives the attempt. `limit` is how long its owner will wait; the addresses share it. Throws
  // std::bad_alloc.
  ConnectAttempt start(Waiter& waiter, Milliseconds limit);

  // Called while traffic flows: looks the name up again in the background if the answer is kFresh old. The
  // answer stays in use if the look-up cannot start.
  void refresh(TimePoint now) noexcept;
  // Called when the backend has responded, which ends a period of refusals.
  void note_alive() noexcept;
  // Whether the last answer contains the address.
  bool is_current(AddressId address) const noexcept;

 private:
  friend class ConnectAttempt;
  std::shared_ptr<Directory> directory_;  // shared with the attempts
  const std::shared_ptr<const tls::ClientContext> tls_;
  const std::shared_ptr<tls::ClientSessions> sessions_ = std::make_shared<tls::ClientSessions>();
};

}  // namespace wayside::net
