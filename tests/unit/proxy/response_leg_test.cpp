#include "proxy/response_leg.hpp"

#include "support/connection.hpp"
#include "support/proxy_stage.hpp"
#include "support/split_points.hpp"
#include "unit/proxy/leg_test_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

namespace wayside::proxy {
namespace {

using http::Violation;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using Phase = ResponseLeg::Phase;

constexpr std::string_view kChunkedHead = "HTTP/1.1 200 OK\r\nDate: d\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view kUntilCloseHead = "HTTP/1.1 200 OK\r\nDate: d\r\n\r\n";
constexpr std::string_view kHttp10 = "GET / HTTP/1.0\r\n\r\n";
constexpr std::string_view kUpgrade =
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
constexpr std::string_view kSwitching =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n";

class ResponseLegTest : public testing::Test {
 protected:
  test::ProxyStage stage_;
};

TEST_F(ResponseLegTest, GoesFromPhaseToPhase) {
  Response response(stage_);
  EXPECT_EQ(response.leg.phase(), Phase::kSilent);
  EXPECT_EQ(response.pump(), std::nullopt);
  EXPECT_EQ(response.leg.phase(), Phase::kSilent);
  EXPECT_EQ(response.pump(kHead.substr(0, 20)), std::nullopt);
  EXPECT_EQ(response.leg.phase(), Phase::kHead);
  EXPECT_FALSE(response.leg.has_begun());
  EXPECT_EQ(response.received(), "");
  EXPECT_EQ(response.leg.progressed_at(), TimePoint{});
  EXPECT_EQ(response.pump(kHead.substr(20) + "he"), std::nullopt);
  EXPECT_EQ(response.leg.phase(), Phase::kBody);
  EXPECT_TRUE(response.leg.has_begun());
  EXPECT_TRUE(response.leg.awaits_backend());
  EXPECT_EQ(response.received(), kHead + "he");
  EXPECT_NE(response.leg.progressed_at(), TimePoint{});
  EXPECT_EQ(response.pump("llonext"), std::nullopt);
  EXPECT_EQ(response.leg.phase(), Phase::kDone);
  EXPECT_TRUE(response.leg.is_done());
  EXPECT_FALSE(response.leg.is_tunnel());
  EXPECT_EQ(response.leg.body_bytes(), 5U);
  EXPECT_EQ(response.leg.plan().status, 200U);
  EXPECT_EQ(response.received(), "llo");
  EXPECT_EQ(response.leg.unread().view(), "next") << "for the exchange to find";
}

TEST_F(ResponseLegTest, ComesToTheSameAtEverySplitPoint) {
  const std::string length = kHead + "hello";
  for (const test::Pieces& pieces : test::all_splits(length)) {
    Response response(stage_);
    for (const std::string_view piece : pieces)
      EXPECT_EQ(response.pump(piece), std::nullopt);
    EXPECT_TRUE(response.leg.is_done());
    EXPECT_EQ(response.received(), length);
  }
  const std::string chunked = kContinue + kChunkedHead + "1;x\r\nh\r\n04\r\nello\r\n0\r\n\r\n";
  for (const test::Pieces& pieces : test::all_splits(chunked)) {
    Response response(stage_);
    for (const std::string_view piece : pieces)
      EXPECT_EQ(response.pump(piece), std::nullopt);
    EXPECT_TRUE(response.leg.is_done());
    EXPECT_EQ(response.leg.body_bytes(), 5U);
    const std::string received = response.received();
    const std::size_t head_size = kContinue.size() + kChunkedHead.size();
    EXPECT_EQ(received.substr(0, head_size), kContinue + kChunkedHead);
    EXPECT_EQ(data_of(received.substr(head_size)), "hello");
  }
}

struct Broken {
  std::string bytes;  // that the backend sends before it closes
  End end;
  bool has_begun;
};

TEST_F(ResponseLegTest, EndsByWhatTheBackendDoes) {
  stage_.settings.limits.head = 200;
  for (const Broken& broken : {
           Broken{"", Outcome::kBackendClosed, false},
           Broken{"HTTP/1.1 200", End::bad_response(Violation::kTruncatedHead), false},
           Broken{kContinue + "", End::bad_response(Violation::kTruncatedHead), false},
           Broken{"ICY 200 OK\r\n\r\n", End::bad_response(Violation::kMalformedHead), false},
           Broken{"HTTP/1.1 200 OK\r\nX : y\r\n\r\n", End::bad_response(Violation::kMalformedHead), false},
           Broken{"HTTP/1.1 200 OK\r\nX: " + std::string(200, 'x'),
                  End::bad_response(Violation::kHeadTooLarge), false},
           Broken{"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
                  End::bad_response(Violation::kBadContentLength), false},
           Broken{std::string(kSwitching), End::bad_response(Violation::kUnaskedSwitch), false},
           Broken{kHead + "hell", Outcome::kResponseTruncated, true},
           Broken{std::string(kHead), Outcome::kResponseTruncated, true},
           Broken{kChunkedHead + "5\r\nhello\r\n", Outcome::kResponseTruncated, true},
           Broken{std::string(kChunkedHead), Outcome::kResponseTruncated, true},
       }) {
    Response response(stage_);
    if (!broken.bytes.empty()) response.request.backend.peer.send(broken.bytes);
    EXPECT_EQ(response.pump_end(), broken.end) << broken.bytes;
    EXPECT_EQ(response.leg.has_begun(), broken.has_begun) << broken.bytes;
    EXPECT_FALSE(response.leg.is_done()) << broken.bytes;
  }
}

TEST_F(ResponseLegTest, EndsWhereAChunkIsMalformedThatCameLater) {
  Response response(stage_);
  EXPECT_EQ(response.pump(kChunkedHead + "1\r\na\r\n"), std::nullopt);
  EXPECT_EQ(response.pump("x"), End::bad_response(Violation::kBadChunk));
  EXPECT_TRUE(response.leg.has_begun());
  EXPECT_EQ(response.received(), kChunkedHead + "1\r\na\r\n") << "without an end";
}

TEST_F(ResponseLegTest, EndsWhereTheClientHasLeft) {
  Response response(stage_);
  response.request.client.peer.close();
  EXPECT_EQ(response.pump(kHead), End(Outcome::kClientAborted));
}

// Nothing of the exchange has changed, so the client can be told.
TEST_F(ResponseLegTest, BeginsNothingBehindABadFirstChunk) {
  stage_.settings.measurement.route_header = "X-Route";
  Response response(stage_);
  EXPECT_EQ(response.pump(kChunkedHead + "x"), End::bad_response(Violation::kBadChunk));
  EXPECT_EQ(response.leg.phase(), Phase::kHead);
  EXPECT_EQ(response.leg.plan().status, 0U);
  EXPECT_EQ(response.leg.body_bytes(), 0U);
  EXPECT_TRUE(response.leg.awaits_backend());
  EXPECT_EQ(response.received(), "");
  response.answer("answer");
  EXPECT_TRUE(response.leg.deliver());
  EXPECT_TRUE(response.leg.is_done());
  EXPECT_EQ(response.received(), "answer");
}

// RFC 9110 section 15.2.
TEST_F(ResponseLegTest, RelaysInformationalResponses) {
  Response response(stage_);
  EXPECT_FALSE(response.leg.has_informed());
  EXPECT_EQ(response.pump(kContinue), std::nullopt);
  EXPECT_TRUE(response.leg.has_informed());
  EXPECT_EQ(response.leg.phase(), Phase::kHead);
  EXPECT_EQ(response.received(), kContinue);
  EXPECT_EQ(response.pump("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: x\r\nX: y\r\n\r\n" + kHead),
            std::nullopt);
  EXPECT_EQ(response.received(), "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + kHead);
  EXPECT_EQ(response.pump("hello"), std::nullopt);
  EXPECT_TRUE(response.leg.is_done());
}

TEST_F(ResponseLegTest, KeepsInformationalResponsesFromAnHttp10Client) {
  Response response(stage_, kHttp10);
  EXPECT_EQ(response.pump(kContinue), std::nullopt);
  EXPECT_TRUE(response.leg.has_informed());
  EXPECT_EQ(response.received(), "");
  EXPECT_EQ(response.pump(kContinue + kHead + "hello"), std::nullopt);
  EXPECT_TRUE(response.leg.is_done());
  EXPECT_THAT(response.received(), MatchesRegex("HTTP/1.1 200 OK.*hello"));
}

TEST_F(ResponseLegTest, EndsABackendThatInformsForEver) {
  std::string many;
  for (int i = 0; i < 16; ++i)
    many += kContinue;
  for (const std::string_view request : {kGet, kHttp10}) {
    Response patient(stage_, request);
    EXPECT_EQ(patient.pump(many + kHead + "hello"), std::nullopt);
    EXPECT_TRUE(patient.leg.is_done());
    Response response(stage_, request);
    EXPECT_EQ(response.pump(many + kContinue), End::bad_response(Violation::kTooManyInformational));
    EXPECT_FALSE(response.leg.has_begun());
  }
}

TEST_F(ResponseLegTest, PutsABodyThatEndsWithTheConnectionIntoChunks) {
  Response response(stage_);
  EXPECT_EQ(response.pump(kUntilCloseHead + "he"), std::nullopt);
  EXPECT_EQ(response.pump("llo"), std::nullopt);
  EXPECT_EQ(response.leg.phase(), Phase::kBody);
  EXPECT_EQ(response.pump_end(), std::nullopt);
  EXPECT_TRUE(response.leg.is_done());
  EXPECT_FALSE(response.leg.plan().close);
  EXPECT_EQ(response.received(), kChunkedHead + "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n");
}

TEST_F(ResponseLegTest, EndsABodyForAnHttp10ClientWithItsConnection) {
  for (const std::string& bytes : {kUntilCloseHead + "hello", kChunkedHead + "5\r\nhello\r\n0\r\n\r\n"}) {
    Response response(stage_, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    response.request.backend.peer.send(bytes);
    EXPECT_EQ(response.pump_end(), std::nullopt);
    EXPECT_TRUE(response.leg.is_done());
    EXPECT_TRUE(response.leg.plan().close);
    EXPECT_EQ(response.leg.plan().outgoing.kind, http::Framing::Kind::kUntilClose);
    EXPECT_EQ(response.received(), "HTTP/1.1 200 OK\r\nDate: d\r\nConnection: close\r\n\r\nhello");
  }
}

// A reset is no end: RFC 9112 section 8.
TEST_F(ResponseLegTest, EndsNoBodyWithAReset) {
  Response response(stage_);
  EXPECT_EQ(response.pump(kUntilCloseHead + "hello"), std::nullopt);
  test::fill(response.request.backend.stream);
  EXPECT_EQ(response.pump_end(), End(Outcome::kResponseTruncated)) << "closed with unread bytes";
  EXPECT_THAT(response.received(), Not(HasSubstr("0\r\n\r\n")));
}

TEST_F(ResponseLegTest, TellsAnEventStream) {
  constexpr std::string_view kEvents = R"(wayside_streams_active{endpoint="unmatched",kind="events"})";
  Response response(stage_);
  EXPECT_EQ(response.pump("HTTP/1.1 200 OK\r\nDate: d\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n"),
            std::nullopt);
  EXPECT_EQ(response.leg.phase(), Phase::kEvents);
  EXPECT_TRUE(response.leg.has_begun());
  EXPECT_EQ(stage_.metric(kEvents), 1);
  EXPECT_EQ(response.pump_end(), std::nullopt);
  EXPECT_TRUE(response.leg.is_done());
  EXPECT_THAT(response.received(), testing::EndsWith("\r\n\r\n9\r\ndata: 1\n\n\r\n0\r\n\r\n"));
}

TEST_F(ResponseLegTest, SwitchesAndKeepsWhatCameEarly) {
  Response response(stage_, kUpgrade);
  response.block_client();
  EXPECT_EQ(response.pump(kSwitching + "early"), std::nullopt);
  EXPECT_EQ(response.leg.phase(), Phase::kSwitched);
  EXPECT_TRUE(response.leg.has_begun());
  EXPECT_FALSE(response.leg.is_tunnel()) << "the client has not been told";
  response.unblock_client();
  EXPECT_EQ(response.pump(), std::nullopt);
  EXPECT_TRUE(response.leg.is_tunnel());
  EXPECT_FALSE(response.leg.is_done());
  EXPECT_EQ(response.received(), kSwitching) << "no Date is added";
  EXPECT_EQ(response.leg.unread().view(), "early");
  EXPECT_EQ(stage_.metric(R"(wayside_streams_active{endpoint="unmatched",kind="upgrade"})"), 1);
}

// RFC 9110 section 6.5.1.
TEST_F(ResponseLegTest, ForwardsTrailersToAClientThatGetsChunks) {
  constexpr std::string_view kBody = "1\r\na\r\n0\r\nX-Sum: 1\r\nSet-Cookie: x\r\n\r\n";
  Response chunked(stage_);
  EXPECT_EQ(chunked.pump(kChunkedHead + kBody), std::nullopt);
  EXPECT_EQ(chunked.received(), kChunkedHead + "1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n");
  Response old(stage_, "GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.pump(kChunkedHead + kBody), std::nullopt);
  EXPECT_TRUE(old.received().ends_with("\r\n\r\na")) << "HTTP/1.0 has no chunks";
}

TEST_F(ResponseLegTest, RelaysAHeadWithoutItsBody) {
  Response head(stage_, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(head.pump(kHead), std::nullopt);
  EXPECT_TRUE(head.leg.is_done());
  EXPECT_EQ(head.received(), kHead);

  constexpr std::string_view kNotModified =
      "HTTP/1.1 304 Not Modified\r\nDate: d\r\nContent-Length: 5\r\n\r\n";
  Response response(stage_);
  EXPECT_EQ(response.pump(kNotModified), std::nullopt);
  EXPECT_TRUE(response.leg.is_done());
  EXPECT_EQ(response.received(), kNotModified);
}

// RFC 9110 section 15.5.22.
TEST_F(ResponseLegTest, KeepsTheUpgradeFieldOf426Alone) {
  Response required(stage_);
  EXPECT_EQ(required.pump("HTTP/1.1 426 Upgrade Required\r\nDate: d\r\nUpgrade: x/1\r\nContent-Length: "
                          "0\r\nConnection: upgrade\r\n\r\n"),
            std::nullopt);
  EXPECT_EQ(required.received(),
            "HTTP/1.1 426 Upgrade Required\r\nDate: d\r\nUpgrade: x/1\r\nContent-Length: 0\r\nConnection: "
            "upgrade\r\n\r\n");
  Response ok(stage_);
  EXPECT_EQ(ok.pump("HTTP/1.1 200 OK\r\nDate: d\r\nUpgrade: x/1\r\nContent-Length: 0\r\nConnection: "
                    "upgrade\r\n\r\n"),
            std::nullopt);
  EXPECT_EQ(ok.received(), "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 0\r\n\r\n");
}

TEST_F(ResponseLegTest, TellsTheClientWhatBecomesOfItsConnection) {
  Response early(stage_, put(5));
  EXPECT_EQ(early.pump(kHead), std::nullopt);
  EXPECT_THAT(early.received(), HasSubstr("\r\nConnection: close\r\n")) << "its request is not complete";
  Response http10(stage_, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(http10.pump(kHead), std::nullopt);
  EXPECT_THAT(http10.received(), HasSubstr("\r\nConnection: keep-alive\r\n"));
  stage_.context().drain = Drain::kBegun;
  Response last(stage_);
  EXPECT_EQ(last.pump(kHead), std::nullopt);
  EXPECT_THAT(last.received(), HasSubstr("\r\nConnection: close\r\n"));
}

// RFC 9110 section 6.6.1.
TEST_F(ResponseLegTest, AddsADateWhereThereIsNone) {
  Response response(stage_);
  EXPECT_EQ(response.pump("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), std::nullopt);
  EXPECT_THAT(response.received(),
              MatchesRegex("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: [^\r]* GMT\r\n\r\n"));
}

TEST_F(ResponseLegTest, LeavesOutTheFieldThatNamesTheRoute) {
  stage_.settings.measurement.route_header = "X-Route";
  Response response(stage_);
  EXPECT_EQ(response.pump("HTTP/1.1 200 OK\r\nDate: d\r\nx-route: /a\r\nContent-Length: 0\r\n\r\n"),
            std::nullopt);
  EXPECT_EQ(response.received(), "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 0\r\n\r\n");
}

}  // namespace
}  // namespace wayside::proxy
