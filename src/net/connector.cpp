#include "wayside/net/connector.hpp"

#include "net/open_socket.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
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

constexpr Milliseconds kRetryFullQueueAfter{10};

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
  static void look_up(const std::shared_ptr<Directory>& self);
  void on_looked_up(error_code ec, const tcp::resolver::results_type& found);

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

  // Runs a step that may throw inside a handler of Asio's: that ends the attempt, and nothing else.
  template <class Step>
  void guarded(Step step) {
    try {
      step();
    } catch (const boost::system::system_error& failure) {
      finish(failure.code());
    } catch (const std::bad_alloc&) {
      finish(asio::error::no_memory);
    }
  }

  // Throws std::bad_alloc. Nobody is woken from within.
  void begin(Endpoints found) {
    endpoints = std::move(found);
    try_next();
  }

  void try_next() {
    if (next == endpoints.size()) return finish(error);
    error = open(endpoints[next]);
    if (error) {
      ++next;
      return try_next_after(Milliseconds(0));
    }
    share_time(endpoints.size() - next);
    socket.async_connect(endpoints[next], [self = shared_from_this()](const error_code& ec) {
      self->guarded([&] { self->on_connected(ec); });
    });
  }

  void on_connected(const error_code& ec) {
    end_share();
    if (waiter == nullptr) return;
    error = is_late ? error_code(asio::error::timed_out) : ec;
    if (error) {
      ++next;
      return try_next();
    }
    if (!is_connected()) return try_next_after(kRetryFullQueueAfter);
    directory->prefer(endpoints[next]);
    stream.emplace(set, Descriptor(socket.release()));
    finish({});
  }

  void try_next_after(Milliseconds pause) {
    timer.expires_after(pause);
    timer.async_wait([self = shared_from_this()](const error_code& ec) {
      if (!ec && self->waiter != nullptr) self->guarded([&] { self->try_next(); });
    });
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
    if (endpoints[next].protocol().family() != AF_UNIX) return true;
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
  }

  void finish(error_code ec) {
    end_share();
    error = ec;
    is_finished = true;
    set.woke();
    if (waiter != nullptr) waiter->wake();
  }

  void give_up() {
    waiter = nullptr;
    timer.cancel();
    error_code ignored;
    socket.close(ignored);
    stream.reset();  // the set may go before the last handler
  }

  const std::shared_ptr<Connector::Directory> directory;  // shared: it sees who still waits
  ReadinessSet& set;
  Waiter* waiter;  // nullptr: the attempt was given up
  const TimePoint deadline;
  Socket socket;
  Timer timer;
  Endpoints endpoints;
  std::size_t next = 0;
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
  look_up(self);
}

void Connector::Directory::look_up(const std::shared_ptr<Directory>& self) {
  self->is_looking_up_ = true;
  try {
    try {
      self->resolver_.async_resolve(self->host_, self->port_, tcp::resolver::numeric_service,
                                    [self](const error_code& ec, const tcp::resolver::results_type& found) {
                                      self->on_looked_up(ec, found);
                                    });
    } catch (const boost::system::system_error& failure) {
      // The thread that look-ups run on is not to be had.
      asio::post(self->set_.executor(), [self, ec = failure.code()] { self->on_looked_up(ec, {}); });
    }
  } catch (...) {
    self->is_looking_up_ = false;
    throw;
  }
}

void Connector::Directory::on_looked_up(error_code ec, const tcp::resolver::results_type& found) {
  is_looking_up_ = false;
  set_.woke();
  try {
    if (!ec) {
      Endpoints fresh;
      for (const auto& entry : found)
        fresh.emplace_back(entry.endpoint());
      endpoints_ = std::move(fresh);
      looked_up_at_ = Clock::now();
      if (preferred_) prefer(*preferred_);
    }
  } catch (const std::bad_alloc&) {
    ec = asio::error::no_memory;
  }
  // Each is gone from the list before it is woken, for it may start the next, and with it a look-up.
  for (const auto& waiting : std::exchange(waiting_, {})) {
    const auto attempt = waiting.lock();  // nullptr: its owner gave up
    if (attempt == nullptr) continue;
    attempt->guarded([&] { endpoints_.empty() ? attempt->finish(ec) : attempt->begin(endpoints_); });
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
  ConnectAttempt attempt(std::make_shared<ConnectAttempt::State>(directory_, waiter, limit));
  Directory::serve(directory_, attempt.state_);  // gives up, where it throws
  return attempt;
}

bool Connector::is_looking_up() const noexcept {
  return directory_->is_looking_up();
}

}  // namespace wayside::net
