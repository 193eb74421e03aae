// In real time, because the clock is the process's; no test waits longer than some milliseconds.
#include "wayside/net/timer.hpp"

#include "wayside/net/event_loop.hpp"

#include "support/event_loop.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace wayside::net {
namespace {

using namespace std::chrono_literals;
using test::run_until;

// Both timers are due when this returns, and the loop has not run meanwhile.
void let_pass(Nanoseconds duration) {
  for (const TimePoint end = Clock::now() + duration; Clock::now() < end;) {
  }
}

class TimerTest : public testing::Test {
 protected:
  EventLoop loop_;
  int calls_ = 0;
  Timer timer_{loop_, [this] { ++calls_; }};
};

TEST_F(TimerTest, IsCalledNotBeforeItsTime) {
  for (const auto distance : {1ms, 5ms, 20ms}) {
    const int before = calls_;
    const TimePoint when = Clock::now() + distance;
    timer_.set(when);
    EXPECT_TRUE(timer_.is_set());
    ASSERT_TRUE(run_until(loop_, [&] { return calls_ != before; }));
    EXPECT_GE(Clock::now(), when);
    EXPECT_FALSE(timer_.is_set());
    EXPECT_TRUE(test::runs_dry(loop_));
    EXPECT_EQ(calls_, before + 1);
  }
}

TEST_F(TimerTest, IsCalledSoonWhereItsTimeIsOver) {
  for (const TimePoint when : {TimePoint::min(), TimePoint(), Clock::now() - 1h, Clock::now()}) {
    const int before = calls_;
    timer_.set(when);
    EXPECT_EQ(calls_, before) << "never from within the call";
    ASSERT_TRUE(run_until(loop_, [&] { return calls_ == before + 1; }));
  }
}

TEST_F(TimerTest, KeepsTheLoopAtWorkUntilItIsCancelled) {
  timer_.set(Clock::now() + 1h);
  EXPECT_TRUE(loop_.has_work());
  timer_.cancel();
  timer_.cancel();
  EXPECT_FALSE(timer_.is_set());
  EXPECT_FALSE(loop_.has_work());
}

TEST_F(TimerTest, MayBeMovedBothWays) {
  timer_.set(Clock::now() + 1h);
  timer_.set(Clock::now() + 1ms);
  ASSERT_TRUE(run_until(loop_, [&] { return calls_ == 1; }));

  timer_.set(Clock::now() + 1ms);
  const TimePoint later = Clock::now() + 20ms;
  timer_.set(later);
  ASSERT_TRUE(run_until(loop_, [&] { return calls_ == 2; }));
  EXPECT_GE(Clock::now(), later);
}

TEST_F(TimerTest, ComesInTheOrderOfTime) {
  std::string order;
  Timer second(loop_, [&] { order += '2'; });
  Timer third(loop_, [&] { order += '3'; });
  Timer first(loop_, [&] { order += '1'; });
  const TimePoint now = Clock::now();
  second.set(now + 2ms);
  third.set(now + 3ms);
  first.set(now + 1ms);
  EXPECT_TRUE(test::runs_dry(loop_));
  EXPECT_EQ(order, "123");
}

TEST_F(TimerTest, IsNotCalledIfAnotherCancelsItThoughItIsDue) {
  Timer earlier(loop_, [&] { timer_.cancel(); });
  earlier.set(Clock::now());
  timer_.set(Clock::now());
  let_pass(1ms);
  EXPECT_TRUE(test::runs_dry(loop_));
  EXPECT_EQ(calls_, 0);
}

TEST_F(TimerTest, IsNotCalledIfAnotherMovesItThoughItIsDue) {
  TimePoint when;
  Timer earlier(loop_, [&] { timer_.set(when = Clock::now() + 10ms); });
  earlier.set(Clock::now());
  timer_.set(Clock::now());
  let_pass(1ms);
  EXPECT_TRUE(test::runs_dry(loop_));
  EXPECT_EQ(calls_, 1);
  EXPECT_GE(Clock::now(), when);
}

TEST_F(TimerTest, MayBeDestroyedByAnotherOrByItself) {
  std::optional<Timer> first;
  std::optional<Timer> second;
  int calls = 0;
  const auto destroy_both = [&] {
    ++calls;
    second.reset();
    first.reset();
  };
  first.emplace(loop_, destroy_both);
  second.emplace(loop_, destroy_both);
  first->set(Clock::now());
  second->set(Clock::now());
  let_pass(1ms);
  EXPECT_TRUE(test::runs_dry(loop_));
  EXPECT_EQ(calls, 1);
}

TEST_F(TimerTest, MaySetItselfAgain) {
  int calls = 0;
  std::optional<Timer> again;
  again.emplace(loop_, [&] {
    if (++calls < 3) again->set(Clock::now());
  });
  again->set(Clock::now());
  EXPECT_TRUE(test::runs_dry(loop_));
  EXPECT_EQ(calls, 3);
}

TEST_F(TimerTest, LetsOthersHaveTheirTurnHoweverLateItIs) {
  int calls = 0;
  std::optional<Timer> late;
  late.emplace(loop_, [&] {
    if (++calls < 3) late->set(Clock::now() - 1h);
  });
  late->set(Clock::now() - 1h);
  loop_.turn(test::kPatience);
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(test::runs_dry(loop_));
  EXPECT_EQ(calls, 3);
}

TEST(TimerQueue, MayEndWithItsTimersSet) {
  auto loop = std::make_unique<EventLoop>();
  Timer timer(*loop, [] {});
  timer.set(Clock::now());
  loop.reset();
  EXPECT_FALSE(timer.is_set());
}

}  // namespace
}  // namespace wayside::net
