#include "proxy/backend_pool.hpp"

#include <utility>

namespace wayside::proxy {

BackendConnection::BackendConnection(BackendPool& pool, net::DeadlineWheel& wheel, net::Stream connected)
    : pool_(pool), stream_(std::move(connected)), idle_deadline_(wheel, *this) {}

BackendConnection::~BackendConnection() {
  pool_.shard_.backend_closed(is_idle_);
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
    : readiness_(readiness), wheel_(wheel), shard_(shard), connector_(readiness, address) {}

BackendPool::~BackendPool() {
  close();
}

std::unique_ptr<BackendConnection> BackendPool::take(net::Waiter& waiter) {
  while (!idle_.empty()) {
    std::unique_ptr<BackendConnection> connection(&idle_.front());
    idle_.pop_front();
    // What a backend does behind an answer, it does at once, mostly: close, or send what nobody asked for.
    if (!connection->stream_.is_known_quiet(connection->idle_since_) &&
        connection->stream_.peek() != net::Stream::Peeked::kNothing) {
      continue;
    }
    connection->idle_deadline_.clear();
    connection->stream_.set_waiter(&waiter);
    connection->is_idle_ = false;
    shard_.backend_became_busy();
    return connection;
  }
  return nullptr;
}

std::unique_ptr<BackendConnection> BackendPool::adopt(net::Stream connected, net::Waiter& waiter) {
  auto connection = std::make_unique<BackendConnection>(*this, wheel_, std::move(connected));
  shard_.backend_connected();
  connection->stream_.set_waiter(&waiter);
  return connection;
}

void BackendPool::give_back(std::unique_ptr<BackendConnection> connection) {
  if (closed_ || idle_.size() >= kMaxIdle) return;
  // Something to read after the response ended: closed, or out of step.
  if (connection->stream_.readable() && connection->stream_.peek() != net::Stream::Peeked::kNothing) return;
  connection->is_reused_ = true;
  connection->is_idle_ = true;
  shard_.backend_became_idle();
  connection->stream_.set_waiter(connection.get());
  connection->stream_.watch_readable();
  connection->idle_since_ = readiness_.woke_at();
  connection->idle_deadline_.expire_at(connection->idle_since_ + kMaxIdleTime);
  idle_.push_front(*connection.release());
}

void BackendPool::close() {
  closed_ = true;
  idle_.clear_and_dispose([](BackendConnection* connection) { delete connection; });
}

void BackendPool::drop(BackendConnection& connection) {
  idle_.erase_and_dispose(idle_.iterator_to(connection), [](BackendConnection* gone) { delete gone; });
}

}  // namespace wayside::proxy
