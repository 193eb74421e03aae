#include "proxy/wait.hpp"

#include "support/io_loop.hpp"
#include "support/proxy_stage.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <coroutine>
#include <utility>

namespace wayside::proxy {
namespace {

using namespace std::chrono_literals;
using Cause = Wake::Cause;

class WaitTest : public testing::Test {
 protected:
  net::Task<Wake> task(TimePoint until) {
    const Wake wake = co_await wait(context_, client_.connection, until, Clock::now());
    co_return wake;
  }

  test::ProxyStage stage_;
  Context& context_ = stage_.context();
  test::StageClient client_{stage_};
};

TEST_F(WaitTest, EndsWithAnEvent) {
  client_.connection.stream.watch_readable();
  test::Running<Wake> waiting(task(Clock::now() + 1h));
  test::run_ready(stage_.loop);
  EXPECT_FALSE(waiting.is_over());
  client_.peer.send("a");
  ASSERT_TRUE(waiting.run_to_end(stage_.loop));
  EXPECT_EQ(waiting.result().cause, Cause::kEvent);
  EXPECT_TRUE(waiting.result().is_event());
  EXPECT_GE(waiting.result().duration, Nanoseconds(0));
}

TEST_F(WaitTest, MissesNoEventThatCameBefore) {
  client_.connection.wakeup.wake();
  test::Running<Wake> first(task(Clock::now() + 1h));
  ASSERT_TRUE(first.is_over());
  EXPECT_EQ(first.result().cause, Cause::kEvent);
  EXPECT_EQ(first.result().duration, Nanoseconds(0));
  test::Running<Wake> second(task(Clock::now() + 1h));
  EXPECT_FALSE(second.is_over()) << "it counts once";
}

TEST_F(WaitTest, EndsAtItsDeadline) {
  const TimePoint began = Clock::now();
  test::Running<Wake> waiting(task(began + 1ms));
  ASSERT_TRUE(waiting.run_to_end(stage_.loop));
  EXPECT_EQ(waiting.result().cause, Cause::kDeadline);
  EXPECT_FALSE(waiting.result().is_event());
  EXPECT_GE(Clock::now(), began + 1ms);
  EXPECT_GE(waiting.result().duration, Nanoseconds(0));
  EXPECT_LE(waiting.result().duration, Clock::now() - began);
}

TEST_F(WaitTest, MovesTheDeadlineOfTheWaitBefore) {
  client_.connection.wakeup.wake();
  test::Running<Wake> first(task(Clock::now() + 1h));
  ASSERT_TRUE(first.is_over());
  test::Running<Wake> second(task(Clock::now() + 1ms));
  ASSERT_TRUE(second.run_to_end(stage_.loop));
  EXPECT_EQ(second.result().cause, Cause::kDeadline);
  client_.connection.wakeup.wake();
  test::Running<Wake> third(task(Clock::now() + 1h));
  EXPECT_EQ(third.result().cause, Cause::kEvent) << "a deadline that has passed is over";
}

TEST_F(WaitTest, EndsAtTermination) {
  test::Running<Wake> waiting(task(Clock::now() + 1h));
  context_.terminating = true;
  client_.connection.wakeup.wake();
  ASSERT_TRUE(waiting.is_over());
  EXPECT_EQ(waiting.result().cause, Cause::kTermination);

  test::Running<Wake> next(task(Clock::now() + 1h));
  ASSERT_TRUE(next.is_over()) << "nothing waits any more";
  EXPECT_EQ(next.result().cause, Cause::kTermination);
}

// The time from the event to the session's turn is the thread's own.
TEST_F(WaitTest, MeasuresToTheEventOnly) {
  const TimePoint began = Clock::now();
  test::Running<Wake> waiting(task(began + 1h));
  stage_.loop.readiness.woke();
  const Nanoseconds until_event = stage_.loop.readiness.woke_at() - began;
  while (Clock::now() - began < until_event + 1ms) {
  }
  client_.connection.wakeup.wake();
  ASSERT_TRUE(waiting.is_over());
  EXPECT_LE(waiting.result().duration, until_event);
}

}  // namespace
}  // namespace wayside::proxy
