#include "proxy/request_leg.hpp"
#include "support/connection.hpp"
#include "support/io_loop.hpp"
#include "support/proxy_stage.hpp"
#include "support/split_points.hpp"
#include "unit/proxy/leg_test_support.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace wayside::proxy {
namespace {

using namespace std::chrono_literals;
using http::Violation;
using State = RequestLeg::State;

class RequestLegBodyTest : public testing::Test {
 protected:
  test::ProxyStage stage_;
};

TEST_F(RequestLegBodyTest, PassesABodyOfKnownLengthAtEverySplitPoint) {
  const std::string body = "hello, next";
  for (const std::size_t buffer : {0UL, 16UL}) {
    stage_.settings.request_body.buffer = buffer;
    for (const test::Pieces& pieces : test::all_splits(body)) {
      Request request(stage_);
      EXPECT_EQ(request.admit(put(5)), std::nullopt);
      for (const std::string_view piece : pieces) {
        if (request.leg.is_over()) break;  // the rest belongs to the next request
        EXPECT_EQ(request.take(piece), std::nullopt);
      }
      EXPECT_EQ(request.leg.state(), State::kOver);
      EXPECT_EQ(request.leg.body_bytes(), 5U);
      EXPECT_EQ(request.sent(), put_sent(5) + "hello");
    }
  }
}

TEST_F(RequestLegBodyTest, CutsChunksAnewAtEverySplitPoint) {
  const std::string body = "5;ext\r\nhello\r\n01\r\n!\r\n0\r\n\r\n";
  for (const std::size_t buffer : {0UL, 4UL, 16UL}) {
    stage_.settings.request_body.buffer = buffer;
    for (const test::Pieces& pieces : test::all_splits(body)) {
      Request request(stage_);
      EXPECT_EQ(request.admit(kPutChunked), std::nullopt);
      for (const std::string_view piece : pieces) {
        EXPECT_EQ(request.take(piece), std::nullopt);
      }
      EXPECT_EQ(request.leg.state(), State::kOver);
      EXPECT_EQ(request.leg.body_bytes(), 6U);
      const std::string sent = request.sent();
      ASSERT_EQ(sent.substr(0, kPutChunkedSent.size()), kPutChunkedSent);
      EXPECT_EQ(data_of(sent.substr(kPutChunkedSent.size())), "hello!");
    }
  }
}

TEST_F(RequestLegBodyTest, SendsBodyBytesThatCameWithTheHeadAtEverySplitPoint) {
  stage_.settings.request_body.buffer = 0;
  const std::string body = "5\r\nhello\r\n0\r\n\r\n";
  for (std::size_t at = 0; at <= body.size(); ++at) {
    Request request(stage_);
    EXPECT_EQ(request.admit(kPutChunked + body.substr(0, at)), std::nullopt);
    EXPECT_EQ(request.pump(), std::nullopt);
    const auto end = at == body.size() ? std::nullopt : request.pump(body.substr(at));
    EXPECT_EQ(end, std::nullopt);
    EXPECT_EQ(request.leg.state(), State::kOver);
    EXPECT_EQ(data_of(request.sent().substr(kPutChunkedSent.size())), "hello");
  }
}

TEST_F(RequestLegBodyTest, ForwardsTrailers) {
  Request request(stage_);
  EXPECT_EQ(request.admit(kPutChunked), std::nullopt);
  EXPECT_EQ(request.take("1\r\na\r\n0\r\nX-Sum: 1\r\nHost: evil\r\n\r\n"), std::nullopt);
  EXPECT_EQ(request.sent(), kPutChunkedSent + "1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n");
}

TEST_F(RequestLegBodyTest, HoldsABodyBelowTheBufferUntilItIsComplete) {
  stage_.settings.request_body.buffer = 8;
  Request request(stage_);
  EXPECT_EQ(request.admit(put(5) + "he"), std::nullopt);
  EXPECT_EQ(request.leg.state(), State::kHolding);
  EXPECT_TRUE(request.leg.awaits_client());
  EXPECT_TRUE(request.leg.is_under_way());
  EXPECT_EQ(request.leg.hold(), std::nullopt);
  EXPECT_EQ(request.leg.state(), State::kHolding);
  EXPECT_EQ(request.leg.body_bytes(), 2U);
  EXPECT_EQ(request.hold("llo"), std::nullopt);
  EXPECT_EQ(request.leg.state(), State::kReading);
  EXPECT_TRUE(request.leg.body_is_complete());
  EXPECT_EQ(request.sent(), "") << "the backend has nothing to do with it yet";
  EXPECT_EQ(request.pump(), std::nullopt);
  EXPECT_EQ(request.leg.state(), State::kOver);
  EXPECT_EQ(request.sent(), put_sent(5) + "hello");
}

TEST_F(RequestLegBodyTest, HoldsAsMuchOfABodyAsTheBuffer) {
  stage_.settings.request_body.buffer = 8;
  Request request(stage_);
  EXPECT_EQ(request.admit(put(10)), std::nullopt);
  EXPECT_EQ(request.hold("0123456"), std::nullopt);
  EXPECT_EQ(request.leg.state(), State::kHolding);
  EXPECT_EQ(request.hold("7"), std::nullopt);
  EXPECT_EQ(request.leg.state(), State::kReading);
  EXPECT_EQ(request.pump(), std::nullopt);
  EXPECT_EQ(request.sent(), put_sent(10) + "01234567");
  EXPECT_EQ(request.pump("89"), std::nullopt);
  EXPECT_EQ(request.leg.state(), State::kOver);
  EXPECT_EQ(request.sent(), "89");
}

TEST_F(RequestLegBodyTest, HoldsNothingOfWhichEnoughHasCome) {
  stage_.settings.request_body.buffer = 8;
  for (const std::string& bytes : {put(10) + "01234567", put(5) + "hello", kPutChunked + "8\r\n01234567"}) {
    Request request(stage_);
    EXPECT_EQ(request.admit(bytes), std::nullopt);
    EXPECT_EQ(request.leg.state(), State::kReading) << bytes;
  }
}

// What it holds are the data: the client pays with no framing for a place in the buffer.
TEST_F(RequestLegBodyTest, HoldsTheDataOfChunks) {
  stage_.settings.request_body.buffer = 8;
  Request request(stage_);
  EXPECT_EQ(request.admit(kPutChunked), std::nullopt);
  EXPECT_EQ(request.hold("4;a-long-extension=1\r\n0123\r\n3\r\n456\r\n"), std::nullopt);
  EXPECT_EQ(request.leg.state(), State::kHolding);
  EXPECT_EQ(request.hold("1\r\n7\r\n"), std::nullopt);
  EXPECT_EQ(request.leg.state(), State::kReading);
  EXPECT_EQ(request.pump("0\r\n\r\nGET"), std::nullopt);
  EXPECT_EQ(request.sent(), kPutChunkedSent + "8\r\n01234567\r\n0\r\n\r\n");
  EXPECT_EQ(request.client.connection.in.view(), "GET");
}

// It comes only once the backend has asked for it.
TEST_F(RequestLegBodyTest, HoldsNoBodyBehindAnExpectation) {
  Request request(stage_);
  EXPECT_EQ(request.admit("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"),
            std::nullopt);
  EXPECT_EQ(request.leg.state(), State::kReading);
  EXPECT_EQ(request.pump(), std::nullopt);
  EXPECT_TRUE(request.sent().ends_with(kAdded));
  EXPECT_TRUE(request.leg.awaits_client());
}

// Larger than the sockets' buffers, by way of a pipe.
TEST_F(RequestLegBodyTest, PassesALargeBodyWhileTheBackendReadsSlowly) {
  const std::string body(2'000'000, 'b');
  Request request(stage_);
  EXPECT_EQ(request.admit(put(body.size())), std::nullopt);
  std::string_view rest = body;
  std::string received;
  bool was_blocked = false;
  EXPECT_TRUE(run_until(stage_.loop, [&] {
    EXPECT_EQ(request.move_on(), std::nullopt);
    if (request.leg.is_under_way() && !request.leg.awaits_client()) was_blocked = true;
    if (was_blocked) received += request.sent();
    if (!request.client.connection.stream.readable()) {
      const std::string_view piece = rest.substr(0, 50'000);
      request.client.peer.send(piece);
      rest.remove_prefix(piece.size());
    }
    return request.leg.is_over();
  }));
  EXPECT_TRUE(was_blocked);
  received += request.sent();
  EXPECT_TRUE(received == put_sent(body.size()) + body);
}

TEST_F(RequestLegBodyTest, EndsTheExchangeOfAClientThatLeavesInsideItsBody) {
  for (const auto half_close : {config::HalfClose::kAbort, config::HalfClose::kServe}) {
    for (const std::size_t buffer : {0UL, 16UL}) {
      stage_.settings.client_half_close = half_close;
      stage_.settings.request_body.buffer = buffer;
      Request request(stage_);
      EXPECT_EQ(request.admit(put(5) + "he"), std::nullopt);
      EXPECT_EQ(request.pump(), std::nullopt);
      request.client.peer.shutdown_send();
      request.let_know();
      EXPECT_EQ(buffer == 0 ? request.pump() : request.leg.hold(), End(Outcome::kClientAborted));
    }
  }
}

struct BrokenBody {
  std::string_view with_head;
  std::string_view later;
  Violation violation;
};

TEST_F(RequestLegBodyTest, RejectsABodyThatBreaksARuleWhereverItIsFound) {
  stage_.settings.limits.body = 5;
  stage_.settings.limits.trailers = 16;
  for (const BrokenBody& body : {
           BrokenBody{"x", "", Violation::kBadChunk},
           BrokenBody{"", "5\r\nhello!\r\n", Violation::kBadChunk},
           BrokenBody{"5\r\nhel", "lo!", Violation::kBadChunk},
           BrokenBody{"", "0\r\nX-Long: 0123456789\r\n\r\n", Violation::kTrailersTooLarge},
           BrokenBody{"6\r\nhello!\r\n", "", Violation::kBodyTooLarge},
           BrokenBody{"5\r\nhello\r\n", "1\r\n!\r\n", Violation::kBodyTooLarge},
       }) {
    for (const std::size_t buffer : {0UL, 1UL, 64UL}) {
      stage_.settings.request_body.buffer = buffer;
      Request request(stage_);
      auto end = request.admit(kPutChunked + body.with_head);
      if (!end) end = request.move_on();
      if (!end) end = request.take(body.later);
      EXPECT_EQ(end, End(body.violation)) << body.with_head << body.later << buffer;
      EXPECT_EQ(request.leg.state(), State::kRejected);
      EXPECT_EQ(request.pump(), std::nullopt) << "no more of it is read";

      request.leg.abandon();
      EXPECT_EQ(request.leg.state(), State::kBroken) << "the next request cannot be found";
    }
  }
}

TEST_F(RequestLegBodyTest, AcceptsABodyAtItsLimit) {
  stage_.settings.limits.body = 5;
  for (const std::size_t buffer : {0UL, 16UL}) {
    stage_.settings.request_body.buffer = buffer;
    Request chunked(stage_);
    EXPECT_EQ(chunked.admit(kPutChunked), std::nullopt);
    EXPECT_EQ(chunked.take("5\r\nhello\r\n0\r\n\r\n"), std::nullopt);
    EXPECT_EQ(chunked.leg.state(), State::kOver);
    Request length(stage_);
    EXPECT_EQ(length.admit(put(5)), std::nullopt);
    EXPECT_EQ(length.take("hello"), std::nullopt);
    EXPECT_EQ(length.leg.state(), State::kOver);
  }
}

TEST_F(RequestLegBodyTest, AsksForAnAverageRateBehindAGrace) {
  stage_.settings.request_body = {.buffer = 100, .min_rate = 64};
  const net::ReadinessSet& set = stage_.loop.readiness;
  Request request(stage_);
  EXPECT_EQ(request.admit(put(100'000)), std::nullopt);
  ASSERT_EQ(request.leg.state(), State::kHolding);
  EXPECT_EQ(request.leg.rate_deadline(), set.woke_at() + 5s);
  EXPECT_EQ(request.take(std::string(128, 'x')), std::nullopt);
  ASSERT_EQ(request.leg.state(), State::kReading);
  EXPECT_EQ(request.leg.rate_deadline(), set.woke_at() + 7s);
  request.leg.note_wait(3s);
  EXPECT_EQ(request.leg.rate_deadline(), set.woke_at() + 4s);

  test::fill(request.backend.stream);
  EXPECT_EQ(request.pump(std::string(32, 'y')), std::nullopt);
  ASSERT_FALSE(request.leg.awaits_client());
  EXPECT_EQ(request.leg.rate_deadline(), TimePoint::max()) << "it is the backend's fault";
  request.leg.note_wait(3s);
  request.backend.peer.read_available();
  EXPECT_EQ(request.pump(), std::nullopt) << "not before it is known to be writable";
  EXPECT_TRUE(run_until(stage_.loop, [&] { return request.backend.stream.writable(); }));
  EXPECT_EQ(request.pump(), std::nullopt);
  EXPECT_EQ(request.leg.rate_deadline(), set.woke_at() + 4s + 500ms);
}

TEST_F(RequestLegBodyTest, AsksForNoRateWhereNoneIsConfigured) {
  Request request(stage_);
  EXPECT_EQ(request.admit(put(5)), std::nullopt);
  EXPECT_TRUE(request.leg.awaits_client());
  EXPECT_EQ(request.leg.rate_deadline(), TimePoint::max());
}

TEST_F(RequestLegBodyTest, GivesItsMemoryBackForAWait) {
  stage_.settings.request_body.buffer = 0;
  Request request(stage_);
  EXPECT_EQ(request.admit(put(5)), std::nullopt);
  EXPECT_EQ(request.pump("he"), std::nullopt);
  request.leg.give_back_idle();
  EXPECT_EQ(request.client.connection.in.space().size(), 0U);
  EXPECT_EQ(request.pump("llo"), std::nullopt);
  EXPECT_EQ(request.sent(), put_sent(5) + "hello");
}

}  // namespace
}  // namespace wayside::proxy
