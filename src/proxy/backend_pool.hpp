// One worker's connections to the backend: those that wait for work, and how new ones are made.
//
// The connection used last is taken first: it is the least likely to be stale, and those that are not needed
// grow old and go. A waiting connection is watched: if the backend closes it, or says something that nobody
// asked for, it is gone before an exchange can trip over it. One to an address that the backend's name has no
// longer serves no further exchange.
//
// Bytes that come behind a response are indistinguishable from the next one once a request was sent. So a
// connection is on probation behind its first response, and behind those that backends are known to send a
// body with that has no place there: for kProbation only the client who got that response may use it again.
// What stays silent for that long belongs to all, and a backend whose connections did so often is trusted,
// until one of them speaks unasked.
//
// One thread only.
#pragma once

#include "wayside/base/address.hpp"
#include "wayside/metrics/shard.hpp"
#include "wayside/net/connector.hpp"
#include "wayside/net/deadline.hpp"
#include "wayside/net/stream.hpp"
#include "wayside/net/types.hpp"

#include <boost/intrusive/list.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace wayside::proxy {

class BackendPool;

// Tells the client connections of a worker apart, those that are gone included.
enum class SessionId : std::uint64_t {};

// What the response of an exchange tells about the bytes that may follow it.
enum class Ending : std::uint8_t {
  kPlain,
  kBodyLeftOut,  // HEAD, 204 or 304: some backends send one all the same, a moment later
};

inline constexpr std::size_t kEndingCount = 2;

// One connection to the backend, owned by an exchange or by the pool.
class BackendConnection final : private net::Waiter, public boost::intrusive::list_base_hook<> {
 public:
  BackendConnection(BackendPool& pool, net::DeadlineWheel& wheel, net::Stream connected,
                    net::AddressId address);
  ~BackendConnection();

  net::Stream& stream() noexcept { return stream_; }
  // Whether it served an exchange before: then it may have gone stale, and a failure may be no fault of the
  // request.
  bool is_reused() const noexcept { return is_reused_; }

 private:
  friend class BackendPool;
  enum class Place : std::uint8_t { kExchange, kProbation, kPool };

  void wake() override;  // while it waits: something happened to it

  BackendPool& pool_;
  net::Stream stream_;
  const net::AddressId address_;
  net::Deadline idle_deadline_;
  bool is_reused_ = false;
  bool is_trusted_ = false;  // it has passed a probation
  Place place_ = Place::kExchange;
  SessionId last_user_{};
  Ending ending_ = Ending::kPlain;  // of its last exchange
  TimePoint idle_since_{};          // the turn of the readiness set in which it became idle
};

// The right to one connection to the backend, of those that there may be: held by an exchange from before it
// takes or makes one until the connection is given back or closed. Its pool outlives it.
class BackendSlot {
 public:
  BackendSlot() noexcept = default;  // none
  BackendSlot(BackendSlot&& other) noexcept : pool_(std::exchange(other.pool_, nullptr)) {}
  BackendSlot& operator=(BackendSlot&& other) noexcept {
    std::swap(pool_, other.pool_);
    return *this;
  }
  ~BackendSlot();

  explicit operator bool() const noexcept { return pool_ != nullptr; }

 private:
  friend class BackendPool;
  explicit BackendSlot(BackendPool& pool) noexcept : pool_(&pool) {}
  BackendPool* pool_ = nullptr;
};

// A place in the queue for a slot, from its construction on. First come, first served.
class BackendTurn
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  // Both outlive the turn; the waiter is woken when it comes.
  BackendTurn(BackendPool& pool, net::Waiter& waiter);
  ~BackendTurn();
  BackendTurn(const BackendTurn&) = delete;
  BackendTurn& operator=(const BackendTurn&) = delete;

  bool has_come() const noexcept { return static_cast<bool>(slot_); }
  // Once, after has_come().
  BackendSlot take() noexcept { return std::move(slot_); }

 private:
  friend class BackendPool;
  BackendPool& pool_;
  net::Waiter& waiter_;
  BackendSlot slot_;
};

class BackendPool {
 public:
  struct Limits {
    std::size_t connections = ~std::size_t{0};
    std::size_t queue = ~std::size_t{0};
  };

  static constexpr std::size_t kMaxIdle = 512;
  static constexpr std::chrono::seconds kMaxIdleTime{60};
  static constexpr Milliseconds kProbation{10};

  // The references outlive the pool, which outlives its connections.
  BackendPool(net::ReadinessSet& readiness, net::DeadlineWheel& wheel, const Address& address,
              metrics::Shard& shard, Limits limits);
  ~BackendPool();

  // A slot for a request of `session`. None where the backend has as many connections as it may, or where
  // other requests wait for one: the request then waits with a BackendTurn, unless the queue is full.
  BackendSlot enter(SessionId session) noexcept;
  bool queue_is_full() const noexcept { return queue_length_ >= limits_.queue; }

  // The holder of a slot may call these.

  // A waiting connection for a request of `session`, or nullptr. `waiter` is woken by its events from then
  // on. `now` is the present time, or that at which the request came.
  //
  // Something may have happened to a connection that the readiness set has not told us yet: the backend
  // closed it, or sent bytes behind its last response, which would be taken for the next one. So each
  // connection of which the kernel was not asked since it became idle, and kJustNow ago at most, is looked at
  // first, at the price of a system call.
  std::unique_ptr<BackendConnection> take(net::Waiter& waiter, SessionId session, TimePoint now);

  // A new connection within `limit`; give the attempt to adopt() once it has finished.
  net::ConnectAttempt connect(net::Waiter& waiter, Milliseconds limit);
  Result<std::unique_ptr<BackendConnection>> adopt(net::ConnectAttempt& finished, net::Waiter& waiter);

  // Takes a connection back whose exchange, of `session`, ended cleanly on both sides.
  void give_back(std::unique_ptr<BackendConnection> connection, SessionId session, Ending ending);

  // A response came with bytes behind it: no connection is trusted any more.
  void note_unasked_bytes() noexcept { silent_probations_ = {}; }

  // Closes the waiting connections, and each that is given back from then on. No turn comes any more.
  void close();

 private:
  friend class BackendConnection;
  friend class BackendSlot;
  friend class BackendTurn;
  using Connections = boost::intrusive::list<BackendConnection>;

  static constexpr std::chrono::microseconds kJustNow{100};
  // So many in a row are enough for all connections to be trusted.
  static constexpr std::uint32_t kEnoughProbations = 32;

  // Whether there may be one more connection that somebody uses. Those on probation are no use to most.
  bool has_room() const noexcept { return slots_ + on_probation_.size() < limits_.connections; }
  void leave() noexcept;
  void give_turns() noexcept;
  void give_turns_behind_probation() noexcept;
  BackendConnection* find_on_probation(SessionId session) noexcept;
  bool needs_probation(const BackendConnection& connection, Ending ending) const noexcept;
  Connections& connections_in(BackendConnection::Place place) noexcept;
  void end_probations(TimePoint now);
  // From its list, and no longer idle.
  std::unique_ptr<BackendConnection> take_out(BackendConnection& connection);
  // Closes those that wait and lead to where the backend no longer is.
  void retire();
  bool is_quiet(BackendConnection& connection, TimePoint now);
  void drop(BackendConnection& connection);

  net::ReadinessSet& readiness_;
  net::DeadlineWheel& wheel_;
  metrics::Shard& shard_;
  const Limits limits_;
  net::Connector connector_;
  std::size_t slots_ = 0;  // that are held
  boost::intrusive::list<BackendTurn, boost::intrusive::constant_time_size<false>> queue_;
  std::size_t queue_length_ = 0;
  bool gives_turns_ = false;
  net::Timer probation_timer_;                                   // while somebody waits for the end of one
  std::array<std::uint32_t, kEndingCount> silent_probations_{};  // in a row, by what was before
  // Owned, each in one of them. The one used last is in front of the idle, and at the back of those on
  // probation.
  Connections idle_;
  Connections on_probation_;
  bool closed_ = false;
};

}  // namespace wayside::proxy
