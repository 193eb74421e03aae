// One worker's connections to the backend: the idle ones, the right to have one, and the making of new ones.
//
// The connection used last is taken first: it is the least likely to be stale, and surplus ones grow old and
// are closed. An idle connection is watched: it is dropped when the backend closes it or sends bytes without
// a request. A connection to an address that the backend's name no longer has serves no further exchange.
//
// A request that the backend's idle timeout crosses on its way is lost if it may not be sent again. So a
// connection is kept for less than the backend keeps it: for the time that its responses tell in Keep-Alive,
// less kReserve, or else for Limits::idle_timeout.
//
// Bytes that come behind a response cannot be told from the next response once a request was sent. So a
// connection is on probation after its first response, and after each response of a kind that some backends
// send a misplaced body with: for kProbation only the client that got the response may use the connection.
// A connection that is silent for that long is for every client, and a backend whose connections were silent
// kEnoughProbations times in a row is trusted until one of them sends bytes without a request.
//
// One thread only.
#pragma once

#include "wayside/metrics/shard.hpp"
#include "wayside/net/connector.hpp"
#include "wayside/net/deadline.hpp"
#include "wayside/net/stream.hpp"
#include "wayside/net/target.hpp"
#include "wayside/net/types.hpp"
#include "wayside/tls/error.hpp"

#include <boost/intrusive/list.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace wayside::proxy {

class BackendPool;

// The number of a client connection of the worker; never used again.
enum class SessionId : std::uint64_t {};

// Whether bytes are to be expected behind a response.
enum class Ending : std::uint8_t {
  kPlain,
  kBodyLeftOut,  // a response without its body, to HEAD or with 204 or 304: some backends send one later
};

inline constexpr std::size_t kEndingCount = 2;

// The exchange that a connection has served.
struct LastExchange {
  SessionId session{};
  Ending ending = Ending::kPlain;
  // When bytes of the backend came last: it counts its idle time from then on, or from before.
  TimePoint received_at{};
  std::optional<std::chrono::seconds> keep_alive{};  // http::keep_alive_timeout() of the response
};

// One connection to the backend, owned by an exchange or by the pool.
class BackendConnection final : private net::Waiter, public boost::intrusive::list_base_hook<> {
 public:
  BackendConnection(BackendPool& pool, net::DeadlineWheel& wheel, net::Stream connected,
                    net::AddressId address);
  ~BackendConnection();

  net::Stream& stream() noexcept { return stream_; }
  // Whether it served an exchange before: then it may have gone stale, and its failure may not be due to the
  // request.
  bool is_reused() const noexcept { return is_reused_; }

 private:
  friend class BackendPool;
  enum class Place : std::uint8_t { kExchange, kProbation, kPool };

  void wake() override;  // while it is idle: an event of its stream, or its deadline

  BackendPool& pool_;
  net::Stream stream_;
  const net::AddressId address_;
  net::Deadline idle_deadline_;
  TimePoint idle_until_{};                          // idle_deadline_ passes later: it is coarse
  std::optional<std::chrono::seconds> keep_alive_;  // as the backend told last
  bool is_reused_ = false;
  bool is_trusted_ = false;  // it has passed a probation
  Place place_ = Place::kExchange;
  SessionId last_user_{};
  Ending ending_ = Ending::kPlain;  // of its last exchange
  TimePoint idle_since_{};          // when the turn began in which it became idle
};

// The right to one of backend.max_connections: an exchange holds it from before it takes or makes a
// connection until the connection is given back or closed. The pool outlives the slot.
class BackendSlot {
 public:
  BackendSlot() noexcept = default;  // no right
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

// A place in the queue for a slot, from its construction on; the queue is served in order.
class BackendTurn
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  // Both outlive the turn. The waiter is woken when the turn comes.
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
    Milliseconds idle_timeout{std::chrono::seconds{4}};
  };

  static constexpr std::size_t kMaxIdle = 512;
  // However long the backend says that it keeps a connection: a network may forget an idle one.
  static constexpr Milliseconds kMaxKeepAlive{std::chrono::minutes{1}};
  // For the way of a request to the backend, and for clocks that tick apart.
  static constexpr Milliseconds kReserve{std::chrono::seconds{1}};
  static constexpr Milliseconds kProbation{10};

  // The references outlive the pool, which outlives its connections.
  BackendPool(net::ReadinessSet& readiness, net::DeadlineWheel& wheel, const net::Target& target,
              metrics::Shard& shard, Limits limits);
  ~BackendPool();

  // A slot for a request of `session`. An empty one where the backend has as many connections as it may, or
  // where other requests wait for one: the request then waits with a BackendTurn, unless the queue is full.
  BackendSlot enter(SessionId session) noexcept;
  bool queue_is_full() const noexcept { return queue_length_ >= limits_.queue; }

  // The functions below are for the holder of a slot.

  // An idle connection for a request of `session`, or nullptr. Its events wake `waiter` from then on. `now`
  // is the present time, or the time at which the request came.
  //
  // Something may have happened to a connection that the readiness set has not told us yet: the backend
  // closed it, or sent bytes behind its last response, which would be taken for the next one. So each
  // connection of which the kernel was not asked since it became idle, and kJustNow ago at most, is looked at
  // first, at the price of a system call.
  std::unique_ptr<BackendConnection> take(net::Waiter& waiter, SessionId session, TimePoint now);

  // A new connection within `limit`; give the attempt to adopt() once it has finished.
  net::ConnectAttempt connect(net::Waiter& waiter, Milliseconds limit);
  Result<std::unique_ptr<BackendConnection>> adopt(net::ConnectAttempt& finished, net::Waiter& waiter);

  // Takes a connection back whose exchange ended cleanly on both sides.
  void give_back(std::unique_ptr<BackendConnection> connection, const LastExchange& last);

  // Bytes came behind a response: no connection is trusted any more.
  void note_unasked_bytes() noexcept { silent_probations_ = {}; }

  // Closes the idle connections, and each that is given back from then on. No turn comes any more.
  void close();

 private:
  friend class BackendConnection;
  friend class BackendSlot;
  friend class BackendTurn;
  using Connections = boost::intrusive::list<BackendConnection>;

  static constexpr std::chrono::microseconds kJustNow{100};
  // Probations in a row without a byte, after which all connections are trusted.
  static constexpr std::uint32_t kEnoughProbations = 32;

  // Whether one more connection may be in use. Those on probation count as used: most requests may not take
  // them.
  bool has_room() const noexcept { return slots_ + on_probation_.size() < limits_.connections; }
  void leave() noexcept;
  void count_handshake(tls::HandshakeResult result) noexcept;
  void give_turns() noexcept;
  void give_turns_behind_probation() noexcept;
  BackendConnection* find_on_probation(SessionId session) noexcept;
  bool needs_probation(const BackendConnection& connection, Ending ending) const noexcept;
  Connections& connections_in(BackendConnection::Place place) noexcept;
  void end_probations(TimePoint now);
  // Removes the connection from its list; it is busy from then on.
  std::unique_ptr<BackendConnection> take_out(BackendConnection& connection);
  // Closes idle connections to addresses that the backend no longer has.
  void retire();
  bool is_quiet(BackendConnection& connection, TimePoint now);
  // Whether it may serve an exchange.
  bool is_usable(BackendConnection& connection, TimePoint now);
  Milliseconds idle_time_of(const BackendConnection& connection) const noexcept;
  void drop(BackendConnection& connection);

  net::ReadinessSet& readiness_;
  net::DeadlineWheel& wheel_;
  metrics::Shard& shard_;
  const Limits limits_;
  net::Connector connector_;
  std::size_t slots_ = 0;  // held at present
  boost::intrusive::list<BackendTurn, boost::intrusive::constant_time_size<false>> queue_;
  std::size_t queue_length_ = 0;
  bool gives_turns_ = false;
  net::Timer probation_timer_;                                   // runs while a turn waits for its end
  std::array<std::uint32_t, kEndingCount> silent_probations_{};  // in a row, by Ending
  // Owned; each connection is in one of the lists. The one used last is in front of idle_, and at the back of
  // on_probation_.
  Connections idle_;
  Connections on_probation_;
  bool closed_ = false;
};

}  // namespace wayside::proxy
