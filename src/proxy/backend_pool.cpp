#include "proxy/backend_pool.hpp"

#include <utility>

namespace wayside::proxy {

BackendConnection::BackendConnection(BackendPool& pool, net::DeadlineWheel& wheel, net::Stream connected,
                                     net::AddressId address)
    : pool_(pool), stream_(std::move(connected)), address_(address), idle_deadline_(wheel, *this) {}

BackendConnection::~BackendConnection() {
  pool_.shard_.backend_closed(place_ != Place::kExchange);
}

void BackendConnection::wake() {
  // The event may be of what the last exchange has read.
  if (!idle_deadline_.passed() && stream_.peek() == net::Stream::Peeked::kNothing) {
    return stream_.watch_readable();
  }
  pool_.drop(*this);
}

BackendPool::BackendPool(net::ReadinessSet& readiness, net::DeadlineWheel& wheel, const Address& address,
                         metrics::Shard& shard)
    : readiness_(readiness),
      wheel_(wheel),
      shard_(shard),
      connector_(readiness, address, [this] { retire(); }) {}

BackendPool::~BackendPool() {
  close();
}

std::unique_ptr<BackendConnection> BackendPool::take(net::Waiter& waiter, SessionId session, TimePoint now) {
  connector_.refresh(now);
  if (!on_probation_.empty()) end_probations(now);
  std::unique_ptr<BackendConnection> connection;
  while (connection == nullptr && !idle_.empty()) {
    connection = take_out(idle_.front());
    if (!is_quiet(*connection, now)) connection = nullptr;
  }
  if (connection == nullptr && !on_probation_.empty()) {
    connection = take_from_probation(session);
    if (connection != nullptr && !is_quiet(*connection, now)) connection = nullptr;
  }
  if (connection != nullptr) {
    connection->idle_deadline_.clear();
    connection->stream_.set_waiter(&waiter);
  }
  return connection;
}

void BackendPool::end_probations(TimePoint now) {
  while (!on_probation_.empty() && on_probation_.front().idle_since_ + kProbation <= now) {
    BackendConnection& connection = on_probation_.front();
    on_probation_.pop_front();
    connection.is_trusted_ = true;
    connection.place_ = BackendConnection::Place::kPool;
    idle_.push_front(connection);
  }
}

std::unique_ptr<BackendConnection> BackendPool::take_out(BackendConnection& connection) {
  Connections& connections = connections_in(connection.place_);
  connections.erase(connections.iterator_to(connection));
  connection.place_ = BackendConnection::Place::kExchange;
  shard_.backend_became_busy();
  return std::unique_ptr<BackendConnection>(&connection);
}

std::unique_ptr<BackendConnection> BackendPool::take_from_probation(SessionId session) {
  // That of a client who goes on at once is one of the last.
  constexpr int kLast = 16;
  int looked_at = 0;
  for (auto each = on_probation_.rbegin(); each != on_probation_.rend() && looked_at != kLast; ++each) {
    if (each->last_user_ == session) return take_out(*each);
    ++looked_at;
  }
  return nullptr;
}

// What a backend does behind an answer, it does at once, mostly: close, or send what nobody asked for.
bool BackendPool::is_quiet(BackendConnection& connection, TimePoint now) {
  const bool is_known =
      now - readiness_.woke_at() <= kJustNow && connection.stream_.is_known_quiet(connection.idle_since_);
  return is_known || connection.stream_.peek() == net::Stream::Peeked::kNothing;
}

Result<std::unique_ptr<BackendConnection>> BackendPool::adopt(net::ConnectAttempt& finished,
                                                              net::Waiter& waiter) {
  auto stream = finished.take();
  if (!stream) return stream.error();
  auto connection =
      std::make_unique<BackendConnection>(*this, wheel_, std::move(*stream), finished.address());
  shard_.backend_connected();
  connection->stream_.set_waiter(&waiter);
  return connection;
}

void BackendPool::give_back(std::unique_ptr<BackendConnection> connection, SessionId session, Ending ending) {
  if (closed_ || idle_.size() + on_probation_.size() >= kMaxIdle) return;
  if (!connector_.is_current(connection->address_)) return;
  // Something to read after the response ended: closed, or out of step.
  if (connection->stream_.readable() && connection->stream_.peek() != net::Stream::Peeked::kNothing) return;
  using enum BackendConnection::Place;
  if (ending == Ending::kBodyLeftOut) connection->is_trusted_ = false;
  connection->is_reused_ = true;
  connection->place_ = connection->is_trusted_ ? kPool : kProbation;
  connection->last_user_ = session;
  shard_.backend_became_idle();
  connection->stream_.set_waiter(connection.get());
  connection->stream_.watch_readable();
  connection->idle_since_ = readiness_.woke_at();
  connection->idle_deadline_.expire_at(connection->idle_since_ + kMaxIdleTime);
  if (connection->is_trusted_) {
    idle_.push_front(*connection.release());
  } else {
    on_probation_.push_back(*connection.release());
  }
}

void BackendPool::close() {
  closed_ = true;
  for (Connections* connections : {&idle_, &on_probation_})
    connections->clear_and_dispose([](BackendConnection* connection) { delete connection; });
}

void BackendPool::retire() {
  for (Connections* connections : {&idle_, &on_probation_}) {
    connections->remove_and_dispose_if(
        [this](const BackendConnection& connection) { return !connector_.is_current(connection.address_); },
        [](BackendConnection* gone) { delete gone; });
  }
}

BackendPool::Connections& BackendPool::connections_in(BackendConnection::Place place) noexcept {
  return place == BackendConnection::Place::kProbation ? on_probation_ : idle_;
}

void BackendPool::drop(BackendConnection& connection) {
  Connections& connections = connections_in(connection.place_);
  connections.erase_and_dispose(connections.iterator_to(connection),
                                [](BackendConnection* gone) { delete gone; });
}

}  // namespace wayside::proxy
