#include "wayside/net/deadline.hpp"

#include <algorithm>

namespace wayside::net {

void Deadline::expire_at(TimePoint when) {
  when_ = when;
  passed_ = false;
  // Later than it is filed for: the wheel notices when the slot is due.
  if (is_linked() && when >= filed_for_) return;
  if (is_linked()) unlink();
  wheel_.file(*this);
}

DeadlineWheel::DeadlineWheel(ReadinessSet& set) : set_(set), timer_(set.executor()), start_(Clock::now()) {}

void DeadlineWheel::stop() {
  stopped_ = true;
  timer_.cancel();
}

void DeadlineWheel::file(Deadline& deadline) {
  // Tick n ends at start_ + n * kTick. A deadline goes to the first tick that ends at or after it, but not
  // before the next unhandled tick, nor further than one turn away.
  if (!ticking_) schedule_tick();
  const auto until = std::max(deadline.when_ - start_, Clock::duration::zero());
  const auto tick = static_cast<std::size_t>((until + kTick - Clock::duration{1}) / kTick);
  const std::size_t filed = std::clamp(tick, next_tick_, next_tick_ + kSlots - 1);
  deadline.filed_for_ = start_ + filed * kTick;
  slots_[filed % kSlots].push_back(deadline);
}

void DeadlineWheel::schedule_tick() {
  if (stopped_) return;
  if (!ticking_) {
    // After a pause: the slots of the ticks that have passed are empty.
    const auto passed = static_cast<std::size_t>((Clock::now() - start_) / kTick);
    next_tick_ = std::max(next_tick_, passed + 1);
  }
  timer_.expires_at(start_ + next_tick_ * kTick);
  timer_.async_wait([this](const error_code& ec) {
    if (!ec) on_tick();
  });
  ticking_ = true;
}

void DeadlineWheel::on_tick() {
  set_.woke();
  const TimePoint now = set_.woke_at();
  // A woken waiter may stop the wheel.
  while (!stopped_ && start_ + next_tick_ * kTick <= now)
    expire_slot(next_tick_++ % kSlots, now);
  const bool idle = std::all_of(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.empty(); });
  if (idle) {
    ticking_ = false;
  } else {
    schedule_tick();
  }
}

void DeadlineWheel::expire_slot(std::size_t slot, TimePoint now) {
  // A woken waiter may set, clear or destroy any deadline, so the slot is emptied one by one from its front.
  // Deadlines filed meanwhile go to later slots.
  Slot due;
  due.splice(due.end(), slots_[slot]);
  while (!stopped_ && !due.empty()) {
    Deadline& deadline = due.front();
    due.pop_front();
    if (deadline.when_ == TimePoint::max()) continue;
    if (deadline.when_ > now) {
      file(deadline);
      continue;
    }
    deadline.when_ = TimePoint::max();
    deadline.passed_ = true;
    deadline.waiter_.wake();
  }
}

}  // namespace wayside::net
