// Points in time at which something is to be called, and the one timerfd that all those of an event loop
// share.
//
// For the few timers of a worker: a tick, a pause, a limit. What every exchange sets and moves is a Deadline.
// A timer is due at its time or a little later, never earlier; one that is cancelled, moved or destroyed in
// time is not called, even if it is due already.
//
// One thread only: that of the event loop.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/net/event_source.hpp"

#include <boost/intrusive/set.hpp>

#include <functional>
#include <utility>

namespace wayside::net {

class TimerQueue;

class Timer
    : public boost::intrusive::set_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  // `on_due` is called from the event loop, and may do anything with the timer. The loop outlives the timer.
  Timer(EventLoop& loop, std::function<void()> on_due);
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Sets or moves it. A time that is over is as good as now: never from within the call.
  void set(TimePoint when);
  void cancel() noexcept { unlink(); }
  bool is_set() const noexcept { return is_linked(); }

  friend bool operator<(const Timer& a, const Timer& b) noexcept { return a.when_ < b.when_; }

 private:
  friend class TimerQueue;
  TimerQueue& queue_;
  const std::function<void()> on_due_;
  TimePoint when_{};
};

// The timers of one event loop, which owns it.
class TimerQueue final : private EventSource {
 public:
  // Throws std::system_error where there is no timerfd to be had.
  explicit TimerQueue(EventLoop& loop);

  bool empty() const noexcept { return timers_.empty(); }

 private:
  friend class Timer;
  using Timers = boost::intrusive::multiset<Timer, boost::intrusive::constant_time_size<false>>;

  void on_events(std::uint32_t events) override;
  void insert(Timer& timer);
  // The timerfd wakes the loop at `when`.
  void alarm_at(TimePoint when);

  Timers timers_;
  TimePoint alarm_ = TimePoint::max();
};

}  // namespace wayside::net
