// A recorder while memory runs out: what it cannot count is not counted, and nothing is half counted.
#include "support/failing_memory.hpp"
#include "support/proxy_stage.hpp"
#include "unit/proxy/recording.hpp"

#include <gtest/gtest.h>

#include <string>

namespace wayside::proxy {
namespace {

class RecorderMemoryTest : public testing::Test {
 protected:
  double active() { return stage_.metric(R"(wayside_streams_active{endpoint="unmatched",kind="events"})"); }

  test::ProxyStage stage_;
};

TEST_F(RecorderMemoryTest, EndsNoStreamWhoseBeginningWasNotCounted) {
  {
    Recording recording(stage_);
    recording.respond(200);
    {
      const test::FailingMemory no_memory;
      recording.recorder.begin_stream(metrics::StreamKind::kEvents);
      EXPECT_TRUE(no_memory.has_failed());
    }
    recording.recorder.end(Outcome::kCompleted, {});
  }
  EXPECT_EQ(active(), -1) << "there is no series";
  EXPECT_EQ(stage_.requests(200), 1) << "the exchange is counted";

  Recording next(stage_);
  next.respond(200);
  next.recorder.begin_stream(metrics::StreamKind::kEvents);
  EXPECT_EQ(active(), 1);
  next.recorder.end(Outcome::kCompleted, {});
  EXPECT_EQ(active(), 0);
}

TEST_F(RecorderMemoryTest, EndsAStreamThatIsCountedWithoutMemory) {
  Recording recording(stage_);
  recording.respond(200);
  recording.recorder.begin_stream(metrics::StreamKind::kEvents);
  {
    const test::FailingMemory no_memory;
    recording.recorder.end(Outcome::kCompleted, {});
  }
  EXPECT_EQ(active(), 0);
  EXPECT_EQ(stage_.in_flight(), 0);
}

}  // namespace
}  // namespace wayside::proxy
