// Ends the ticks of the history, one after another.
//
// Used by the io_context's thread alone, or while none runs it.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/metrics/history.hpp"
#include "wayside/net/reserved_timer.hpp"
#include "wayside/net/types.hpp"

namespace wayside::app {

class HistoryTimer {
 public:
  // `history` outlives the timer. Throws std::bad_alloc.
  HistoryTimer(const net::Executor& executor, metrics::History& history,
               Nanoseconds tick_time = metrics::History::kTickTime);
  HistoryTimer(const HistoryTimer&) = delete;
  HistoryTimer& operator=(const HistoryTimer&) = delete;

  void start();
  // Cancels the timer, so that the io_context can run out of work.
  void stop();

 private:
  void tick_later();
  void tick() noexcept;

  metrics::History& history_;
  const Nanoseconds tick_time_;
  net::ReservedTimer<HistoryTimer> timer_;
  TimePoint due_{};
  bool is_stopped_ = false;
};

}  // namespace wayside::app
