// Delivers events to the coroutine that waits for them.
//
// A Waiter is told that one of its sources may have changed, and inspects the sources itself. A Wakeup is the
// Waiter of one coroutine: any number of sources may wake it, and a wake without a waiting coroutine is kept
// for the next wait. So a coroutine that arms its sources and then waits misses no event.
//
// Not thread-safe.
#pragma once

#include <coroutine>
#include <utility>

namespace wayside::net {

class Waiter {
 public:
  // Called from the io_context, never inside a call of the waiter. The waiter and the calling source may be
  // destroyed inside.
  virtual void wake() = 0;

 protected:
  ~Waiter() = default;
};

class Wakeup final : public Waiter {
 public:
  Wakeup() noexcept = default;
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;

  void wake() override {
    if (waiting_) {
      std::exchange(waiting_, nullptr).resume();
    } else {
      pending_ = true;
    }
  }

  // Suspends until the next wake, or not at all if one came since the last wait. At most one coroutine waits
  // at a time.
  auto wait() noexcept {
    struct Awaiter {
      Wakeup& wakeup;
      bool await_ready() const noexcept { return std::exchange(wakeup.pending_, false); }
      void await_suspend(std::coroutine_handle<> self) const noexcept { wakeup.waiting_ = self; }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this};
  }

 private:
  std::coroutine_handle<> waiting_;
  bool pending_ = false;
};

}  // namespace wayside::net
