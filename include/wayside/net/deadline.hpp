// Deadlines that cost a store to move: a timing wheel, ticked by one timer per worker.
//
// Every exchange sets and moves its deadline several times and almost never reaches it. Moving one later
// writes a time point and nothing else; the wheel looks at it when its old slot comes up and files it anew
// (Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", 1987, scheme 6, with lazy re-arming). A
// deadline is therefore coarse: it passes up to one kTick late, never early.
//
// One thread only.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/net/readiness_set.hpp"
#include "wayside/net/types.hpp"
#include "wayside/net/wakeup.hpp"

#include <boost/intrusive/list.hpp>

#include <array>
#include <cstddef>

namespace wayside::net {

class DeadlineWheel;

// One point in time after which a waiter is woken. Owned by whoever waits; may be destroyed at any time.
class Deadline
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  // Both outlive the deadline.
  Deadline(DeadlineWheel& wheel, Waiter& waiter) noexcept : wheel_(wheel), waiter_(waiter) {}
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  // Sets or moves the deadline; it has not passed.
  void expire_at(TimePoint when);
  // Never passes, until it is set again.
  void clear() noexcept {
    when_ = TimePoint::max();
    passed_ = false;
  }
  // Whether it passed. The waiter was woken then.
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

  // The set outlives the wheel, which is told by it what time the thread woke at. Once a deadline was set,
  // the wheel is destroyed only when the io_context runs no more.
  explicit DeadlineWheel(ReadinessSet& set);

  // Stops the timer: no deadline passes any more, and the io_context may run out of work.
  void stop();

 private:
  friend class Deadline;
  using Slot = boost::intrusive::list<Deadline, boost::intrusive::constant_time_size<false>>;
  static constexpr std::size_t kSlots = 1024;  // a turn takes 102 s; what is further away is filed again then

  void file(Deadline& deadline);
  void schedule_tick();
  void on_tick();
  void expire_slot(std::size_t slot, TimePoint now);

  ReadinessSet& set_;
  Timer timer_;
  std::array<Slot, kSlots> slots_;
  TimePoint start_;
  std::size_t next_tick_ = 0;  // number of the first tick that was not handled yet
  bool ticking_ = false;
  bool stopped_ = false;
};

}  // namespace wayside::net
