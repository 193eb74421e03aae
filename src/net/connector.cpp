#include "wayside/net/connector.hpp"

#include "net/open_socket.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wayside::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Endpoints = std::vector<StreamProtocol::endpoint>;
using Socket = asio::basic_stream_socket<StreamProtocol, Executor>;

constexpr asio::use_awaitable_t<Executor> kAwaitable;
constexpr Milliseconds kRetryFullQueueAfter{10};

// What ended a coroutine, as an error.
error_code error_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& error) {
    return error.code();
  } catch (const std::bad_alloc&) {
    return asio::error::no_memory;
  }
}

}  // namespace

// The addresses of the backend, and who waits for the first of them.
class Connector::Directory {
 public:
  Directory(ReadinessSet& set, const Address& address)
      : set_(set), resolver_(set.executor()), host_(address.host), port_(std::to_string(address.port)) {
    error_code ec;
    if (address.is_unix()) {
      endpoints_.emplace_back(asio::local::stream_protocol::endpoint(address.unix_path));
    } else if (const auto literal = asio::ip::make_address(host_, ec); !ec) {
      endpoints_.emplace_back(tcp::endpoint(literal, address.port));
    } else {
      is_name_ = true;
    }
  }

  ReadinessSet& set() noexcept { return set_; }
  bool is_looking_up() const noexcept { return is_looking_up_; }

  // Begins the attempt with the addresses, now or once the name is looked up.
  static void serve(const std::shared_ptr<Directory>& self,
                    const std::shared_ptr<ConnectAttempt::State>& attempt);

  // Puts an address that works to the front.
  void prefer(const StreamProtocol::endpoint& endpoint) {
    preferred_ = StreamProtocol::endpoint(endpoint);  // which may be the old one itself
    const auto found = std::find(endpoints_.begin(), endpoints_.end(), endpoint);
    if (found != endpoints_.end()) std::rotate(endpoints_.begin(), found, found + 1);
  }

  // The connector is gone: the answer of a look-up under way interests nobody.
  void close() {
    waiting_.clear();
    resolver_.cancel();
  }

 private:
  static Awaitable<> look_up(std::shared_ptr<Directory> self);

  ReadinessSet& set_;
  asio::ip::basic_resolver<tcp, Executor> resolver_;
  const std::string host_;
  const std::string port_;
  bool is_name_ = false;
  bool is_looking_up_ = false;
  Endpoints endpoints_;  // empty: the name was never looked up
  TimePoint looked_up_at_{};
  std::optional<StreamProtocol::endpoint> preferred_;          // the one that worked last
  std::vector<std::weak_ptr<ConnectAttempt::State>> waiting_;  // for the first answer
};

struct ConnectAttempt::State : std::enable_shared_from_this<State> {
  State(std::shared_ptr<Connector::Directory> addresses, Waiter& to_wake, Milliseconds time_limit)
      : directory(std::move(addresses)),
        set(directory->set()),
        waiter(&to_wake),
        deadline(Clock::now() + time_limit),
        socket(set.executor()),
        timer(set.executor()) {}

  void begin(Endpoints endpoints) {
    asio::co_spawn(set.executor(), try_each(shared_from_this(), std::move(endpoints)),
                   [self = shared_from_this()](const std::exception_ptr& failure) {
                     if (failure) self->error = error_of(failure);
                     self->finish();
                   });
  }

  // Leaves the stream of the first address that takes the connection, or the error of the last one.
  static Awaitable<> try_each(std::shared_ptr<State> self, Endpoints endpoints) {
    for (std::size_t next = 0; next != endpoints.size();) {
      const StreamProtocol::endpoint& endpoint = endpoints[next];
      self->error = self->open(endpoint);
      if (!self->error) {
        self->share_time(endpoints.size() - next);
        auto token = asio::redirect_error(kAwaitable, self->error);
        co_await self->socket.async_connect(endpoint, token);
        self->end_share();
      }
      if (self->waiter == nullptr) co_return;
      if (self->error) {
        ++next;
        continue;
      }
      if (self->is_connected()) {
        self->directory->prefer(endpoint);
        self->stream.emplace(self->set, Descriptor(self->socket.release()));
        co_return;
      }
      self->timer.expires_after(kRetryFullQueueAfter);
      auto pause = asio::redirect_error(kAwaitable, self->error);
      co_await self->timer.async_wait(pause);
      if (self->waiter == nullptr) co_return;
    }
  }

  // A socket for the next address in place of the last one's.
  error_code open(const StreamProtocol::endpoint& endpoint) {
    error_code ec;
    socket.close(ec);
    auto fresh = open_socket(endpoint);
    if (!fresh) return fresh.error();
    socket.assign(endpoint.protocol(), fresh->number(), ec);
    if (!ec) fresh->release();
    return ec;
  }

  // False for a unix socket whose peer has a full queue: connect(2) says EAGAIN, and nothing tells when there
  // is room. Asio 1.26 waits as if the connection were on its way, and reports success.
  bool is_connected() const {
    error_code ec;
    static_cast<void>(socket.remote_endpoint(ec));
    return ec != asio::error::not_connected;
  }

  // Ends connecting when the address has had its share of the time that is left. The last one may have all of
  // it: the owner of the attempt gives up then.
  void share_time(std::size_t addresses_left) {
    is_late = false;
    if (addresses_left == 1) return;
    const TimePoint now = Clock::now();
    timer.expires_at(now + (deadline - now) / static_cast<Clock::rep>(addresses_left));
    timer.async_wait([self = shared_from_this(), number = shares](const error_code& ec) {
      if (ec || number != self->shares) return;
      self->is_late = true;
      error_code ignored;
      self->socket.close(ignored);
    });
  }

  void end_share() {
    ++shares;  // the timer may be due already
    timer.cancel();
    if (is_late) error = asio::error::timed_out;
  }

  void finish() {
    is_finished = true;
    set.woke();
    if (waiter != nullptr) waiter->wake();
  }

  void give_up() {
    waiter = nullptr;
    timer.cancel();
    error_code ignored;
    socket.close(ignored);
  }

  const std::shared_ptr<Connector::Directory> directory;  // shared: it sees who still waits
  ReadinessSet& set;
  Waiter* waiter;  // nullptr: the attempt was given up
  const TimePoint deadline;
  Socket socket;
  Timer timer;
  std::size_t shares = 0;  // that have ended
  bool is_late = false;    // the share of this address is over
  bool is_finished = false;
  error_code error;
  std::optional<Stream> stream;
};

void Connector::Directory::serve(const std::shared_ptr<Directory>& self,
                                 const std::shared_ptr<ConnectAttempt::State>& attempt) {
  const auto age = Clock::now() - self->looked_up_at_;
  const bool was_looked_up = !self->endpoints_.empty();
  if (!self->is_name_ || (was_looked_up && age < kUsable)) {
    attempt->begin(self->endpoints_);
  } else {
    self->waiting_.push_back(attempt);
  }
  if (!self->is_name_ || self->is_looking_up_ || (was_looked_up && age < kFresh)) return;
  self->is_looking_up_ = true;
  asio::co_spawn(self->set_.executor(), look_up(self), [self](const std::exception_ptr&) {
    // Where memory ran out, those who wait for the answer have a time limit.
    self->is_looking_up_ = false;
  });
}

Awaitable<> Connector::Directory::look_up(std::shared_ptr<Directory> self) {
  error_code ec;
  auto token = asio::redirect_error(kAwaitable, ec);
  const auto found =
      co_await self->resolver_.async_resolve(self->host_, self->port_, tcp::resolver::numeric_service, token);
  self->is_looking_up_ = false;
  self->set_.woke();
  if (!ec) {
    self->looked_up_at_ = Clock::now();
    self->endpoints_.clear();
    for (const auto& entry : found)
      self->endpoints_.emplace_back(entry.endpoint());
    if (self->preferred_) self->prefer(*self->preferred_);
  }
  // Each is gone from the list before it is woken, for it may start the next.
  for (const auto& waiting : std::exchange(self->waiting_, {})) {
    const auto attempt = waiting.lock();  // nullptr: its owner gave up
    if (attempt == nullptr) continue;
    if (!self->endpoints_.empty()) {
      attempt->begin(self->endpoints_);
    } else {
      attempt->error = ec;
      attempt->finish();
    }
  }
}

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
  if (!state_->stream) return state_->error;
  return std::move(*state_->stream);
}

Connector::Connector(ReadinessSet& set, const Address& address)
    : directory_(std::make_shared<Directory>(set, address)) {}

Connector::~Connector() {
  directory_->close();
}

ConnectAttempt Connector::start(Waiter& waiter, Milliseconds limit) {
  auto state = std::make_shared<ConnectAttempt::State>(directory_, waiter, limit);
  Directory::serve(directory_, state);
  return ConnectAttempt(std::move(state));
}

bool Connector::is_looking_up() const noexcept {
  return directory_->is_looking_up();
}

}  // namespace wayside::net
