// One worker's connections to the backend: those that wait for work, and how new ones are made.
//
// The connection used last is taken first: it is the least likely to be stale, and those that are not needed
// grow old and go. A waiting connection is watched: if the backend closes it, or says something that nobody
// asked for, it is gone before an exchange can trip over it.
//
// One thread only.
#pragma once

#include "wayside/base/address.hpp"
#include "wayside/metrics/shard.hpp"
#include "wayside/net/connector.hpp"
#include "wayside/net/deadline.hpp"
#include "wayside/net/stream.hpp"

#include <boost/intrusive/list.hpp>

#include <cstddef>
#include <memory>

namespace wayside::proxy {

class BackendPool;

// One connection to the backend, owned by an exchange or by the pool.
class BackendConnection final : private net::Waiter, public boost::intrusive::list_base_hook<> {
 public:
  BackendConnection(BackendPool& pool, net::DeadlineWheel& wheel, net::Stream connected);
  ~BackendConnection();

  net::Stream& stream() noexcept { return stream_; }
  // Whether it served an exchange before: then it may have gone stale, and a failure may be no fault of the
  // request.
  bool is_reused() const noexcept { return is_reused_; }

 private:
  friend class BackendPool;
  void wake() override;  // while it waits: something happened to it

  BackendPool& pool_;
  net::Stream stream_;
  net::Deadline idle_deadline_;
  bool is_reused_ = false;
  bool is_idle_ = false;
  TimePoint idle_since_{};  // the turn of the readiness set in which it became idle
};

class BackendPool {
 public:
  static constexpr std::size_t kMaxIdle = 512;
  static constexpr std::chrono::seconds kMaxIdleTime{60};

  // The references outlive the pool, which outlives its connections.
  BackendPool(net::ReadinessSet& readiness, net::DeadlineWheel& wheel, const Address& address,
              metrics::Shard& shard);
  ~BackendPool();

  // A waiting connection, or nullptr. `waiter` is woken by its events from now on.
  //
  // Something may have happened to a connection that the readiness set has not told us yet: the backend
  // closed it, or sent bytes behind its last response, which would be taken for the next one. So each
  // connection of which the kernel was not asked since it became idle is looked at first, at the price of a
  // system call.
  std::unique_ptr<BackendConnection> take(net::Waiter& waiter);

  // A new connection within `limit`; give what comes of it to adopt().
  net::ConnectAttempt connect(net::Waiter& waiter, Milliseconds limit) {
    return connector_.start(waiter, limit);
  }
  std::unique_ptr<BackendConnection> adopt(net::Stream connected, net::Waiter& waiter);

  // Takes a connection back whose exchange ended cleanly on both sides.
  void give_back(std::unique_ptr<BackendConnection> connection);

  // Whether a name is being looked up; see net::Connector.
  bool is_looking_up() const noexcept { return connector_.is_looking_up(); }

  // Closes what waits, and whatever is given back from now on.
  void close();

 private:
  friend class BackendConnection;
  void drop(BackendConnection& connection);

  const net::ReadinessSet& readiness_;
  net::DeadlineWheel& wheel_;
  metrics::Shard& shard_;
  net::Connector connector_;
  boost::intrusive::list<BackendConnection> idle_;  // owned; the one used last in front
  bool closed_ = false;
};

}  // namespace wayside::proxy
