// Deadlines that cost one store to move: a timing wheel, driven by one timer per worker.
//
// An exchange moves its deadline several times and almost never reaches it. Moving a deadline later only
// writes a time point; the wheel files the deadline anew when its old slot is due (Varghese and Lauck,
// "Hashed and Hierarchical Timing Wheels", 1987, scheme 6, with lazy re-arming). Deadlines are therefore
// coarse: they pass up to one kTick late, never early.
//
// Setting a deadline, and the passing of one, take no memory.
//
// Not thread-safe.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/net/readiness_set.hpp"
#include "wayside/net/reserved_timer.hpp"
#include "wayside/net/wakeup.hpp"

#include <boost/intrusive/list.hpp>

#include <array>
#include <cstddef>

namespace wayside::net {

class DeadlineWheel;

// A point in time after which a waiter is woken. May be destroyed at any time.
class Deadline
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  // Both outlive the deadline.
  Deadline(DeadlineWheel& wheel, Waiter& waiter) noexcept : wheel_(wheel), waiter_(waiter) {}
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  // Sets or moves the deadline; passed() becomes false. A past time passes on a later tick, never inside this
  // call.
  void expire_at(TimePoint when);
  // Disarms the deadline; passed() becomes false.
  void clear() noexcept {
    when_ = TimePoint::max();
    passed_ = false;
  }
  // Whether the deadline has passed, and the waiter has been woken.
  bool passed() const noexcept { return passed_; }

 private:
  friend class DeadlineWheel;
  DeadlineWheel& wheel_;
  Waiter& waiter_;
  TimePoint when_ = TimePoint::max();
  TimePoint filed_for_ = TimePoint::max();  // the end of the tick whose slot holds it
  bool passed_ = false;
};

class DeadlineWheel {
 public:
  static constexpr Milliseconds kTick{100};

  // The set outlives the wheel and tells it when the thread woke. Once a deadline has been set, the
  // io_context must not run after the wheel's destruction. Throws std::bad_alloc.
  explicit DeadlineWheel(ReadinessSet& set);

  // Stops the timer: no deadline passes afterwards, and the io_context may run out of work.
  void stop();

 private:
  friend class Deadline;
  using Slot = boost::intrusive::list<Deadline, boost::intrusive::constant_time_size<false>>;
  static constexpr std::size_t kSlots = 1024;  // a turn takes 102 s; later deadlines are filed again then

  void file(Deadline& deadline);
  void schedule_tick();
  void on_tick();
  void expire_slot(std::size_t slot, TimePoint now);

  ReadinessSet& set_;
  ReservedTimer<DeadlineWheel> timer_;
  std::array<Slot, kSlots> slots_;
  TimePoint start_;
  std::size_t next_tick_ = 0;  // number of the first unhandled tick
  bool ticking_ = false;
  bool stopped_ = false;
};

}  // namespace wayside::net
