// Tells the service manager what becomes of the process: READY, RELOADING, STOPPING, STATUS and WATCHDOG, by
// the protocol of sd_notify(3).
//
// A sign of life is sent only while every worker gives one, so that a hung worker has the process restarted.
//
// Used by the io_context's thread, or while none runs it. Its timers need no memory once they have begun.
#pragma once

#include "wayside/app/supervision.hpp"
#include "wayside/base/clock.hpp"
#include "wayside/metrics/totals.hpp"
#include "wayside/net/reserved_timer.hpp"
#include "wayside/net/types.hpp"

#include "app/notify_socket.hpp"

#include <functional>

namespace wayside::app {

class Supervisor {
 public:
  struct Sources {
    std::function<metrics::Totals()> totals;  // may throw std::bad_alloc: then the status stays as it is
    std::function<bool()> all_live;  // whether all workers do; asked at each half of the watchdog's time
  };

  static constexpr std::chrono::seconds kStatusEvery{10};

  // Throws std::bad_alloc.
  Supervisor(const net::Executor& executor, const Supervision& supervision, Sources sources,
             Milliseconds status_every = kStatusEvery);
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  // The process serves. The rest begins now.
  void on_started();
  // A reload that begins while the process stops is not told.
  void on_reload_begins() noexcept;
  void on_reload_ends() noexcept;
  void on_stopping() noexcept;
  // Cancels the timers, so that the io_context can run out of work.
  void stop();

 private:
  void prove_life_later();
  void report_later();
  void report() noexcept;
  void send_stopping() const noexcept;

  const NotifySocket manager_;
  const std::chrono::microseconds watchdog_;
  const Milliseconds status_every_;
  const Sources sources_;
  struct Life;
  struct Report;
  net::ReservedTimer<Life> life_timer_;
  net::ReservedTimer<Report> report_timer_;
  metrics::Totals last_;
  TimePoint reported_at_{};
  bool is_reloading_ = false;
  bool is_stopping_ = false;
  bool is_stopped_ = false;
};

}  // namespace wayside::app
