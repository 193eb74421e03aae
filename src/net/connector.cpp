#include "wayside/net/connector.hpp"

#include "wayside/tls/session.hpp"

#include "net/directory.hpp"
#include "net/open_socket.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <new>
#include <optional>
#include <utility>

namespace wayside::net {
namespace {

namespace asio = boost::asio;
using Socket = asio::basic_stream_socket<StreamProtocol, Executor>;

constexpr Milliseconds kRetryFullQueueAfter{10};

// Pauses between two rounds through the addresses of a restarting backend, each twice as long as the last.
constexpr Milliseconds kShortestPause{20};
constexpr Milliseconds kLongestPause{250};

// No process listens on the address, or the path of the socket does not exist.
bool is_refusal(const error_code& ec) {
  return ec == asio::error::connection_refused || ec == boost::system::errc::no_such_file_or_directory;
}

// How much an error tells about the backend: a refusal most, an address that this host cannot use least.
int weight_of(const error_code& ec) {
  if (is_refusal(ec)) return 3;
  const bool is_unusable = ec == asio::error::network_unreachable || ec == asio::error::host_unreachable ||
                           ec == asio::error::address_family_not_supported ||
                           ec == boost::system::errc::address_not_available;
  return is_unusable ? 1 : 2;
}

}  // namespace

struct ConnectAttempt::State final : Directory::Asker, Waiter, std::enable_shared_from_this<State> {
  State(std::shared_ptr<Directory> addresses, std::shared_ptr<const tls::ClientContext> tls_context,
        std::shared_ptr<tls::ClientSessions> tls_sessions, Waiter& to_wake, Milliseconds time_limit)
      : directory(std::move(addresses)),
        context(std::move(tls_context)),
        sessions(std::move(tls_sessions)),
        set(directory->set()),
        waiter(&to_wake),
        limit(time_limit),
        deadline(Clock::now() + time_limit),
        socket(set.executor()),
        timer(set.executor()) {}

  // Runs a step inside a handler of Asio's. An exception ends this attempt instead of leaving
  // io_context::run().
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

  // Throws std::bad_alloc. Never wakes the waiter.
  void start() {
    if (directory->is_usable(Clock::now())) {
      begin();
    } else {
      ask();
    }
  }

  void ask() {
    has_asked = true;
    directory->ask(weak_from_this());
  }

  void on_answer(const error_code& why) override {
    if (waiter == nullptr) return;
    guarded([&] { why ? finish(why) : begin(); });
  }

  void begin() {
    entries = directory->entries();
    next = 0;
    error = {};
    is_handshake_error = false;
    try_next();
  }

  // Keeps the most telling error of several addresses: that of a handshake, where there is one.
  void note_error(const error_code& ec, bool is_of_handshake = false) {
    const bool tells_more = is_of_handshake || (!is_handshake_error && weight_of(ec) > weight_of(error));
    if (error && !tells_more) return;
    error = ec;
    is_handshake_error = is_of_handshake;
  }

  void try_next() {
    if (next == entries.size()) return start_over();
    if (const error_code ec = open(entries[next].endpoint)) {
      note_error(ec);
      ++next;
      return call_after(Milliseconds(0), &State::try_next);
    }
    share_time(entries.size() - next);
    socket.async_connect(entries[next].endpoint, [self = shared_from_this()](const error_code& ec) {
      self->guarded([&] { self->on_connected(ec); });
    });
  }

  void on_connected(const error_code& ec) {
    if (waiter == nullptr) return end_share();
    if (is_late || ec) return give_up_address(is_late ? error_code(asio::error::timed_out) : ec);
    if (!is_connected()) {
      end_share();
      return call_after(kRetryFullQueueAfter, &State::try_next);
    }
    stream.emplace(set, Descriptor(socket.release()));
    if (context == nullptr) return on_ready();
    stream->secure(std::make_unique<tls::Session>(context, sessions, stream->descriptor()));
    stream->set_waiter(this);
    shake_hands();
  }

  void give_up_address(const error_code& why) {
    end_share();
    note_error(why, stream.has_value());
    stream.reset();
    ++next;
    try_next();
  }

  void on_ready() {
    directory->note_connected(entries[next].id);
    finish({});
  }

  // Called by the stream, whose handshake may go on.
  void wake() override {
    const auto self = shared_from_this();  // its owner may leave inside
    guarded([this] { shake_hands(); });
  }

  void shake_hands() {
    const error_code ec = stream->shake_hands();
    if (ec == asio::error::would_block) return;
    if (ec) return give_up_address(ec);
    stream->set_waiter(nullptr);
    on_ready();
  }

  // Called when every address has failed.
  void start_over() {
    const TimePoint now = Clock::now();
    const bool is_coming_back = is_refusal(error) && directory->note_refused(now, limit);
    if (directory->may_have_changed(now) && (is_coming_back || !has_asked)) return ask();
    pause = std::min(2 * pause, kLongestPause);
    if (!is_coming_back || now + pause >= deadline) return finish(error);
    call_after(pause, &State::begin_again);
  }

  void begin_again() { directory->may_have_changed(Clock::now()) ? ask() : begin(); }

  void call_after(Milliseconds time, void (State::*step)()) {
    timer.expires_after(time);
    timer.async_wait([self = shared_from_this(), step](const error_code& ec) {
      if (!ec && self->waiter != nullptr) self->guarded([&] { (self.get()->*step)(); });
    });
  }

  // Replaces the socket with one for the next address.
  error_code open(const StreamProtocol::endpoint& endpoint) {
    error_code ec;
    socket.close(ec);
    auto fresh = open_socket(endpoint);
    if (!fresh) return fresh.error();
    socket.assign(endpoint.protocol(), fresh->number(), ec);
    if (!ec) fresh->release();
    return ec;
  }

  // False for a unix socket whose peer has a full queue: connect(2) fails with EAGAIN, and no event reports
  // room. Asio 1.26 waits as if the connection were in progress, and reports success.
  bool is_connected() const {
    if (entries[next].endpoint.protocol().family() != AF_UNIX) return true;
    error_code ec;
    static_cast<void>(socket.remote_endpoint(ec));
    return ec != asio::error::not_connected;
  }

  // Ends connecting to an address after its share of the time left. The last address needs no limit: the
  // owner of the attempt cancels it in time.
  void share_time(std::size_t addresses_left) {
    is_late = false;
    if (addresses_left == 1) return;
    const TimePoint now = Clock::now();
    timer.expires_at(now + (deadline - now) / static_cast<Clock::rep>(addresses_left));
    timer.async_wait([self = shared_from_this(), number = shares](const error_code& ec) {
      if (ec || number != self->shares) return;
      self->is_late = true;
      if (self->stream) return self->guarded([&] { self->give_up_address(asio::error::timed_out); });
      error_code ignored;
      self->socket.close(ignored);
    });
  }

  void end_share() {
    ++shares;  // the timer's handler may already be queued
    timer.cancel();
  }

  void finish(error_code ec) {
    end_share();
    if (ec) stream.reset();  // it may be half secured
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
    stream.reset();  // the set may be destroyed before the last handler
  }

  const std::shared_ptr<Directory> directory;               // shared: handlers may outlive the connector
  const std::shared_ptr<const tls::ClientContext> context;  // nullptr: plain bytes
  const std::shared_ptr<tls::ClientSessions> sessions;
  ReadinessSet& set;
  Waiter* waiter;  // nullptr once the attempt is cancelled
  const Milliseconds limit;
  const TimePoint deadline;
  Socket socket;
  Timer timer;
  Directory::Entries entries;
  std::size_t next = 0;
  Milliseconds pause = kShortestPause / 2;  // the last one
  bool has_asked = false;
  std::size_t shares = 0;  // the number of shares that have ended
  bool is_late = false;    // this address has used its share
  bool is_finished = false;
  error_code error;
  bool is_handshake_error = false;  // of a connection that stood
  std::optional<Stream> stream;
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
  if (state_->error) return state_->error;
  return std::move(*state_->stream);
}

bool ConnectAttempt::failed_in_handshake() const noexcept {
  return state_->error && state_->is_handshake_error;
}

AddressId ConnectAttempt::address() const noexcept {
  return state_->entries[state_->next].id;
}

Connector::Connector(ReadinessSet& set, const Target& target, std::function<void()> on_moved)
    : directory_(std::make_shared<Directory>(set, target.address, std::move(on_moved))), tls_(target.tls) {}

Connector::~Connector() {
  directory_->close();
}

ConnectAttempt Connector::start(Waiter& waiter, Milliseconds limit) {
  ConnectAttempt attempt(std::make_shared<ConnectAttempt::State>(directory_, tls_, sessions_, waiter, limit));
  attempt.state_->start();  // if it throws, the attempt cancels itself
  return attempt;
}

void Connector::refresh(TimePoint now) noexcept {
  directory_->refresh(now);
}

void Connector::note_alive() noexcept {
  directory_->note_alive();
}

bool Connector::is_current(AddressId address) const noexcept {
  return directory_->has(address);
}

}  // namespace wayside::net
