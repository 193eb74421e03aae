#include "wayside/net/connector.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace wayside::net {
namespace {

using boost::asio::ip::tcp;

constexpr Milliseconds kRetryFullQueueAfter{10};

}  // namespace

struct ConnectAttempt::State : std::enable_shared_from_this<ConnectAttempt::State> {
  State(Connector& owner, Waiter& to_wake, Milliseconds time_limit)
      : connector(owner),
        waiter(&to_wake),
        deadline(Clock::now() + time_limit),
        socket(owner.io_.get_executor()),
        timer(owner.io_.get_executor()) {}

  // Runs a step that may throw bad_alloc inside an event handler.
  template <class Step>
  void guarded(Step step) {
    if (waiter == nullptr || is_finished) return;
    try {
      step();
    } catch (const std::exception&) {
      finish(boost::asio::error::no_memory);
    }
  }

  void begin(std::vector<StreamProtocol::endpoint> endpoints) {
    candidates = std::move(endpoints);
    try_next();
  }

  void try_next() {
    if (next == candidates.size()) return finish(last_error);
    const StreamProtocol::endpoint& endpoint = candidates[next++];
    error_code ignored;
    socket.close(ignored);
    socket.async_connect(endpoint, [self = shared_from_this()](const error_code& ec) {
      self->guarded([&] { self->on_connect(ec); });
    });
    if (next == candidates.size()) return;  // the last one may have all the time that is left
    const auto addresses_left = static_cast<Clock::rep>(candidates.size() - next + 1);
    timer.expires_after((deadline - Clock::now()) / addresses_left);
    timer.async_wait([self = shared_from_this(), attempt = next](const error_code& ec) {
      // Closing ends the connect under way, whose handler tries the next address. A timer that had already
      // expired when it was cancelled must not hit that one.
      error_code none;
      if (!ec && self->next == attempt && !self->is_finished) self->socket.close(none);
    });
  }

  void on_connect(error_code ec) {
    timer.cancel();
    // The queue of a unix socket that is full says EAGAIN, which Asio takes for "under way" and then for
    // success.
    error_code not_connected;
    if (!ec) socket.remote_endpoint(not_connected);
    if (not_connected == boost::asio::error::not_connected) return retry_later();
    if (!ec) {
      connector.prefer(candidates[next - 1]);
      return finish({});
    }
    last_error = ec == boost::asio::error::operation_aborted ? error_code(boost::asio::error::timed_out) : ec;
    try_next();
  }

  void retry_later() {
    --next;
    timer.expires_after(kRetryFullQueueAfter);
    timer.async_wait([self = shared_from_this()](const error_code& ec) {
      if (!ec) self->guarded([&] { self->try_next(); });
    });
  }

  void finish(error_code ec) {
    last_error = ec;
    is_finished = true;
    waiter->wake();
  }

  void give_up() {
    waiter = nullptr;
    error_code ignored;
    socket.close(ignored);
    timer.cancel();
  }

  Connector& connector;
  Waiter* waiter;  // nullptr: the attempt was given up, its handlers do nothing
  const TimePoint deadline;
  StreamSocket socket;
  boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Executor> timer;
  std::vector<StreamProtocol::endpoint> candidates;
  std::size_t next = 0;
  error_code last_error = boost::asio::error::host_not_found;
  bool is_finished = false;
};

ConnectAttempt::ConnectAttempt(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}
ConnectAttempt::ConnectAttempt(ConnectAttempt&&) noexcept = default;
ConnectAttempt& ConnectAttempt::operator=(ConnectAttempt&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}
ConnectAttempt::~ConnectAttempt() {
  if (state_ != nullptr) state_->give_up();
}

bool ConnectAttempt::finished() const noexcept {
  return state_->is_finished;
}

Result<Stream> ConnectAttempt::take() {
  if (state_->last_error) return state_->last_error;
  return Stream(std::move(state_->socket));
}

Connector::Connector(IoContext& io, Address address) : io_(io), address_(std::move(address)) {
  if (address_.is_unix()) {
    endpoints_.emplace_back(boost::asio::local::stream_protocol::endpoint(address_.unix_path));
    return;
  }
  error_code ec;
  const boost::asio::ip::address literal = boost::asio::ip::make_address(address_.host, ec);
  if (ec) {
    lookup_.emplace(io_, address_.host, address_.port);
  } else {
    endpoints_.emplace_back(tcp::endpoint(literal, address_.port));
  }
}

Connector::~Connector() = default;

ConnectAttempt Connector::start(Waiter& waiter, Milliseconds limit) {
  auto state = std::make_shared<ConnectAttempt::State>(*this, waiter, limit);
  ConnectAttempt attempt(state);  // gives up if what follows throws
  const auto age = Clock::now() - looked_up_at_;
  const bool was_looked_up = !endpoints_.empty();
  if (!lookup_ || (was_looked_up && age < kUsable)) {
    state->begin(endpoints_);
  } else {
    waiting_.push_back(state);
  }
  if (lookup_ && (!was_looked_up || age >= kFresh) && !lookup_->is_under_way()) look_up();
  return attempt;
}

void Connector::look_up() {
  lookup_->start([this](Result<NameLookup::Endpoints> found) {
    if (found) {
      looked_up_at_ = Clock::now();
      endpoints_ = std::move(*found);
      if (preferred_) prefer(*preferred_);
    }
    // Each is gone from the list before it is woken, for it may start the next.
    const auto waiting = std::exchange(waiting_, {});
    for (const auto& state : waiting) {
      state->guarded([&] { endpoints_.empty() ? state->finish(found.error()) : state->begin(endpoints_); });
    }
  });
}

void Connector::prefer(const StreamProtocol::endpoint& endpoint) {
  preferred_ = StreamProtocol::endpoint(endpoint);  // which may be the old one itself
  const auto found = std::find(endpoints_.begin(), endpoints_.end(), endpoint);
  if (found != endpoints_.end()) std::rotate(endpoints_.begin(), found, found + 1);
}

}  // namespace wayside::net
