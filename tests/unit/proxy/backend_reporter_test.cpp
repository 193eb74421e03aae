#include "wayside/proxy/backend_reporter.hpp"

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

namespace wayside::proxy {
namespace {

class BackendReporterTest : public testing::Test {
 protected:
  int changes_ = 0;
  BackendReporter reporter_{[this] { ++changes_; }};
};

TEST_F(BackendReporterTest, TellsTheFirstAnswerAndNoOther) {
  EXPECT_FALSE(reporter_.record());
  reporter_.note_answer();
  EXPECT_EQ(changes_, 1);
  const auto record = reporter_.record();
  ASSERT_TRUE(record);
  EXPECT_NE(record->answered_at, TimePoint{});
  EXPECT_EQ(record->failed_at, TimePoint{});
  for (int i = 0; i < 3; ++i)
    reporter_.note_answer();
  EXPECT_EQ(changes_, 1);
  EXPECT_EQ(reporter_.record()->answered_at, record->answered_at);
}

TEST_F(BackendReporterTest, TellsEachFailureAndTheAnswerBehindThem) {
  reporter_.note_answer();
  reporter_.note_failure(Outcome::kBackendClosed, {});
  reporter_.note_failure(Outcome::kConnectFailed, boost::asio::error::connection_refused);
  EXPECT_EQ(changes_, 3);
  const auto failed = reporter_.record();
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->failures, 2U);
  EXPECT_EQ(failed->end, End(Outcome::kConnectFailed));
  EXPECT_EQ(failed->error, boost::asio::error::connection_refused);
  EXPECT_GT(failed->failed_at, failed->answered_at);
  reporter_.note_answer();
  reporter_.note_answer();
  EXPECT_EQ(changes_, 4);
  EXPECT_GE(reporter_.record()->answered_at, failed->failed_at);
  EXPECT_EQ(reporter_.record()->failures, 2U);
}

// Another worker has met a failure.
TEST_F(BackendReporterTest, TellsAnAnswerThatIsWanted) {
  reporter_.note_answer();
  reporter_.want_answer();
  reporter_.note_answer();
  reporter_.note_answer();
  EXPECT_EQ(changes_, 2);
}

}  // namespace
}  // namespace wayside::proxy
