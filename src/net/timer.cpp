#include "wayside/net/timer.hpp"

#include "wayside/net/event_loop.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <sys/timerfd.h>
#include <system_error>

namespace wayside::net {

Timer::Timer(EventLoop& loop, std::function<void()> on_due)
    : queue_(loop.timers_), on_due_(std::move(on_due)) {}

void Timer::set(TimePoint when) {
  unlink();
  when_ = when;
  queue_.insert(*this);
}

TimerQueue::TimerQueue(EventLoop& loop) : EventSource(loop) {
  Descriptor descriptor(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!descriptor.is_open()) throw std::system_error(errno, std::system_category(), "timerfd_create");
  if (const error_code ec = open(std::move(descriptor), EPOLLIN)) throw std::system_error(ec, "epoll_ctl");
}

void TimerQueue::insert(Timer& timer) {
  timers_.insert(timer);
  if (timer.when_ < alarm_) alarm_at(timer.when_);
}

void TimerQueue::alarm_at(TimePoint when) {
  alarm_ = when;
  // The clock is CLOCK_MONOTONIC, and zero would disarm the timerfd.
  const Nanoseconds since_boot = std::max(when.time_since_epoch(), Clock::duration(1));
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_boot);
  itimerspec spec{};
  spec.it_value.tv_sec = seconds.count();
  spec.it_value.tv_nsec = (since_boot - seconds).count();
  ::timerfd_settime(descriptor(), TFD_TIMER_ABSTIME, &spec, nullptr);
}

void TimerQueue::on_events(std::uint32_t) {
  alarm_ = TimePoint::max();
  // What is set to a time that is over has its turn after this one.
  Timers due;
  const TimePoint now = Clock::now();
  while (!timers_.empty() && timers_.begin()->when_ <= now) {
    Timer& timer = *timers_.begin();
    timer.unlink();
    due.insert(due.end(), timer);
  }
  // Each is gone from the list before it is called: it may set, cancel or destroy any of them.
  while (!due.empty()) {
    Timer& timer = *due.begin();
    timer.unlink();
    timer.on_due_();
  }
  if (!timers_.empty() && timers_.begin()->when_ < alarm_) alarm_at(timers_.begin()->when_);
}

}  // namespace wayside::net
