#include "app/reloader.hpp"

#include "wayside/app/process.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <malloc.h>
#include <mutex>
#include <new>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace wayside::app {
namespace {

// How long whoever asked for a reload waits for its end. Connections of the metrics listener are few, and
// each wait holds one.
constexpr std::chrono::seconds kLongestWait{60};

// Between two attempts to tell the end of a reload, where there is no memory for that.
constexpr std::chrono::milliseconds kRetryAfter{100};

constexpr std::string_view kOutOfMemory = "expected enough memory for the configuration, found too little";

config::Errors errors_of(std::string_view line) noexcept {
  config::Errors errors;
  try {
    errors.lines.emplace_back(line);
  } catch (const std::bad_alloc&) {
    // Then without words.
  }
  return errors;
}

// What `step` returns, or what it throws as errors.
template <class Step>
auto attempt(Step step) -> Checked<typename std::invoke_result_t<Step>::value_type, config::Errors> {
  try {
    return step();
  } catch (const std::bad_alloc&) {
    return errors_of(kOutOfMemory);
  } catch (const std::exception& error) {
    return errors_of(error.what());
  }
}

}  // namespace

struct Reloader::Waiter {
  explicit Waiter(boost::asio::io_context& io) : timer(io, kLongestWait) {}

  net::Timer timer;  // ends the wait
  Checked<void, std::string> result = std::string("The reload takes longer than a minute, and goes on.");
};

// What the two threads tell each other.
struct Reloader::Shared {
  enum class State : std::uint8_t {
    kIdle,
    kReading,    // the owner may go
    kPreparing,  // the owner stays
  };

  explicit Shared(std::function<Checked<config::Settings, config::Errors>()> its_read)
      : read(std::move(its_read)) {}

  bool wait_for_request();
  bool enter(State next);
  bool tell(Reloader& owner);

  const std::function<Checked<config::Settings, config::Errors>()> read;

  // Of the io_context's thread between the call of on_finished() and its end, else of the reloader's.
  std::optional<Outcome> outcome;

  std::mutex mutex;  // of all below
  std::condition_variable changed;
  State state = State::kIdle;
  bool is_requested = false;
  bool has_leftovers = false;  // in `outcome`
  bool is_closed = false;
};

// False where there will be none.
bool Reloader::Shared::wait_for_request() {
  std::unique_lock lock(mutex);
  state = State::kIdle;
  for (;;) {
    changed.wait(lock, [this] { return is_requested || has_leftovers || is_closed; });
    if (is_closed) return false;
    if (std::exchange(has_leftovers, false)) {
      lock.unlock();
      outcome.reset();
      // A document takes many times its size while it is read. The allocator would keep that for the next
      // one.
      ::malloc_trim(0);
      lock.lock();
    } else {
      is_requested = false;
      state = State::kReading;
      return true;
    }
  }
}

// False where the owner may be gone.
bool Reloader::Shared::enter(State next) {
  const std::lock_guard lock(mutex);
  state = is_closed ? State::kIdle : next;
  changed.notify_all();
  return !is_closed;
}

// False where nobody wants to know any more.
bool Reloader::Shared::tell(Reloader& owner) {
  for (;;) {
    try {
      boost::asio::post(owner.io_, [&owner] { owner.on_finished(); });
      return true;
    } catch (const std::bad_alloc&) {
      outcome.emplace(errors_of(kOutOfMemory));
    }
    std::unique_lock lock(mutex);
    if (changed.wait_for(lock, kRetryAfter, [this] { return is_closed; })) return false;
  }
}

Reloader::Reloader(boost::asio::io_context& io, Steps steps)
    : io_(io), steps_(std::move(steps)), shared_(std::make_shared<Shared>(steps_.read)) {}

Reloader::~Reloader() {
  close(Milliseconds(0));
}

void Reloader::start() {
  thread_ = std::thread([this, shared = shared_] {
    give_way_to_other_threads();
    while (shared->wait_for_request()) {
      auto settings = attempt([&] { return shared->read(); });
      if (!shared->enter(Shared::State::kPreparing)) return;
      if (settings.has_error()) {
        shared->outcome.emplace(std::move(settings).error());
      } else {
        shared->outcome.emplace(attempt([&] { return Outcome(steps_.prepare(*std::move(settings))); }));
      }
      if (!shared->tell(*this)) return;
    }
  });
}

void Reloader::request() {
  if (is_stopped_) return;
  if (is_running_) {
    is_wanted_ = true;
  } else {
    begin();
  }
}

net::Awaitable<Checked<void, std::string>> Reloader::reload() {
  if (is_stopped_) co_return std::string("Nothing is read any more: wayside is stopping.");
  const auto waiter = std::make_shared<Waiter>(io_);
  next_.push_back(waiter);
  request();
  error_code ignored;
  auto token = boost::asio::redirect_error(boost::asio::use_awaitable_t<net::Executor>(), ignored);
  co_await waiter->timer.async_wait(token);
  co_return waiter->result;
}

void Reloader::begin() {
  is_running_ = true;
  waiting_.swap(next_);
  const std::lock_guard lock(shared_->mutex);
  shared_->is_requested = true;
  shared_->changed.notify_all();
}

void Reloader::on_finished() {
  Checked<void, std::string> result;
  try {
    result = steps_.finish(*shared_->outcome);
    for (const auto& waiter : waiting_)
      waiter->result = result;
  } catch (const std::bad_alloc&) {
    // Whoever waits has the error that it began with.
  }
  for (const auto& waiter : waiting_)
    waiter->timer.cancel();
  waiting_.clear();
  is_running_ = false;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->has_leftovers = true;
    shared_->changed.notify_all();
  }
  if (std::exchange(is_wanted_, false)) request();
}

void Reloader::stop() {
  is_stopped_ = true;
  for (auto* const waiters : {&waiting_, &next_}) {
    for (const auto& waiter : *waiters) {
      waiter->result = std::string("wayside stops before the reload is over.");
      waiter->timer.cancel();
    }
    waiters->clear();
  }
}

bool Reloader::close(Milliseconds patience) {
  if (!thread_.joinable()) return true;
  std::unique_lock lock(shared_->mutex);
  shared_->is_closed = true;
  shared_->changed.notify_all();
  const bool is_idle =
      shared_->changed.wait_for(lock, patience, [this] { return shared_->state != Shared::State::kReading; });
  lock.unlock();
  if (is_idle) {
    thread_.join();
    return true;
  }
  // Nothing interrupts open(2) or read(2) of a file that a dead server holds, so the thread cannot be waited
  // for. From here on it uses what it shares and Steps::read alone.
  thread_.detach();
  return false;
}

}  // namespace wayside::app
