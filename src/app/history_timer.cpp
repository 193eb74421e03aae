#include "app/history_timer.hpp"

#include "wayside/base/result.hpp"

#include <algorithm>
#include <new>

namespace wayside::app {

HistoryTimer::HistoryTimer(const net::Executor& executor, metrics::History& history, Nanoseconds tick_time)
    : history_(history), tick_time_(tick_time), timer_(executor) {}

void HistoryTimer::start() {
  due_ = Clock::now();
  tick_later();
}

void HistoryTimer::stop() {
  is_stopped_ = true;
  timer_.cancel();
}

// Ticks that were missed are not made up for: the present one is longer.
void HistoryTimer::tick_later() {
  due_ = std::max(due_, Clock::now() - tick_time_) + tick_time_;
  timer_.expires_at(due_);
  timer_.async_wait([this](const error_code& ec) {
    if (ec || is_stopped_) return;
    tick();
    tick_later();
  });
}

void HistoryTimer::tick() noexcept {
  try {
    history_.tick(Clock::now());
  } catch (const std::bad_alloc&) {
    // The tick goes on until the next one finds memory.
  }
}

}  // namespace wayside::app
