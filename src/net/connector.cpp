#include "wayside/net/connector.hpp"

#include "wayside/net/event_loop.hpp"
#include "wayside/net/timer.hpp"

#include "net/last_error.hpp"
#include "net/open_socket.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cerrno>
#include <new>
#include <sys/socket.h>
#include <utility>

namespace wayside::net {
namespace {

using boost::asio::ip::tcp;

constexpr Milliseconds kRetryFullQueueAfter{10};

// No error: connected, or on the way.
error_code begin_connecting(const Descriptor& socket, const StreamProtocol::endpoint& endpoint) noexcept {
  const auto size = static_cast<socklen_t>(endpoint.size());
  // A connect that a signal interrupts goes on (connect(2), EINTR).
  if (::connect(socket.number(), endpoint.data(), size) == 0 || errno == EINPROGRESS || errno == EINTR)
    return {};
  return last_error();
}

}  // namespace

struct ConnectAttempt::State final : Waiter {
  State(Connector& owner, Waiter& to_wake, Milliseconds time_limit)
      : connector(owner),
        waiter(to_wake),
        deadline(Clock::now() + time_limit),
        timer(owner.loop_, [this] { guarded([&] { try_next(); }); }) {}

  // Runs a step that may throw bad_alloc inside an event handler. The attempt may be gone when it returns.
  template <class Step>
  void guarded(Step step) {
    try {
      step();
    } catch (const boost::system::system_error& error) {
      finish(error.code());
    } catch (const std::bad_alloc&) {
      finish(boost::asio::error::no_memory);
    }
  }

  void begin(std::vector<StreamProtocol::endpoint> endpoints) {
    candidates = std::move(endpoints);
    try_next();
  }

  // The timer comes back here when the address has had its share of the time, and at once if it fails at
  // once: nobody is woken from within Connector::start.
  void try_next() {
    if (next == candidates.size()) return finish(last_error_seen);
    last_error_seen = boost::asio::error::timed_out;
    stream.reset();
    if (const error_code ec = try_address(candidates[next++])) {
      // The queue of a unix socket is full (connect(2), EAGAIN).
      const bool is_full = ec == boost::asio::error::try_again;
      if (is_full) --next;
      last_error_seen = ec;
      timer.set(Clock::now() + (is_full ? kRetryFullQueueAfter : Milliseconds(0)));
      return;
    }
    if (next == candidates.size()) return timer.cancel();  // the last one may have all the time that is left
    const auto addresses_left = static_cast<Clock::rep>(candidates.size() - next + 1);
    const TimePoint now = Clock::now();
    timer.set(now + (deadline - now) / addresses_left);
  }

  error_code try_address(const StreamProtocol::endpoint& endpoint) {
    Result<Descriptor> socket = open_socket(endpoint);
    if (!socket) return socket.error();
    if (const error_code ec = begin_connecting(*socket, endpoint)) return ec;
    stream = Stream::connecting(connector.loop_, std::move(*socket));
    stream->set_waiter(this);
    stream->watch_writable();
    return {};
  }

  // The connection is made, or has failed.
  void wake() override {
    timer.cancel();
    guarded([&] {
      if (const error_code ec = stream->take_error()) {
        last_error_seen = ec;
        return try_next();
      }
      stream->set_waiter(nullptr);
      stream->connected();
      connector.prefer(candidates[next - 1]);
      finish({});
    });
  }

  void finish(error_code ec) {
    last_error_seen = ec;
    is_finished = true;
    waiter.wake();
  }

  Connector& connector;
  Waiter& waiter;
  const TimePoint deadline;
  std::optional<Stream> stream;
  Timer timer;
  std::vector<StreamProtocol::endpoint> candidates;
  std::size_t next = 0;
  error_code last_error_seen;  // of the addresses so far
  bool is_finished = false;
};

ConnectAttempt::ConnectAttempt(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}
ConnectAttempt::ConnectAttempt(ConnectAttempt&&) noexcept = default;
ConnectAttempt& ConnectAttempt::operator=(ConnectAttempt&&) noexcept = default;
ConnectAttempt::~ConnectAttempt() = default;

bool ConnectAttempt::finished() const noexcept {
  return state_->is_finished;
}

Result<Stream> ConnectAttempt::take() {
  if (state_->last_error_seen) return state_->last_error_seen;
  return std::move(*state_->stream);
}

Connector::Connector(EventLoop& loop, Address address) : loop_(loop), address_(std::move(address)) {
  if (address_.is_unix()) {
    endpoints_.emplace_back(boost::asio::local::stream_protocol::endpoint(address_.unix_path));
    return;
  }
  error_code ec;
  const boost::asio::ip::address literal = boost::asio::ip::make_address(address_.host, ec);
  if (ec) {
    lookup_.emplace(loop_, address_.host, address_.port);
  } else {
    endpoints_.emplace_back(tcp::endpoint(literal, address_.port));
  }
}

Connector::~Connector() = default;

ConnectAttempt Connector::start(Waiter& waiter, Milliseconds limit) {
  auto state = std::make_shared<ConnectAttempt::State>(*this, waiter, limit);
  const auto age = Clock::now() - looked_up_at_;
  const bool was_looked_up = !endpoints_.empty();
  if (!lookup_ || (was_looked_up && age < kUsable)) {
    state->begin(endpoints_);
  } else {
    waiting_.push_back(state);
  }
  if (lookup_ && (!was_looked_up || age >= kFresh) && !lookup_->is_under_way()) look_up();
  return ConnectAttempt(std::move(state));
}

void Connector::look_up() {
  lookup_->start([this](Result<NameLookup::Endpoints> found) {
    if (found) {
      looked_up_at_ = Clock::now();
      endpoints_ = std::move(*found);
      if (preferred_) prefer(*preferred_);
    }
    // Each is gone from the list before it is woken, for it may start the next.
    for (const auto& waiting : std::exchange(waiting_, {})) {
      const auto state = waiting.lock();  // nullptr: its owner gave up
      if (state == nullptr) continue;
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
