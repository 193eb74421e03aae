#include "wayside/net/readiness_set.hpp"

#include "support/connection.hpp"
#include "support/io_loop.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <csignal>
#include <optional>
#include <pthread.h>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace wayside::net {
namespace {

using namespace std::chrono_literals;
using test::CallingWaiter;
using test::run_until;

// Spends time, as a busy handler does.
void work_for(Nanoseconds duration) {
  for (const TimePoint end = Clock::now() + duration; Clock::now() < end;) {
  }
}

class ReadinessSetTest : public testing::Test {
 protected:
  test::IoLoop loop_;
};

TEST_F(ReadinessSetTest, KeepsItsIoContextAtWorkUntilItIsStopped) {
  loop_.io.run_for(5ms);
  EXPECT_FALSE(loop_.io.stopped());
  loop_.readiness.stop();
  loop_.io.run();
  EXPECT_TRUE(loop_.io.stopped());
}

// The last session of a worker stops the set, and does so inside a turn.
TEST_F(ReadinessSetTest, MayBeStoppedFromWithinATurn) {
  test::Connection connection = test::unix_connection(loop_);
  CallingWaiter waiter([&] { loop_.readiness.stop(); });
  connection.stream.set_waiter(&waiter);
  connection.stream.watch_readable();
  connection.peer.send("a");
  loop_.io.run_for(test::kPatience);
  EXPECT_TRUE(loop_.io.stopped());
}

TEST_F(ReadinessSetTest, ReportsNothingOnceItIsStopped) {
  test::Connection connection = test::unix_connection(loop_);
  test::CountingWaiter waiter;
  connection.stream.set_waiter(&waiter);
  connection.stream.yield_readable();
  connection.peer.send("a");
  loop_.readiness.stop();
  loop_.io.run_for(test::kPatience);
  EXPECT_TRUE(loop_.io.stopped());
  EXPECT_EQ(waiter.wakes(), 0);
}

// More than fit into one batch.
TEST_F(ReadinessSetTest, ReportsAllHoweverManyThereAre) {
  constexpr int kConnections = 200;
  std::vector<test::Connection> connections;
  test::CountingWaiter waiter;
  for (int i = 0; i < kConnections; ++i) {
    connections.push_back(test::unix_connection(loop_));
    connections.back().stream.set_waiter(&waiter);
    connections.back().stream.watch_readable();
    connections.back().peer.send("a");
  }
  EXPECT_TRUE(run_until(loop_, [&] { return waiter.wakes() == kConnections; }));
}

TEST_F(ReadinessSetTest, TellsWhenTheThreadWokeAndNotWhenAHandlerBegan) {
  std::array connections{test::unix_connection(loop_), test::unix_connection(loop_)};
  std::vector<TimePoint> seen;
  CallingWaiter waiter([&] {
    work_for(2ms);
    seen.push_back(loop_.readiness.woke_at());
  });
  const TimePoint before = Clock::now();
  for (test::Connection& connection : connections) {
    connection.stream.set_waiter(&waiter);
    connection.stream.watch_readable();
    connection.peer.send("a");
  }
  ASSERT_TRUE(run_until(loop_, [&] { return seen.size() == 2; }));
  EXPECT_EQ(seen[0], seen[1]);
  EXPECT_GE(seen[0], before);
  EXPECT_LE(seen[0], Clock::now() - 4ms);
}

TEST_F(ReadinessSetTest, TakesTheWordOfHandlersThatItDoesNotCall) {
  const TimePoint before = Clock::now();
  boost::asio::post(loop_.io, [&] { loop_.readiness.woke(); });
  test::run_ready(loop_);
  EXPECT_GE(loop_.readiness.woke_at(), before);
}

// Sources that always have work left do not starve timers and calls posted by other threads.
TEST_F(ReadinessSetTest, SharesTheThreadWithEverythingElse) {
  test::Connection busy = test::unix_connection(loop_);
  CallingWaiter again([&] { busy.stream.yield_readable(); });
  busy.stream.set_waiter(&again);
  busy.stream.yield_readable();
  bool timer_fired = false;
  bool was_posted = false;
  Timer timer(loop_.io.get_executor());
  test::call_at(timer, Clock::now() + 1ms, [&] { timer_fired = true; });
  std::thread other([&] { boost::asio::post(loop_.io, [&] { was_posted = true; }); });
  EXPECT_TRUE(run_until(loop_, [&] { return timer_fired && was_posted; }));
  other.join();
}

TEST_F(ReadinessSetTest, SurvivesASignal) {
  const auto before = std::signal(SIGUSR1, [](int) {});
  test::Connection connection = test::unix_connection(loop_);
  test::CountingWaiter waiter;
  connection.stream.set_waiter(&waiter);
  connection.stream.watch_readable();
  std::thread other([&, thread = ::pthread_self()] {
    ::pthread_kill(thread, SIGUSR1);
    connection.peer.send("a");
  });
  EXPECT_TRUE(run_until(loop_, [&] { return waiter.wakes() == 1; }));
  other.join();
  std::signal(SIGUSR1, before);
}

TEST_F(ReadinessSetTest, LetsTheExceptionOfASourceOut) {
  test::Connection connection = test::unix_connection(loop_);
  CallingWaiter waiter([] { throw std::runtime_error("failed"); });
  connection.stream.set_waiter(&waiter);
  connection.stream.watch_readable();
  connection.peer.send("a");
  EXPECT_THROW(loop_.io.run(), std::runtime_error);
}

}  // namespace
}  // namespace wayside::net
