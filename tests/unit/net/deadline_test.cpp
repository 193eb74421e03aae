// Runs in real time, as the wheel uses the process's clock; each test takes a few ticks.
#include "wayside/net/deadline.hpp"

#include "support/failing_memory.hpp"
#include "support/io_loop.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace wayside::net {
namespace {

using namespace std::chrono_literals;
using test::CallingWaiter;
using test::CountingWaiter;
using test::run_for;
using test::run_until;

// A deadline passes up to one tick late; the rest allows for a busy machine.
constexpr auto kTick = DeadlineWheel::kTick;
constexpr auto kLate = 20 * kTick;

class DeadlineTest : public testing::Test {
 protected:
  bool passes(const Deadline& deadline) {
    return run_until(loop_, [&] { return deadline.passed(); });
  }

  test::IoLoop loop_;
  DeadlineWheel wheel_{loop_.readiness};
  CountingWaiter waiter_;
};

TEST_F(DeadlineTest, WakesItsWaiterNotBeforeItsTime) {
  Deadline deadline(wheel_, waiter_);
  for (const auto distance : {1ms, 99ms, 100ms, 150ms}) {
    const int wakes = waiter_.wakes();
    const TimePoint when = Clock::now() + distance;
    deadline.expire_at(when);
    EXPECT_FALSE(deadline.passed());
    ASSERT_TRUE(passes(deadline));
    EXPECT_GE(Clock::now(), when);
    EXPECT_LT(Clock::now(), when + kTick + kLate);
    EXPECT_EQ(waiter_.wakes(), wakes + 1);
  }
}

TEST_F(DeadlineTest, PassesSoonIfItIsSetInThePast) {
  Deadline deadline(wheel_, waiter_);
  deadline.expire_at(Clock::now() - 1h);
  EXPECT_FALSE(deadline.passed()) << "never from within the call";
  EXPECT_TRUE(passes(deadline));
}

TEST_F(DeadlineTest, PassesAtTheLaterTimeItWasMovedTo) {
  Deadline deadline(wheel_, waiter_);
  deadline.expire_at(Clock::now() + 1ms);
  const TimePoint later = Clock::now() + 250ms;
  deadline.expire_at(later);
  ASSERT_TRUE(passes(deadline));
  EXPECT_GE(Clock::now(), later);
  EXPECT_EQ(waiter_.wakes(), 1);
}

TEST_F(DeadlineTest, PassesAtTheEarlierTimeItWasMovedTo) {
  Deadline deadline(wheel_, waiter_);
  const TimePoint start = Clock::now();
  deadline.expire_at(start + 1h);
  deadline.expire_at(start + 1ms);
  ASSERT_TRUE(passes(deadline));
  EXPECT_LT(Clock::now(), start + kTick + kLate);
}

TEST_F(DeadlineTest, IsFiledAgainAfterItPassed) {
  Deadline deadline(wheel_, waiter_);
  deadline.expire_at(Clock::now());
  ASSERT_TRUE(passes(deadline));
  deadline.expire_at(Clock::now());
  EXPECT_FALSE(deadline.passed());
  EXPECT_TRUE(passes(deadline));
  EXPECT_EQ(waiter_.wakes(), 2);
}

TEST_F(DeadlineTest, NeverPassesOnceItIsCleared) {
  Deadline deadline(wheel_, waiter_);
  deadline.expire_at(Clock::now() + 1ms);
  deadline.clear();
  EXPECT_TRUE(test::run_dry(loop_)) << "a wheel without deadlines stands still";
  EXPECT_FALSE(deadline.passed());
  EXPECT_EQ(waiter_.wakes(), 0);
}

TEST_F(DeadlineTest, MayBeSetAgainAfterItWasCleared) {
  Deadline deadline(wheel_, waiter_);
  const TimePoint when = Clock::now() + 1ms;
  deadline.expire_at(when);
  deadline.clear();
  deadline.expire_at(when);
  EXPECT_TRUE(passes(deadline));
  deadline.clear();
  EXPECT_FALSE(deadline.passed()) << "cleared is as good as new";
}

TEST_F(DeadlineTest, NeedsNoMemory) {
  Deadline first(wheel_, waiter_);
  Deadline second(wheel_, waiter_);
  const test::FailingMemory no_memory;
  first.expire_at(Clock::now() + 1ms);
  second.expire_at(Clock::now() + 2 * kTick);
  EXPECT_TRUE(passes(first));
  EXPECT_TRUE(passes(second)) << "the wheel goes on turning";
  first.expire_at(Clock::now() + 1ms);
  EXPECT_TRUE(passes(first)) << "and turns again after it stood still";
}

// Other timers, as those of Connector, begin to wait while the wheel turns, and fill Asio's heap of timers.
TEST_F(DeadlineTest, NeedsNoMemoryBesideOtherTimers) {
  constexpr std::size_t kOthers = 64;  // the heap doubles its room, so it has none left for another
  std::vector<Timer> others;
  std::optional<test::FailingMemory> no_memory;
  CallingWaiter filler([&] {
    for (std::size_t i = 0; i < kOthers; ++i)
      test::call_at(others.emplace_back(loop_.readiness.executor()), Clock::now() + 1h, [] {});
    no_memory.emplace();
  });
  Deadline first(wheel_, filler);
  Deadline second(wheel_, waiter_);
  first.expire_at(Clock::now() + 1ms);
  second.expire_at(Clock::now() + 2 * kTick);
  EXPECT_TRUE(passes(second));
  EXPECT_TRUE(no_memory && !no_memory->has_failed());
}

TEST_F(DeadlineTest, StartsTheWheelAgainAfterItStoodStill) {
  Deadline deadline(wheel_, waiter_);
  deadline.expire_at(Clock::now());
  ASSERT_TRUE(passes(deadline));
  ASSERT_TRUE(test::run_dry(loop_));
  run_for(loop_, 2 * kTick);
  const TimePoint when = Clock::now() + 50ms;
  deadline.expire_at(when);
  ASSERT_TRUE(passes(deadline));
  EXPECT_GE(Clock::now(), when);
  EXPECT_LT(Clock::now(), when + kTick + kLate);
}

// A deadline more than a turn of the wheel away shares a slot with near ones, and must not pass with them.
TEST_F(DeadlineTest, WaitsForTheRightTurn) {
  constexpr auto kTurn = 1024 * kTick;
  Deadline far(wheel_, waiter_);
  Deadline near(wheel_, waiter_);
  Deadline hours_away(wheel_, waiter_);
  const TimePoint soon = Clock::now() + 50ms;
  near.expire_at(soon);
  far.expire_at(soon + kTurn);
  hours_away.expire_at(soon + 100h);
  ASSERT_TRUE(passes(near));
  run_for(loop_, 2 * kTick);
  EXPECT_FALSE(far.passed());
  EXPECT_FALSE(hours_away.passed());
  EXPECT_EQ(waiter_.wakes(), 1);
  hours_away.expire_at(Clock::now());
  EXPECT_TRUE(passes(hours_away));
}

TEST_F(DeadlineTest, MayBeDestroyedAtAnyTime) {
  std::optional<Deadline> deadline;
  deadline.emplace(wheel_, waiter_);
  deadline.emplace(wheel_, waiter_);
  deadline->expire_at(Clock::now() + 1ms);
  deadline.reset();
  EXPECT_TRUE(test::run_dry(loop_));
  EXPECT_EQ(waiter_.wakes(), 0);
}

// The first waiter woken destroys the other deadlines of its slot.
TEST_F(DeadlineTest, MayBeDestroyedWhileAnotherOnePasses) {
  std::optional<Deadline> first;
  std::optional<Deadline> second;
  int wakes = 0;
  CallingWaiter destroyer([&] {
    ++wakes;
    first.reset();
    second.reset();
  });
  const TimePoint when = Clock::now() + 1ms;
  first.emplace(wheel_, destroyer);
  first->expire_at(when);
  second.emplace(wheel_, destroyer);
  second->expire_at(when);
  EXPECT_TRUE(test::run_dry(loop_));
  EXPECT_EQ(wakes, 1);
}

TEST_F(DeadlineTest, MayBeMovedWhileAnotherOnePasses) {
  Deadline second(wheel_, waiter_);
  CallingWaiter mover([&] { second.clear(); });
  Deadline first(wheel_, mover);
  const TimePoint when = Clock::now() + 1ms;
  first.expire_at(when);
  second.expire_at(when);
  ASSERT_TRUE(passes(first));
  EXPECT_TRUE(test::run_dry(loop_));
  EXPECT_EQ(waiter_.wakes(), 0);
}

TEST_F(DeadlineTest, MaySetItselfAgainFromItsOwnWakeup) {
  std::optional<Deadline> deadline;
  int wakes = 0;
  CallingWaiter again([&] {
    if (++wakes < 3) deadline->expire_at(Clock::now());
  });
  deadline.emplace(wheel_, again);
  deadline->expire_at(Clock::now());
  EXPECT_TRUE(test::run_dry(loop_)) << "one that is over lands in a later tick, not in an endless one";
  EXPECT_EQ(wakes, 3);
}

TEST_F(DeadlineTest, PassesNoMoreOnceTheWheelIsStopped) {
  Deadline deadline(wheel_, waiter_);
  deadline.expire_at(Clock::now() + 1ms);
  wheel_.stop();
  EXPECT_TRUE(test::run_dry(loop_));
  deadline.expire_at(Clock::now());
  EXPECT_TRUE(test::run_dry(loop_)) << "nor does one that is set afterwards keep the loop alive";
  EXPECT_EQ(waiter_.wakes(), 0);
}

// The tick is due behind the timer that stops the wheel. The loop does not run meanwhile, so that both are
// due at once.
TEST_F(DeadlineTest, PassesNoMoreEvenIfTheTickIsUnderWay) {
  Deadline deadline(wheel_, waiter_);
  deadline.expire_at(Clock::now());
  Timer earlier(loop_.io.get_executor());
  test::call_at(earlier, Clock::now(), [&] { wheel_.stop(); });
  for (const TimePoint due = Clock::now() + 2 * kTick; Clock::now() < due;) {
  }
  EXPECT_TRUE(test::run_dry(loop_));
  EXPECT_EQ(waiter_.wakes(), 0);
}

TEST_F(DeadlineTest, MayStopTheWheelFromAWakeup) {
  CallingWaiter stopper([&] { wheel_.stop(); });
  Deadline first(wheel_, stopper);
  Deadline second(wheel_, waiter_);
  const TimePoint when = Clock::now() + 1ms;
  first.expire_at(when);
  second.expire_at(when);
  EXPECT_TRUE(test::run_dry(loop_));
  EXPECT_TRUE(first.passed());
  EXPECT_EQ(waiter_.wakes(), 0);
}

}  // namespace
}  // namespace wayside::net
