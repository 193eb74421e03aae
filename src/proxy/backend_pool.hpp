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
// What stays silent for that long belongs to all.
//
// One thread only.
#pragma once

#include "wayside/base/address.hpp"
#include "wayside/metrics/shard.hpp"
#include "wayside/net/connector.hpp"
#include "wayside/net/deadline.hpp"
#include "wayside/net/stream.hpp"

#include <boost/intrusive/list.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace wayside::proxy {

class BackendPool;

// Tells the client connections of a worker apart, those that are gone included.
enum class SessionId : std::uint64_t {};

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
  bool is_trusted_ = false;  // its probation is over
  Place place_ = Place::kExchange;
  SessionId last_user_{};
  TimePoint idle_since_{};  // the turn of the readiness set in which it became idle
};

// What the response of an exchange tells about the bytes that may follow it.
enum class Ending : std::uint8_t {
  kPlain,
  kBodyLeftOut,  // HEAD, 204 or 304: some backends send one all the same, a moment later
};

class BackendPool {
 public:
  static constexpr std::size_t kMaxIdle = 512;
  static constexpr std::chrono::seconds kMaxIdleTime{60};
  static constexpr Milliseconds kProbation{10};

  // The references outlive the pool, which outlives its connections.
  BackendPool(net::ReadinessSet& readiness, net::DeadlineWheel& wheel, const Address& address,
              metrics::Shard& shard);
  ~BackendPool();

  // A waiting connection, or nullptr. `waiter` is woken by its events from now on. It is for a request of
  // `session`, and it is `now`.
  //
  // Something may have happened to a connection that the readiness set has not told us yet: the backend
  // closed it, or sent bytes behind its last response, which would be taken for the next one. So each
  // connection of which the kernel was not asked since it became idle, and kJustNow ago at most, is looked at
  // first, at the price of a system call.
  std::unique_ptr<BackendConnection> take(net::Waiter& waiter, SessionId session, TimePoint now);

  // A new connection within `limit`; give the attempt to adopt() once it has finished.
  net::ConnectAttempt connect(net::Waiter& waiter, Milliseconds limit) {
    return connector_.start(waiter, limit);
  }
  Result<std::unique_ptr<BackendConnection>> adopt(net::ConnectAttempt& finished, net::Waiter& waiter);

  // Takes a connection back whose exchange, of `session`, ended cleanly on both sides.
  void give_back(std::unique_ptr<BackendConnection> connection, SessionId session, Ending ending);

  // Closes what waits, and whatever is given back from now on.
  void close();

 private:
  friend class BackendConnection;
  using Connections = boost::intrusive::list<BackendConnection>;

  static constexpr std::chrono::microseconds kJustNow{100};

  Connections& connections_in(BackendConnection::Place place) noexcept;
  void end_probations(TimePoint now);
  // From its list, and no longer idle.
  std::unique_ptr<BackendConnection> take_out(BackendConnection& connection);
  std::unique_ptr<BackendConnection> take_from_probation(SessionId session);
  // Closes those that wait and lead to where the backend no longer is.
  void retire();
  bool is_quiet(BackendConnection& connection, TimePoint now);
  void drop(BackendConnection& connection);

  const net::ReadinessSet& readiness_;
  net::DeadlineWheel& wheel_;
  metrics::Shard& shard_;
  net::Connector connector_;
  // Owned, each in one of them. The one used last is in front of the idle, and at the back of those on
  // probation.
  Connections idle_;
  Connections on_probation_;
  bool closed_ = false;
};

}  // namespace wayside::proxy
