#include "app/worker_thread.hpp"

#include "wayside/base/log.hpp"

#include "support/failing_memory.hpp"
#include "support/log_lines.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <functional>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>

namespace wayside::app {
namespace {

class WorkerThreadTest : public testing::Test {
 protected:
  // Runs the work, without memory where that is asked for, and then what it has left for the io_context.
  void run(const std::function<void()>& work, bool has_memory = true) {
    WorkerThread thread(work, io_.get_executor(), log_, [this](bool failed) { has_failed_ = failed; });
    {
      std::optional<test::FailingMemory> no_memory;
      if (!has_memory) no_memory.emplace();
      thread.run();
    }
    EXPECT_FALSE(has_failed_) << "the report is the io_context's";
    io_.run();
  }

  boost::asio::io_context io_{1};
  test::LogLines lines_;
  Logger log_{LogLevel::kDebug, lines_};
  std::optional<bool> has_failed_;  // nothing: not told yet
};

TEST_F(WorkerThreadTest, ReportsTheEnd) {
  int runs = 0;
  run([&] { ++runs; });
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(has_failed_, false);
  EXPECT_EQ(lines_.text(), "");
}

TEST_F(WorkerThreadTest, ReportsAFailure) {
  run([] { throw std::runtime_error("the reason"); });
  EXPECT_EQ(has_failed_, true);
  EXPECT_NE(
      lines_.text().find(R"(level=error msg="a worker failed, draining the others" error="the reason")"),
      std::string::npos)
      << lines_.text();
}

TEST_F(WorkerThreadTest, ReportsAFailureWithoutMemory) {
  run([] { throw std::bad_alloc(); }, false);
  EXPECT_EQ(has_failed_, true);
  EXPECT_EQ(lines_.text(), "") << "there was no memory for it";
}

TEST_F(WorkerThreadTest, ReportsTheEndWithoutMemory) {
  run([] {}, false);
  EXPECT_EQ(has_failed_, false);
}

}  // namespace
}  // namespace wayside::app
