#include "wayside/net/event_loop.hpp"

#include "support/event_loop.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <functional>
#include <pthread.h>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace wayside::net {
namespace {

using namespace std::chrono_literals;

class EventLoopTest : public testing::Test {
 protected:
  EventLoop loop_;
};

TEST_F(EventLoopTest, EndsWhereNothingCanHappen) {
  EXPECT_FALSE(loop_.has_work());
  loop_.run();
}

TEST_F(EventLoopTest, WaitsNoLongerThanItIsTold) {
  const TimePoint start = Clock::now();
  EXPECT_EQ(loop_.turn(10ms), 0U);
  EXPECT_GE(Clock::now(), start + 9ms);
}

TEST_F(EventLoopTest, TellsWhenItWokeAndNotWhenAHandlerBegan) {
  std::vector<TimePoint> seen;
  const auto handler = [&] {
    const TimePoint began = Clock::now();
    while (Clock::now() < began + 2ms) {
    }
    seen.push_back(loop_.woke_at());
  };
  loop_.post(handler);
  loop_.post(handler);
  const TimePoint before = Clock::now();
  loop_.run();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0], seen[1]);
  EXPECT_GE(seen[0], before);
  EXPECT_LE(seen[0], Clock::now() - 4ms);
}

TEST_F(EventLoopTest, CallsWhatIsPostedInItsOrderAndNotAtOnce) {
  std::string order;
  loop_.post([&] { order += 'a'; });
  loop_.post([&] {
    order += 'b';
    loop_.post([&] { order += 'd'; });
  });
  loop_.post([&] { order += 'c'; });
  EXPECT_EQ(order, "");
  EXPECT_TRUE(loop_.has_work());
  loop_.run();
  EXPECT_EQ(order, "abcd");
}

TEST_F(EventLoopTest, TakesWhatAnotherThreadPosts) {
  std::thread::id caller;
  Timer keeps_running(loop_, [] {});
  keeps_running.set(Clock::now() + 1h);
  std::thread other([&] {
    loop_.post([&] {
      caller = std::this_thread::get_id();
      keeps_running.cancel();
    });
  });
  loop_.run();
  other.join();
  EXPECT_EQ(caller, std::this_thread::get_id());
}

TEST_F(EventLoopTest, TakesWhatManyThreadsPost) {
  constexpr int kThreads = 4;
  constexpr int kPosts = 1000;
  int calls = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int post = 0; post < kPosts; ++post)
        loop_.post([&] { ++calls; });
    });
  }
  EXPECT_TRUE(test::run_until(loop_, [&] { return calls == kThreads * kPosts; }));
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_FALSE(loop_.has_work());
}

// Whoever posts may not know that the loop has ended.
TEST_F(EventLoopTest, ForgetsWhatIsPostedAfterItsEnd) {
  bool was_called = false;
  loop_.run();
  loop_.post([&] { was_called = true; });
  EXPECT_FALSE(was_called);
}

TEST_F(EventLoopTest, SurvivesASignal) {
  const auto before = std::signal(SIGUSR1, [](int) {});
  bool was_called = false;
  Timer timer(loop_, [&] { was_called = true; });
  timer.set(Clock::now() + 50ms);
  std::thread other([thread = ::pthread_self()] { ::pthread_kill(thread, SIGUSR1); });
  loop_.run();
  other.join();
  EXPECT_TRUE(was_called);
  std::signal(SIGUSR1, before);
}

TEST_F(EventLoopTest, LetsTheExceptionOfAHandlerOut) {
  loop_.post([] { throw std::runtime_error("failed"); });
  EXPECT_THROW(loop_.run(), std::runtime_error);
}

}  // namespace
}  // namespace wayside::net
