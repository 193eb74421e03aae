// Connecting to one address, by name, literal or unix path.
//
// A name is looked up again once the last answer is kFresh old, and where connecting failed, so a backend
// that moves is found without a restart. One look-up serves all who wait for it, and while a new one is under
// way, or fails, the old answer stays in use. A look-up that hangs holds up nobody: another one begins soon.
// The addresses of a name are tried in turn, the one that worked last first, and none may use up the time of
// the others.
//
// A backend that refuses connections is most likely being started anew. So an attempt goes on trying until
// its time is over, provided that a connection stood before, and that the refusals have not lasted for longer
// than that.
//
// One thread only: that of the set.
#pragma once

#include "wayside/base/address.hpp"
#include "wayside/base/clock.hpp"
#include "wayside/base/result.hpp"
#include "wayside/net/readiness_set.hpp"
#include "wayside/net/stream.hpp"
#include "wayside/net/wakeup.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace wayside::net {

// Tells the addresses of a name apart, for as long as its connector lives.
enum class AddressId : std::uint64_t {};

// One attempt to connect, under way from the start. Destroying it gives up.
class ConnectAttempt {
 public:
  ConnectAttempt(ConnectAttempt&&) noexcept;
  ConnectAttempt& operator=(ConnectAttempt&&) noexcept;
  ~ConnectAttempt();

  // The waiter is woken when this becomes true, but never from within Connector::start.
  bool finished() const noexcept;

  // The stream, or the error that says most where several addresses were tried. Once, after finished().
  Result<Stream> take();
  // To which the stream leads. After finished() without an error.
  AddressId address() const noexcept;

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
  // However often connecting fails, a name is not looked up again before an answer is that old.
  static constexpr Milliseconds kLeastAge{250};

  // `set` outlives the connector; the connector outlives its attempts. `on_moved` is called from the
  // io_context when an answer lacks an address that the answer before had.
  Connector(ReadinessSet& set, const Address& address, std::function<void()> on_moved = {});
  ~Connector();

  // `waiter` outlives the attempt. `limit` is how long its owner means to wait: the addresses share it.
  // Throws std::bad_alloc.
  ConnectAttempt start(Waiter& waiter, Milliseconds limit);

  // Traffic flows, so the address matters: looks the name up again, in the background, where the answer is
  // kFresh old. Where that cannot be done, the answer stays in use.
  void refresh(TimePoint now) noexcept;
  // The backend has answered: what it refused before is over.
  void note_alive() noexcept;
  // Whether the last answer has the address.
  bool is_current(AddressId address) const noexcept;

 private:
  friend class ConnectAttempt;
  class Directory;
  std::shared_ptr<Directory> directory_;  // shared with the attempts
};

}  // namespace wayside::net
