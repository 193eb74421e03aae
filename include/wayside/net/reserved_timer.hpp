// A timer that can always be set: its waits need no memory beyond what its construction takes.
//
// Two things of Asio's need memory for a wait. One is the operation (operation_memory.hpp). The other is the
// timer's place in the heap of all timers with the same WaitTraits in the io_context, which grows on demand
// and never shrinks. So a reserved timer has WaitTraits that only timers with its tag share, and makes that
// heap grow to one place when it is constructed.
//
// At most one timer of an io_context with the same tag waits at a time: a second one takes memory for its
// place, and may throw std::bad_alloc.
//
// Used by the thread that runs the io_context alone.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/base/result.hpp"
#include "wayside/net/operation_memory.hpp"
#include "wayside/net/types.hpp"

#include <boost/asio/basic_waitable_timer.hpp>

#include <utility>

namespace wayside::net {

template <class Tag>
class ReservedTimer {
 public:
  // Throws std::bad_alloc.
  explicit ReservedTimer(const Executor& executor) : timer_(executor) {
    // The place of the first wait stays reserved when that wait ends, here with the destruction of its timer.
    Waitable first(executor);
    first.async_wait([](const error_code&) {});
  }

  // Cancels the wait under way.
  void expires_at(TimePoint when) { timer_.expires_at(when); }
  void expires_after(Clock::duration time) { timer_.expires_after(time); }
  void cancel() { timer_.cancel(); }

  // Needs no memory once the handler of the last wait was called, or is being called. A wait behind one that
  // was cancelled and whose handler is still due may throw std::bad_alloc.
  template <class Handler>
  void async_wait(Handler handler) {
    timer_.async_wait(memory_.bind(std::move(handler)));
  }

 private:
  struct Traits : boost::asio::wait_traits<Clock> {};
  using Waitable = boost::asio::basic_waitable_timer<Clock, Traits, Executor>;

  Waitable timer_;
  OperationMemory memory_;
};

}  // namespace wayside::net
