// Bounds the failed attempts to guess a password, and with them the time that is spent on bcrypt: kBurst at
// once, and kRate per second on average. One thread.
#pragma once

#include "wayside/base/clock.hpp"

#include <algorithm>
#include <chrono>

namespace wayside::admin {

class AttemptLimit {
 public:
  static constexpr double kBurst = 10;
  static constexpr double kRate = 1;

  // Whether an attempt may be made now. Attempts under way count as failed ones.
  bool begin(TimePoint now) noexcept {
    left_ = std::min(kBurst, left_ + kRate * std::chrono::duration<double>(now - last_).count());
    last_ = now;
    if (left_ < 1) return false;
    left_ -= 1;
    return true;
  }
  // The attempt was no failure.
  void take_back() noexcept { left_ += 1; }

 private:
  double left_ = kBurst;
  TimePoint last_{};
};

}  // namespace wayside::admin
