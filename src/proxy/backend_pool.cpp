#include "proxy/backend_pool.hpp"

#include "wayside/tls/session.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace wayside::proxy {

BackendConnection::BackendConnection(BackendPool& pool, net::DeadlineWheel& wheel, net::Stream connected,
                                     net::AddressId address)
    : pool_(pool), stream_(std::move(connected)), address_(address), idle_deadline_(wheel, *this) {}

BackendConnection::~BackendConnection() {
  if (place_ == Place::kExchange)
    pool_.shard_.change({"wayside_backend_connections", "active"}, -1);
  else
    pool_.shard_.change({"wayside_backend_connections", "idle"}, -1);
}

void BackendConnection::wake() {
  const net::Stream::Peeked peeked = idle_deadline_.passed() ? net::Stream::Peeked::kEnd : stream_.peek();
  // The event may be about bytes that the last exchange has read.
  if (peeked == net::Stream::Peeked::kNothing) return stream_.watch_readable();
  if (peeked == net::Stream::Peeked::kBytes) pool_.note_unasked_bytes();
  pool_.drop(*this);
}

BackendSlot::~BackendSlot() {
  if (pool_ != nullptr) pool_->leave();
}

BackendTurn::BackendTurn(BackendPool& pool, net::Waiter& waiter) : pool_(pool), waiter_(waiter) {
  pool_.queue_.push_back(*this);
  if (pool_.queue_length_++ == 0 && !pool_.on_probation_.empty()) pool_.give_turns_behind_probation();
  pool_.shard_.change("wayside_backend_queue", +1);
  pool_.shard_.add("wayside_backend_queued_total");
}

BackendTurn::~BackendTurn() {
  if (!is_linked()) return;
  unlink();
  --pool_.queue_length_;
  pool_.shard_.change("wayside_backend_queue", -1);
}

BackendPool::BackendPool(net::ReadinessSet& readiness, net::DeadlineWheel& wheel, const net::Target& target,
                         metrics::Shard& shard, Limits limits)
    : readiness_(readiness),
      wheel_(wheel),
      shard_(shard),
      limits_(limits),
      connector_(readiness, target, [this] { retire(); }),
      probation_timer_(readiness.executor()) {}

BackendPool::~BackendPool() {
  close();
}

BackendSlot BackendPool::enter(SessionId session) noexcept {
  if (!queue_.empty()) return {};
  if (!on_probation_.empty()) end_probations(readiness_.woke_at());
  if (!has_room() && find_on_probation(session) == nullptr) {
    if (slots_ >= limits_.connections || !queue_is_full()) return {};
    drop(on_probation_.front());  // no request may wait for its end, as the queue is full
  }
  ++slots_;
  return BackendSlot(*this);
}

void BackendPool::leave() noexcept {
  --slots_;
  if (!queue_.empty()) give_turns();
}

// A request that is woken may leave at once, and so call this function from within the loop, which goes on.
void BackendPool::give_turns() noexcept {
  if (closed_ || std::exchange(gives_turns_, true)) return;
  if (!on_probation_.empty()) end_probations(readiness_.woke_at());
  while (has_room() && !queue_.empty()) {
    BackendTurn& next = queue_.front();
    queue_.pop_front();
    --queue_length_;
    shard_.change("wayside_backend_queue", -1);
    ++slots_;
    next.slot_ = BackendSlot(*this);
    next.waiter_.wake();
  }
  gives_turns_ = false;
  if (!queue_.empty() && !on_probation_.empty()) give_turns_behind_probation();
}

void BackendPool::give_turns_behind_probation() noexcept {
  try {
    probation_timer_.expires_at(on_probation_.front().idle_since_ + kProbation);
    probation_timer_.async_wait([this](const error_code& ec) {
      if (ec) return;
      readiness_.woke();
      end_probations(readiness_.woke_at());
      give_turns();
    });
  } catch (const std::bad_alloc&) {
    // The next request that leaves tries again; and the wait ends by timeouts.queue.
  }
}

net::ConnectAttempt BackendPool::connect(net::Waiter& waiter, Milliseconds limit) {
  while (!idle_.empty() && slots_ + on_probation_.size() + idle_.size() > limits_.connections)
    drop(idle_.back());
  return connector_.start(waiter, limit);
}

std::unique_ptr<BackendConnection> BackendPool::take(net::Waiter& waiter, SessionId session, TimePoint now) {
  connector_.refresh(now);
  if (!on_probation_.empty()) end_probations(now);
  std::unique_ptr<BackendConnection> connection;
  while (connection == nullptr && !idle_.empty()) {
    connection = take_out(idle_.front());
    if (!is_usable(*connection, now)) connection = nullptr;
  }
  if (connection == nullptr && !on_probation_.empty()) {
    if (BackendConnection* const its_own = find_on_probation(session)) connection = take_out(*its_own);
    if (connection != nullptr && !is_usable(*connection, now)) connection = nullptr;
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
    ++silent_probations_[static_cast<std::size_t>(connection.ending_)];
    connection.is_trusted_ = true;
    connection.place_ = BackendConnection::Place::kPool;
    idle_.push_front(connection);
  }
}

bool BackendPool::needs_probation(const BackendConnection& connection, Ending ending) const noexcept {
  if (connection.is_trusted_ && ending == Ending::kPlain) return false;
  return silent_probations_[static_cast<std::size_t>(ending)] < kEnoughProbations;
}

std::unique_ptr<BackendConnection> BackendPool::take_out(BackendConnection& connection) {
  Connections& connections = connections_in(connection.place_);
  connections.erase(connections.iterator_to(connection));
  connection.place_ = BackendConnection::Place::kExchange;
  shard_.change({"wayside_backend_connections", "idle"}, -1);
  shard_.change({"wayside_backend_connections", "active"}, +1);
  return std::unique_ptr<BackendConnection>(&connection);
}

BackendConnection* BackendPool::find_on_probation(SessionId session) noexcept {
  // The connection of a client that goes on at once is one of the last. Most backends are trusted soon, and
  // then no connection is on probation.
  constexpr int kLast = 256;
  int looked_at = 0;
  for (auto each = on_probation_.rbegin(); each != on_probation_.rend() && looked_at != kLast; ++each) {
    if (each->last_user_ == session) return &*each;
    ++looked_at;
  }
  return nullptr;
}

// Mostly, a backend closes or sends unasked bytes right behind its response. So a connection is looked at
// unless the kernel was asked since it became idle.
bool BackendPool::is_quiet(BackendConnection& connection, TimePoint now) {
  const auto since_woke = now - readiness_.woke_at();
  const bool is_known = since_woke >= Clock::duration::zero() && since_woke <= kJustNow &&
                        connection.stream_.is_known_quiet(connection.idle_since_);
  if (is_known) return true;
  const net::Stream::Peeked peeked = connection.stream_.peek();
  if (peeked == net::Stream::Peeked::kBytes) note_unasked_bytes();
  return peeked == net::Stream::Peeked::kNothing;
}

bool BackendPool::is_usable(BackendConnection& connection, TimePoint now) {
  return now < connection.idle_until_ && is_quiet(connection, now);
}

Milliseconds BackendPool::idle_time_of(const BackendConnection& connection) const noexcept {
  if (!connection.keep_alive_) return limits_.idle_timeout;
  const Milliseconds told = std::min<Milliseconds>(*connection.keep_alive_, kMaxKeepAlive);
  return std::max(told - kReserve, told / 2);
}

Result<std::unique_ptr<BackendConnection>> BackendPool::adopt(net::ConnectAttempt& finished,
                                                              net::Waiter& waiter) {
  auto stream = finished.take();
  if (!stream) {
    if (finished.failed_in_handshake()) count_handshake(tls::handshake_result(stream.error()));
    return stream.error();
  }
  if (const tls::Session* const session = stream->tls()) {
    count_handshake(tls::HandshakeResult::kOk);
    if (session->is_resumed()) shard_.add("wayside_backend_tls_resumed_total");
  }
  auto connection =
      std::make_unique<BackendConnection>(*this, wheel_, std::move(*stream), finished.address());
  shard_.add("wayside_backend_connects_total");
  shard_.change({"wayside_backend_connections", "active"}, +1);
  connection->stream_.set_waiter(&waiter);
  return connection;
}

void BackendPool::count_handshake(tls::HandshakeResult result) noexcept {
  shard_.add("wayside_backend_tls_handshakes_total", static_cast<metrics::ListedValue>(result));
}

void BackendPool::give_back(std::unique_ptr<BackendConnection> connection, const LastExchange& last) {
  if (closed_ || idle_.size() + on_probation_.size() >= kMaxIdle) return;
  connector_.note_alive();
  if (!connector_.is_current(connection->address_)) return;
  if (last.keep_alive) connection->keep_alive_ = last.keep_alive;
  connection->idle_until_ = last.received_at + idle_time_of(*connection);
  if (connection->idle_until_ <= readiness_.woke_at()) return;
  // A readable connection after the response ended was closed, or is out of step.
  if (connection->stream_.readable()) {
    const net::Stream::Peeked peeked = connection->stream_.peek();
    if (peeked == net::Stream::Peeked::kBytes) note_unasked_bytes();
    if (peeked != net::Stream::Peeked::kNothing) return;
  }
  using enum BackendConnection::Place;
  connection->is_reused_ = true;
  connection->ending_ = last.ending;
  connection->place_ = needs_probation(*connection, last.ending) ? kProbation : kPool;
  connection->last_user_ = last.session;
  shard_.change({"wayside_backend_connections", "active"}, -1);
  shard_.change({"wayside_backend_connections", "idle"}, +1);
  connection->stream_.set_waiter(connection.get());
  connection->stream_.watch_readable();
  connection->idle_since_ = readiness_.woke_at();
  connection->idle_deadline_.expire_at(connection->idle_until_);
  if (connection->place_ == kPool) {
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
  silent_probations_ = {};  // they were those of another backend
  for (Connections* connections : {&idle_, &on_probation_}) {
    connections->remove_and_dispose_if(
        [this](const BackendConnection& connection) { return !connector_.is_current(connection.address_); },
        [](BackendConnection* gone) { delete gone; });
  }
  if (!queue_.empty()) give_turns();
}

BackendPool::Connections& BackendPool::connections_in(BackendConnection::Place place) noexcept {
  return place == BackendConnection::Place::kProbation ? on_probation_ : idle_;
}

void BackendPool::drop(BackendConnection& connection) {
  Connections& connections = connections_in(connection.place_);
  connections.erase_and_dispose(connections.iterator_to(connection),
                                [](BackendConnection* gone) { delete gone; });
  if (!queue_.empty()) give_turns();
}

}  // namespace wayside::proxy
