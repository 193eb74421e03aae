#include "wayside/net/reserved_timer.hpp"

#include "support/failing_memory.hpp"
#include "support/io_loop.hpp"

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <new>
#include <optional>
#include <utility>

namespace wayside::net {
namespace {

using namespace std::chrono_literals;
using test::run_until;

struct First;
struct Second;

class ReservedTimerTest : public testing::Test {
 protected:
  template <class Tag>
  void wait(ReservedTimer<Tag>& timer, Clock::duration time) {
    timer.expires_after(time);
    timer.async_wait([this](const error_code& ec) {
      ++calls_;
      last_ = ec;
    });
  }
  bool run_until_called(int times) {
    return run_until(loop_, [&] { return calls_ == times; });
  }

  test::IoLoop loop_;
  int calls_ = 0;
  error_code last_;
};

TEST_F(ReservedTimerTest, WaitsWithoutMemory) {
  ReservedTimer<First> timer(loop_.readiness.executor());
  const test::FailingMemory no_memory;
  for (int times = 1; times <= 3; ++times) {
    const TimePoint began = Clock::now();
    wait(timer, 1ms);
    ASSERT_TRUE(run_until_called(times));
    EXPECT_FALSE(last_);
    EXPECT_GE(Clock::now(), began + 1ms);
  }
  EXPECT_FALSE(no_memory.has_failed());
}

TEST_F(ReservedTimerTest, WaitsWithoutMemoryBesideOneOfAnotherTag) {
  ReservedTimer<First> first(loop_.readiness.executor());
  ReservedTimer<Second> second(loop_.readiness.executor());
  const test::FailingMemory no_memory;
  wait(first, 1ms);
  wait(second, 1ms);
  EXPECT_TRUE(run_until_called(2));
}

TEST_F(ReservedTimerTest, NeedsMemoryBesideOneOfItsTag) {
  ReservedTimer<First> first(loop_.readiness.executor());
  ReservedTimer<First> second(loop_.readiness.executor());
  wait(first, 1h);
  const test::FailingMemory no_memory;
  EXPECT_THROW(wait(second, 1h), std::bad_alloc);
}

TEST_F(ReservedTimerTest, MayBeCancelledAndMayEndWhileItWaits) {
  std::optional<ReservedTimer<First>> timer(std::in_place, loop_.readiness.executor());
  wait(*timer, 1h);
  timer->cancel();
  ASSERT_TRUE(run_until_called(1));
  EXPECT_EQ(last_, boost::asio::error::operation_aborted);
  wait(*timer, 1h);
  timer.reset();
  ASSERT_TRUE(run_until_called(2));
  EXPECT_EQ(last_, boost::asio::error::operation_aborted);
}

// The wait that reserves the place is no work that keeps the io_context going.
TEST_F(ReservedTimerTest, KeepsNoLoopGoing) {
  const ReservedTimer<First> timer(loop_.readiness.executor());
  EXPECT_TRUE(test::run_dry(loop_));
}

}  // namespace
}  // namespace wayside::net
