#include "app/history_timer.hpp"

#include "wayside/metrics/registry.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <chrono>

namespace wayside::app {
namespace {

using namespace std::chrono_literals;

TEST(HistoryTimer, EndsTicksUntilItIsStopped) {
  boost::asio::io_context io;
  metrics::Registry registry({});
  metrics::History history(registry, Clock::now());
  HistoryTimer timer(io.get_executor(), history, 1ms);
  timer.start();
  while (history.newest_tick() < 3)
    ASSERT_EQ(io.run_one_for(10s), 1U);
  timer.stop();
  io.run_for(10s);
  EXPECT_TRUE(io.stopped());
}

TEST(HistoryTimer, KeepsNothingWaitingOnceItIsStopped) {
  boost::asio::io_context io;
  metrics::Registry registry({});
  metrics::History history(registry, Clock::now());
  HistoryTimer timer(io.get_executor(), history, 1h);
  timer.start();
  timer.stop();
  io.run_for(10s);
  EXPECT_TRUE(io.stopped());
  EXPECT_EQ(history.newest_tick(), 0U);
}

}  // namespace
}  // namespace wayside::app
