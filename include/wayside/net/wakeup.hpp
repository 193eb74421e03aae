// How an event reaches the coroutine that waits for it.
//
// A Waiter is told that something it watches may have changed; it looks for itself what. A Wakeup is the
// Waiter of one coroutine: any number of sources may wake it, one coroutine waits on it, and a wake that
// comes while nobody waits is kept for the next wait. So a coroutine that arms its sources, then waits,
// misses nothing.
//
// One thread only.
#pragma once

#include <coroutine>
#include <utility>

namespace wayside::net {

class Waiter {
 public:
  // Called from the io_context, never from within a call that the waiter itself made. The waiter, and the
  // source that called, may be gone when this returns.
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

  // Suspends until the next wake, or not at all if one came since the last wait. At most one coroutine at a
  // time.
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
