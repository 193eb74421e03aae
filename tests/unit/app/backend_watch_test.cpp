#include "app/backend_watch.hpp"

#include "support/fake_backend.hpp"
#include "support/io_loop.hpp"
#include "support/log_lines.hpp"
#include "support/sinks.hpp"

#include <boost/asio/error.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>

namespace wayside::app {
namespace {

using namespace std::chrono_literals;
using proxy::Outcome;
using test::run_until;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

class BackendWatchTest : public testing::Test {
 protected:
  void watch() {
    watch_.emplace(loop_.io, settings_, "http://10.0.0.1:5000", log_);
    watch_->add(first_);
    watch_->add(second_);
    watch_->start();
  }
  void fail(proxy::BackendReporter& worker) {
    worker.note_failure(Outcome::kConnectFailed, boost::asio::error::connection_refused);
    test::run_ready(loop_);
  }
  void answer(proxy::BackendReporter& worker) {
    worker.note_answer();
    test::run_ready(loop_);
  }
  std::size_t line_count() const { return static_cast<std::size_t>(std::ranges::count(lines_.text(), '\n')); }

  test::IoLoop loop_;
  test::LogLines lines_;
  Logger log_{LogLevel::kDebug, lines_};
  config::Settings settings_;
  std::optional<BackendWatch> watch_;
  proxy::BackendReporter first_{[this] { watch_->ring(); }};
  proxy::BackendReporter second_{[this] { watch_->ring(); }};
};

TEST_F(BackendWatchTest, KnowsNothingBeforeTheFirstResult) {
  settings_.readiness = config::Readiness::kBackend;
  watch();
  EXPECT_EQ(watch_->is_up(), std::nullopt);
  EXPECT_EQ(watch_->why_unready(), "") << "without a request there would never be a result";
  answer(first_);
  EXPECT_EQ(watch_->is_up(), true);
  EXPECT_THAT(lines_.text(), IsEmpty());
}

TEST_F(BackendWatchTest, TellsOnceOfAnOutageThatAllWorkersMeet) {
  watch();
  answer(first_);
  answer(second_);
  for (int i = 0; i < 100; ++i) {
    fail(first_);
    fail(second_);
  }
  EXPECT_EQ(watch_->is_up(), false);
  ASSERT_TRUE(watch_->outage());
  EXPECT_EQ(watch_->outage()->error, "connect_failed: Connection refused");
  EXPECT_GE(watch_->outage()->failed_for, Nanoseconds{0});
  EXPECT_EQ(line_count(), 1U);
  EXPECT_THAT(
      lines_.text(),
      HasSubstr("level=warn msg=\"the backend fails\" source=requests "
                "backend=http://10.0.0.1:5000 error=\"connect_failed: Connection refused\" failures=1\n"));
}

// The other worker has not met the failure.
TEST_F(BackendWatchTest, BelievesTheLastResultOfAnyWorker) {
  watch();
  answer(first_);
  answer(second_);
  fail(first_);
  EXPECT_EQ(watch_->is_up(), false);
  answer(second_);
  EXPECT_EQ(watch_->is_up(), true);
  EXPECT_FALSE(watch_->outage());
  fail(second_);
  EXPECT_EQ(watch_->is_up(), false);
}

TEST_F(BackendWatchTest, TellsOfTheEndOfAnOutageAtOnce) {
  watch();
  EXPECT_FALSE(watch_->outage());
  fail(first_);
  fail(first_);
  answer(first_);
  EXPECT_EQ(line_count(), 2U);
  EXPECT_THAT(lines_.text(), MatchesRegex(".*level=info msg=\"the backend is back\" source=requests "
                                          "backend=http://10.0.0.1:5000 failed_for=[0-9.]+s failures=2\n"));
}

TEST_F(BackendWatchTest, TellsOfTheNextOutageOnceTheLogWasQuiet) {
  watch();
  fail(first_);
  answer(first_);
  fail(first_);
  answer(first_);
  EXPECT_EQ(line_count(), 2U);
  EXPECT_TRUE(run_until(loop_, [&] { return line_count() == 3; })) << lines_.text();
  EXPECT_THAT(lines_.text(),
              MatchesRegex(".*level=warn msg=\"the backend failed and is back\" source=requests "
                           "backend=http://10.0.0.1:5000 "
                           "error=\"connect_failed: Connection refused\" "
                           "failed_for=[0-9.]+s failures=1\n"));
}

TEST_F(BackendWatchTest, TellsOfARecoveryThatTheEndOfTheProcessOvertakes) {
  watch();
  fail(first_);
  answer(first_);
  fail(first_);
  answer(first_);
  EXPECT_EQ(line_count(), 2U);
  watch_->stop();
  EXPECT_EQ(line_count(), 3U);
  EXPECT_THAT(lines_.text(), HasSubstr("msg=\"the backend failed and is back\" source=requests"));
}

TEST_F(BackendWatchTest, NamesTheRuleThatAResponseBreaks) {
  watch();
  first_.note_failure(proxy::End::bad_response(http::Violation::kBadContentLength), {});
  test::run_ready(loop_);
  EXPECT_THAT(lines_.text(),
              HasSubstr("error=\"response_bad_content_length: the Content-Length is invalid\""));
}

TEST_F(BackendWatchTest, IsUnreadyWhereTheBackendCountsAndFails) {
  settings_.readiness = config::Readiness::kBackend;
  watch();
  fail(first_);
  EXPECT_EQ(watch_->why_unready(), "the backend is down: 127.0.0.1:5000: connect_failed: Connection refused");
  answer(second_);
  EXPECT_EQ(watch_->why_unready(), "");
}

TEST_F(BackendWatchTest, IsReadyWhateverTheBackendDoesWhereTheProcessCounts) {
  watch();
  fail(first_);
  EXPECT_EQ(watch_->why_unready(), "");
}

TEST_F(BackendWatchTest, GoesByTheHealthCheckWhereThereIsOne) {
  test::FakeBackend backend;
  settings_.backend = backend.address();
  settings_.health = {.path = "/healthz", .interval = 5ms, .timeout = 10s};
  settings_.readiness = config::Readiness::kBackend;
  watch();
  EXPECT_EQ(watch_->why_unready(), "starting: the backend was not checked yet");
  const auto respond = [&](std::string_view response) {
    ASSERT_TRUE(run_until(loop_, [&] { return backend.wait_for_connection(0ms); }));
    test::RawSocket connection = backend.accept();
    connection.send(response);
    const std::optional<bool> before = watch_->is_up();
    EXPECT_TRUE(run_until(loop_, [&] { return watch_->is_up() != before; }));
  };
  respond("HTTP/1.1 200 OK\r\n\r\n");
  EXPECT_EQ(watch_->is_up(), true);
  EXPECT_EQ(watch_->why_unready(), "");
  first_.note_failure(Outcome::kResponseHeadTimeout, {});
  // Between two checks.
  ASSERT_TRUE(run_until(loop_, [&] { return line_count() == 1; }));
  EXPECT_THAT(lines_.text(), HasSubstr("msg=\"the backend fails\" source=requests"));
  EXPECT_EQ(watch_->why_unready(), "") << "one slow request is not the backend";
  respond("HTTP/1.1 503 Service Unavailable\r\n\r\n");
  EXPECT_EQ(watch_->is_up(), false);
  EXPECT_EQ(watch_->why_unready(), "the backend is down: " + to_string(backend.address()) + ": status 503");
  EXPECT_THAT(lines_.text(), HasSubstr("level=warn msg=\"the backend fails\" source=health_check "
                                       "backend=http://10.0.0.1:5000 error=\"status 503\" failures=1\n"));
}

TEST_F(BackendWatchTest, BlamesNoBackendThatItCannotCheck) {
  test::FakeBackend backend;
  settings_.backend = backend.address();
  settings_.health = {.path = "/healthz", .interval = 5ms, .timeout = 10s};
  watch();
  ASSERT_TRUE(run_until(loop_, [&] { return backend.wait_for_connection(0ms); }));
  test::RawSocket connection = backend.accept();
  connection.send("HTTP/1.1 200 OK\r\n\r\n");
  EXPECT_TRUE(run_until(loop_, [&] { return watch_->is_up().has_value(); }));
  {
    const test::NoDescriptors no_descriptors;
    EXPECT_TRUE(run_until(loop_, [&] { return line_count() != 0; }));
    test::run_for(loop_, 50ms);
  }
  EXPECT_EQ(watch_->is_up(), true);
  EXPECT_EQ(line_count(), 1U) << lines_.text();
  EXPECT_THAT(lines_.text(), HasSubstr("level=warn msg=\"the backend cannot be checked\" source=health_check "
                                       "backend=http://10.0.0.1:5000 error=\"Too many open files\"\n"));
}

TEST_F(BackendWatchTest, LeavesTheLoopWithoutWorkOnceStopped) {
  const test::FakeBackend backend;  // which does not respond
  settings_.backend = backend.address();
  settings_.health.path = "/healthz";
  watch();
  fail(first_);
  answer(first_);
  fail(first_);  // a line is due later
  first_.note_failure(Outcome::kBackendClosed, {});
  watch_->stop();
  EXPECT_EQ(line_count(), 3U) << lines_.text();
  EXPECT_TRUE(test::run_dry(loop_));
  EXPECT_EQ(line_count(), 3U) << lines_.text();
}

}  // namespace
}  // namespace wayside::app
