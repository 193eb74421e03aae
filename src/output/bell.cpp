#include "output/bell.hpp"

namespace wayside::output {

void Bell::ring() noexcept {
  {
    const std::lock_guard lock(mutex_);
    is_rung_ = true;
  }
  changed_.notify_one();
}

void Bell::stop(TimePoint deadline) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (!deadline_) deadline_ = deadline;
  }
  changed_.notify_one();
}

bool Bell::wait(std::optional<Milliseconds> at_most) {
  std::unique_lock lock(mutex_);
  const auto is_woken = [this] { return is_rung_ || deadline_; };
  if (at_most) {
    changed_.wait_for(lock, *at_most, is_woken);
  } else {
    changed_.wait(lock, is_woken);
  }
  is_rung_ = false;
  return !deadline_;
}

bool Bell::pause(Milliseconds duration) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, duration, [this] { return deadline_.has_value(); });
}

bool Bell::is_over() const {
  const std::lock_guard lock(mutex_);
  return deadline_ && Clock::now() >= *deadline_;
}

}  // namespace wayside::output
