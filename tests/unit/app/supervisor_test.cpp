#include "app/supervisor.hpp"

#include "support/manager_socket.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <new>
#include <regex>
#include <string>
#include <unistd.h>

namespace wayside::app {
namespace {

using namespace std::chrono_literals;

class SupervisorTest : public testing::Test {
 protected:
  Supervisor make(std::chrono::microseconds watchdog = 0us, Milliseconds status_every = 1h) {
    return {io_.get_executor(),
            {.socket = manager_.address(), .watchdog = watchdog},
            {.totals = [this] { return has_memory_ ? totals_ : throw std::bad_alloc(); },
             .all_live = [this] { return ++asked_, all_live_; }},
            status_every};
  }
  // Runs the loop until a message has come; empty: none has.
  std::string next(Milliseconds within = 10s) {
    const TimePoint end = Clock::now() + within;
    for (;;) {
      io_.run_for(5ms);
      if (const std::string message = manager_.receive(0); !message.empty()) return message;
      if (Clock::now() >= end) return {};
    }
  }

  boost::asio::io_context io_{1};
  const test::ManagerSocket manager_{"@wayside-supervisor-" + std::to_string(::getpid())};
  metrics::Totals totals_;
  bool has_memory_ = true;
  bool all_live_ = true;
  int asked_ = 0;
};

TEST_F(SupervisorTest, TellsThePhasesOfTheProcess) {
  Supervisor supervisor = make();
  supervisor.on_started();
  EXPECT_EQ(next(), "READY=1\nSTATUS=serving");
  timespec before{};
  ::clock_gettime(CLOCK_MONOTONIC, &before);
  supervisor.on_reload_begins();
  const std::string reloading = next();
  std::smatch found;
  ASSERT_TRUE(std::regex_match(reloading, found, std::regex("RELOADING=1\nMONOTONIC_USEC=(\\d+)")))
      << reloading;
  EXPECT_GE(std::stoll(found[1]), before.tv_sec * 1'000'000LL + before.tv_nsec / 1000);
  EXPECT_LT(std::stoll(found[1]), (before.tv_sec + 60) * 1'000'000LL);
  supervisor.on_reload_ends();
  EXPECT_EQ(next(), "READY=1");
  supervisor.on_stopping();
  EXPECT_EQ(next(), "STOPPING=1\nSTATUS=draining");
  EXPECT_EQ(next(20ms), "");
}

// systemd goes by the last message: behind READY=1, the service would run.
TEST_F(SupervisorTest, IsStoppingWhereAReloadEndsDuringTheDrain) {
  Supervisor supervisor = make();
  supervisor.on_started();
  next();
  supervisor.on_reload_begins();
  next();
  supervisor.on_stopping();
  next();
  supervisor.on_reload_ends();
  EXPECT_EQ(next(), "READY=1");
  EXPECT_EQ(next(), "STOPPING=1\nSTATUS=draining");
  supervisor.on_reload_begins();
  EXPECT_EQ(next(20ms), "");
  supervisor.on_reload_ends();
  EXPECT_EQ(next(20ms), "");
}

TEST_F(SupervisorTest, ShowsRates) {
  Supervisor supervisor = make(0us, 200ms);
  supervisor.on_started();
  next();
  totals_ = {.requests = 1000, .server_errors = 0, .in_flight = 7, .streams = 2};
  const std::string status = next();
  std::smatch found;
  ASSERT_TRUE(std::regex_match(status, found,
                               std::regex("STATUS=([0-9.]+) requests/s, 0\\.0 errors/s, 7 requests in "
                                          "flight, 2 streams among them")))
      << status;
  EXPECT_LE(std::stod(found[1]), 5000.0);
  EXPECT_GT(std::stod(found[1]), 100.0);
  has_memory_ = false;
  EXPECT_EQ(next(300ms), "") << "without memory, the status stays as it is";
  has_memory_ = true;
  EXPECT_NE(next().find("STATUS=0.0 requests/s"), std::string::npos);
  supervisor.on_stopping();
  next();
  EXPECT_EQ(next().substr(0, 17), "STATUS=draining: ");
}

TEST_F(SupervisorTest, ShowsLifeWhileAllWorkersDo) {
  Supervisor supervisor = make(100ms);
  const TimePoint began = Clock::now();
  supervisor.on_started();
  next();
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(next(), "WATCHDOG=1");
  EXPECT_GE(Clock::now() - began, 150ms);
  all_live_ = false;
  const int before = asked_;
  EXPECT_EQ(next(300ms), "");
  EXPECT_GT(asked_, before) << "it goes on asking";
  all_live_ = true;
  EXPECT_EQ(next(), "WATCHDOG=1");
}

TEST_F(SupervisorTest, HasNoWatchdogUnlessOneIsAskedFor) {
  Supervisor supervisor = make();
  supervisor.on_started();
  next();
  EXPECT_EQ(next(50ms), "");
  EXPECT_EQ(asked_, 0);
}

TEST_F(SupervisorTest, LeavesTheLoopWithoutWorkOnceItIsStopped) {
  Supervisor supervisor = make(1h);
  supervisor.on_started();
  supervisor.stop();
  io_.run();
}

TEST_F(SupervisorTest, IsSilentWithoutAManager) {
  Supervisor supervisor(io_.get_executor(), {}, {.totals = [] { return metrics::Totals{}; }, .all_live = {}});
  supervisor.on_started();
  supervisor.on_reload_begins();
  supervisor.on_stopping();
  io_.run();
  EXPECT_EQ(next(20ms), "");
}

}  // namespace
}  // namespace wayside::app
