// Times and streams, as metrics and in the access log.
#include "proxy/recorder.hpp"
#include "support/proxy_stage.hpp"
#include "unit/proxy/recording.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fmt/format.h>
#include <string>
#include <string_view>

namespace wayside::proxy {
namespace {

using namespace std::chrono_literals;
using metrics::StreamKind;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

constexpr std::string_view kDurations =
    R"(http_request_duration_seconds_count{endpoint="unmatched",method="GET"})";
constexpr std::string_view kDurationSum =
    R"(http_request_duration_seconds_sum{endpoint="unmatched",method="GET"})";

// The value of a number in a line of the access log; -1 where it is not there.
double number(const std::string& line, std::string_view key) {
  const std::size_t found = line.find(fmt::format("\"{}\":", key));
  return found == line.npos ? -1 : std::stod(line.substr(found + key.size() + 3));
}

class RecorderTimesTest : public testing::Test {
 protected:
  void SetUp() override { stage_.settings.access_log = config::AccessLog::kJson; }

  test::ProxyStage stage_;
};

TEST_F(RecorderTimesTest, WritesALineWithEveryField) {
  Recording recording(stage_, "/users/7?x",
                      "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00\r\n");
  recording.respond(201);
  recording.recorder.end(
      Outcome::kCompleted,
      {.request_bytes = 3, .response_bytes = 4, .request_ended_at = Clock::now(), .request_is_sent = true});
  EXPECT_THAT(stage_.access_log(),
              MatchesRegex(R"(\{"time":"[^"]*Z","client":"192.0.2.1","method":"GET","target":"/users/7\?x",)"
                           R"("route":"unmatched","status":201,"outcome":"completed","request_bytes":3,)"
                           R"("response_bytes":4,"duration":[0-9.]*,"request_sent":[0-9.]*,)"
                           R"("response_head":[0-9.]*,"overhead":[0-9.]*,)"
                           R"("trace_id":"0af7651916cd43dd8448eb211c80319c"\})"
                           "\n"));
}

TEST_F(RecorderTimesTest, WritesALineOfBytesThatWereNoRequest) {
  Recording recording(stage_, Recording::WithoutHead{});
  recording.recorder.begin_own_response(408);
  recording.recorder.end(Outcome::kRequestHeadTimeout, {});
  EXPECT_THAT(stage_.access_log(),
              HasSubstr(R"("route":"unmatched","status":408,)"
                        R"("outcome":"request_head_timeout","request_bytes":0,"response_bytes":0})"));
  EXPECT_EQ(stage_.metric(R"(http_requests_total{endpoint="unmatched",http_status="408",method="OTHER"})"),
            1);
  EXPECT_EQ(stage_.metric(R"(http_request_duration_seconds_count{endpoint="unmatched",method="OTHER"})"), 0)
      << "the clock never started";
  EXPECT_EQ(stage_.metric("wayside_overhead_seconds_count"), 0);
}

TEST_F(RecorderTimesTest, NamesTheLabelThatTheMetricsHaveNoRoomFor) {
  stage_.settings.unmatched = routes::UnmatchedPolicy::kPath;
  stage_.settings.measurement.max_series =
      metrics::least_max_series({}, false) + metrics::guaranteed_series({}, {});
  Recording recording(stage_, "/word");
  recording.respond(200);
  recording.recorder.end(Outcome::kCompleted, {});
  EXPECT_THAT(stage_.access_log(), HasSubstr(R"("route":"/word")"));
}

TEST_F(RecorderTimesTest, CutsALongTarget) {
  const std::string target = "/" + std::string(5000, 'x');
  Recording recording(stage_, target);
  recording.respond(200);
  recording.recorder.end(Outcome::kCompleted, {});
  EXPECT_THAT(stage_.access_log(),
              HasSubstr(fmt::format(R"("target":"{}","route")", target.substr(0, LogText::kMaxTarget))));
}

TEST_F(RecorderTimesTest, CountsTheLinesThatFindNoRoom) {
  for (int i = 0; i < 1000 && stage_.metric("wayside_access_log_dropped_total") <= 0; ++i)
    Recording(stage_, "/" + std::string(2000, 'x')).recorder.end(Outcome::kShutDown, {});
  EXPECT_EQ(stage_.metric("wayside_access_log_dropped_total"), 1);
}

TEST_F(RecorderTimesTest, MeasuresFromItsConstruction) {
  Recording recording(stage_);
  EXPECT_FALSE(recording.recorder.has_waited());
  recording.recorder.note_wait(1us);
  EXPECT_TRUE(recording.recorder.has_waited());
  recording.recorder.note_wait(2us);
  while (Clock::now() - recording.recorder.started_at() < 10us) {
  }
  recording.respond(200);
  recording.recorder.end(Outcome::kCompleted, {});
  const std::string line = stage_.access_log();
  EXPECT_GE(number(line, "duration"), 10e-6);
  EXPECT_NEAR(number(line, "duration") - number(line, "overhead"), 3e-6, 1e-10);
  EXPECT_NEAR(stage_.metric(kDurationSum), number(line, "duration"), 1e-10);
  EXPECT_NEAR(stage_.metric("wayside_overhead_seconds_sum"), number(line, "overhead"), 1e-10);
  EXPECT_EQ(stage_.metric("wayside_overhead_seconds_count"), 1);
}

TEST_F(RecorderTimesTest, MeasuresHowLongTheBackendTook) {
  stage_.settings.measurement.defaults.extras.insert(metrics::ExtraHistogram::kBackendTtfb);
  const auto count = R"(http_request_backend_ttfb_seconds_count{endpoint="unmatched",method="GET"})";
  const auto sum = R"(http_request_backend_ttfb_seconds_sum{endpoint="unmatched",method="GET"})";
  // When the head came, and when the request was sent, from the beginning on; and whether it was sent.
  const auto serve = [&](Nanoseconds head_at, Nanoseconds sent_at, bool is_sent) {
    Recording recording(stage_);
    const TimePoint start = recording.recorder.started_at();
    recording.recorder.begin_response(200, start + head_at);
    recording.recorder.end(Outcome::kCompleted,
                           {.request_ended_at = start + sent_at, .request_is_sent = is_sent});
    return stage_.access_log();
  };
  const std::string line = serve(3s, 1s, true);
  EXPECT_EQ(number(line, "request_sent"), 1);
  EXPECT_EQ(number(line, "response_head"), 3);
  EXPECT_EQ(stage_.metric(count), 1);
  EXPECT_EQ(stage_.metric(sum), 2);
  serve(1s, 2s, true);
  serve(3s, 1s, false);
  EXPECT_EQ(stage_.metric(count), 1) << "a response before its request is complete says nothing";
  EXPECT_EQ(number(serve(-1s, 0s, true), "response_head"), 0)
      << "the set may have told of the head before the request began";
}

TEST_F(RecorderTimesTest, MeasuresTheQueueByTheFirstStamp) {
  stage_.settings.measurement.defaults.extras.insert(metrics::ExtraHistogram::kQueue);
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  Recording recording(stage_, "/",
                      fmt::format("X-Queue-Start: t={}\r\nX-Request-Start: t={}\r\n", (now - 2s).count(),
                                  (now - 30s).count()));
  recording.respond(200);
  recording.recorder.end(Outcome::kCompleted, {});
  const double queue = number(stage_.access_log(), "queue");
  EXPECT_GE(queue, 2);
  EXPECT_LT(queue, 25);
  EXPECT_NEAR(stage_.metric(R"(http_request_queue_seconds_sum{endpoint="unmatched",method="GET"})"), queue,
              1e-9);
}

TEST_F(RecorderTimesTest, CountsTheBytesOfBodies) {
  stage_.settings.measurement.defaults.extras.insert(metrics::ExtraHistogram::kRequestSize);
  Recording recording(stage_);
  recording.respond(200);
  recording.recorder.end(Outcome::kCompleted, {.request_bytes = 3, .response_bytes = 4});
  EXPECT_EQ(stage_.metric(R"(http_request_bytes_total{endpoint="unmatched",method="GET"})"), 3);
  EXPECT_EQ(stage_.metric(R"(http_response_bytes_total{endpoint="unmatched",method="GET"})"), 4);
  EXPECT_EQ(stage_.metric(R"(http_request_size_bytes_count{endpoint="unmatched",method="GET"})"), 1);
}

TEST_F(RecorderTimesTest, KeepsStreamsOutOfTheDurations) {
  stage_.settings.measurement.defaults.extras.insert(metrics::ExtraHistogram::kRequestSize);
  const auto series = [](std::string_view family, std::string_view direction = "") {
    return fmt::format(R"({}{{{}endpoint="unmatched",kind="upgrade"}})", family, direction);
  };
  Recording recording(stage_);
  const TimePoint head_at = recording.recorder.started_at() + 3s;
  recording.recorder.begin_response(101, head_at);
  recording.recorder.begin_stream(StreamKind::kUpgrade);
  EXPECT_EQ(stage_.metric(series("wayside_streams_active")), 1);
  EXPECT_EQ(stage_.metric(series("wayside_streams_total")), 1);
  recording.recorder.end(Outcome::kCompleted, {.request_bytes = 3, .response_bytes = 4});
  EXPECT_EQ(stage_.metric(series("wayside_streams_active")), 0);
  EXPECT_EQ(stage_.metric(series("wayside_streams_total")), 1);
  EXPECT_EQ(stage_.metric(series("wayside_stream_duration_seconds_count")), 1);
  EXPECT_EQ(stage_.metric(series("wayside_stream_bytes_total", R"(direction="from_client",)")), 3);
  EXPECT_EQ(stage_.metric(series("wayside_stream_bytes_total", R"(direction="from_backend",)")), 4);

  EXPECT_EQ(stage_.requests(101), 1);
  EXPECT_EQ(stage_.metric(kDurations), 1);
  EXPECT_EQ(stage_.metric(kDurationSum), 3) << "to its head";
  EXPECT_EQ(stage_.metric(R"(http_request_bytes_total{endpoint="unmatched",method="GET"})"), 0);
  EXPECT_EQ(stage_.metric(R"(http_request_size_bytes_count{endpoint="unmatched",method="GET"})"), 0);
  EXPECT_EQ(stage_.metric("wayside_overhead_seconds_count"), 0);
  EXPECT_THAT(stage_.access_log(), Not(HasSubstr("overhead")));
}

// Clients leave event streams, and idle ones end: that is no fault.
TEST_F(RecorderTimesTest, EndsAStreamAsStreamsEnd) {
  for (const Outcome outcome :
       {Outcome::kClientAborted, Outcome::kClientStalled, Outcome::kResponseBodyTimeout}) {
    Recording recording(stage_);
    recording.respond(200);
    recording.recorder.begin_stream(StreamKind::kEvents);
    recording.recorder.end(outcome, {.phase = metrics::AbortPhase::kResponse});
  }
  EXPECT_EQ(stage_.metric(R"(wayside_client_aborts_total{endpoint="unmatched",phase="response"})"), 0);
  EXPECT_EQ(stage_.metric(R"(wayside_backend_errors_total{reason="response_body_timeout"})"), 0);

  Recording truncated(stage_);
  truncated.respond(200);
  truncated.recorder.begin_stream(StreamKind::kEvents);
  truncated.recorder.end(Outcome::kResponseTruncated, {});
  EXPECT_EQ(stage_.metric(R"(wayside_backend_errors_total{reason="response_truncated"})"), 1);
  EXPECT_EQ(stage_.requests(200), 4);
}

TEST_F(RecorderTimesTest, ShowsTheFirstSampledTraceAsAnExemplar) {
  const auto serve = [&](std::string_view fields) {
    Recording recording(stage_, "/", fields);
    recording.respond(200);
    recording.recorder.end(Outcome::kCompleted, {});
  };
  serve("traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00\r\n");
  EXPECT_THAT(stage_.metrics(metrics::Format::kOpenMetrics), Not(HasSubstr("trace_id"))) << "not sampled";
  serve(
      "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"
      "traceparent: 00-11111111111111111111111111111111-2222222222222222-01\r\n");
  EXPECT_THAT(stage_.metrics(metrics::Format::kOpenMetrics),
              HasSubstr(R"( # {span_id="b7ad6b7169203331",trace_id="0af7651916cd43dd8448eb211c80319c"} )"));
}

}  // namespace
}  // namespace wayside::proxy
