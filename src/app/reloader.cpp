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

// The longest wait in reload(). Each wait holds one of the few connections of the metrics listener.
constexpr std::chrono::seconds kLongestWait{60};

// The pause between attempts to post the end of a reload while there is no memory for that.
constexpr std::chrono::milliseconds kRetryAfter{100};

constexpr std::string_view kOutOfMemory = "not enough memory for the configuration";

config::Errors errors_of(std::string_view line) noexcept {
  config::Errors errors;
  try {
    errors.lines.emplace_back(line);
  } catch (const std::bad_alloc&) {
    // Without memory, the errors have no text.
  }
  return errors;
}

// The result of `step`, or its exception as errors.
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
  Checked<void, std::string> result = std::string("The reload takes longer than a minute and continues.");
};

// The state that the two threads share.
struct Reloader::Shared {
  enum class State : std::uint8_t {
    kIdle,
    kReading,    // the reloader may be destroyed meanwhile
    kPreparing,  // the reloader exists
  };

  explicit Shared(std::function<Checked<config::Invocation, config::Errors>()> its_read)
      : read(std::move(its_read)) {}

  bool wait_for_request();
  bool enter(State next);
  bool report(Reloader& owner);

  const std::function<Checked<config::Invocation, config::Errors>()> read;

  // Used by the io_context's thread during on_finished(), otherwise by the reloader's.
  std::optional<Outcome> outcome;

  std::mutex mutex;  // guards the members below
  std::condition_variable changed;
  State state = State::kIdle;
  bool is_requested = false;
  bool has_leftovers = false;  // `outcome` has to be destroyed
  bool is_closed = false;
};

// False if the reloader is closed.
bool Reloader::Shared::wait_for_request() {
  std::unique_lock lock(mutex);
  state = State::kIdle;
  for (;;) {
    changed.wait(lock, [this] { return is_requested || has_leftovers || is_closed; });
    if (is_closed) return false;
    if (std::exchange(has_leftovers, false)) {
      lock.unlock();
      outcome.reset();
      // Reading takes many times the size of a document in memory, which the allocator would keep.
      ::malloc_trim(0);
      lock.lock();
    } else {
      is_requested = false;
      state = State::kReading;
      return true;
    }
  }
}

// False if the reloader may have been destroyed.
bool Reloader::Shared::enter(State next) {
  const std::lock_guard lock(mutex);
  state = is_closed ? State::kIdle : next;
  changed.notify_all();
  return !is_closed;
}

// Posts the end of the reload to the io_context. False if the reloader is closed.
bool Reloader::Shared::report(Reloader& owner) {
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
      auto invocation = attempt([&] { return shared->read(); });
      if (!shared->enter(Shared::State::kPreparing)) return;
      if (invocation.has_error()) {
        shared->outcome.emplace(std::move(invocation).error());
      } else {
        shared->outcome.emplace(attempt([&] { return Outcome(steps_.prepare(*std::move(invocation))); }));
      }
      if (!shared->report(*this)) return;
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
  if (is_stopped_) co_return std::string("wayside is stopping: the configuration is not reloaded.");
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
  if (steps_.begin) steps_.begin();
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
    // The waiters keep their initial error.
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
      waiter->result = std::string("wayside stopped before the reload was over.");
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
  // Nothing interrupts open(2) or read(2) of a file on a dead server, so the thread is not joined. From here
  // on it uses shared_ and Steps::read alone.
  thread_.detach();
  return false;
}

}  // namespace wayside::app
