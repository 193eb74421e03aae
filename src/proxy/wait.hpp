// The suspension of a session: the one place where its deadline is set, where it waits, and where the cause
// of its waking is told.
//
//     const Wake wake = co_await wait(context, client, until, Clock::now());
#pragma once

#include "wayside/base/clock.hpp"

#include "proxy/client_connection.hpp"
#include "proxy/context.hpp"

#include <algorithm>
#include <coroutine>
#include <cstdint>
#include <utility>

namespace wayside::proxy {

struct Wake {
  enum class Cause : std::uint8_t {
    kEvent,        // something that the session watches may have happened
    kDeadline,     // the time is over
    kTermination,  // Context::terminating: the session is to end at once
  };
  Cause cause = Cause::kEvent;
  // How long the session waited. The time from the event to the session's turn is not part of it: then the
  // thread was busy with others, and what that costs is wayside's own.
  Nanoseconds duration{};

  bool is_event() const noexcept { return cause == Cause::kEvent; }
};

// What wait() returns; awaited at once.
class Wait {
 public:
  Wait(const Context& context, ClientConnection& client, TimePoint began) noexcept
      : context_(context), wakeup_(client.wakeup.wait()), deadline_(client.deadline), began_(began) {}

  bool await_ready() const noexcept { return wakeup_.await_ready() || context_.terminating; }
  void await_suspend(std::coroutine_handle<> session) const noexcept { wakeup_.await_suspend(session); }
  Wake await_resume() const noexcept {
    const Nanoseconds duration = std::max<Nanoseconds>(context_.readiness.woke_at() - began_, {});
    if (context_.terminating) return {Wake::Cause::kTermination, duration};
    return {deadline_.passed() ? Wake::Cause::kDeadline : Wake::Cause::kEvent, duration};
  }

 private:
  const Context& context_;
  const decltype(std::declval<net::Wakeup&>().wait()) wakeup_;
  const net::Deadline& deadline_;
  const TimePoint began_;
};

// Waits for the session's next event, or until a time point. An event that came since the last wait counts: a
// session that watches, then waits, misses nothing. Wake::duration counts from `began`; a caller that does
// not use it passes ReadinessSet::woke_at(), which costs no look at the clock.
inline Wait wait(const Context& context, ClientConnection& client, TimePoint until, TimePoint began) {
  client.deadline.expire_at(until);
  return {context, client, began};
}

}  // namespace wayside::proxy
