#include "proxy/request_leg.hpp"

#include "support/connection.hpp"
#include "support/io_loop.hpp"
#include "support/proxy_stage.hpp"
#include "unit/proxy/leg_test_support.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>

namespace wayside::proxy {
namespace {

using http::Violation;
using State = RequestLeg::State;

class RequestLegTest : public testing::Test {
 protected:
  test::ProxyStage stage_;
};

TEST_F(RequestLegTest, SendsARewrittenHeadAndLeavesTheNextRequest) {
  Request request(stage_);
  EXPECT_EQ(request.leg.state(), State::kUnread);
  EXPECT_EQ(request.admit("GET /a?b HTTP/1.1\r\nHost: a\r\nX: y\r\nConnection: x\r\n\r\nGET /next"),
            std::nullopt);
  EXPECT_EQ(request.leg.state(), State::kReading);
  EXPECT_FALSE(request.leg.awaits_client());
  EXPECT_EQ(request.leg.ended_at(), TimePoint{});
  EXPECT_EQ(request.pump(), std::nullopt);
  EXPECT_EQ(request.leg.state(), State::kOver);
  EXPECT_TRUE(request.leg.is_over());
  EXPECT_TRUE(request.leg.body_is_complete());
  EXPECT_NE(request.leg.ended_at(), TimePoint{});
  EXPECT_NE(request.leg.progressed_at(), TimePoint{});
  EXPECT_EQ(request.sent(), "GET /a?b HTTP/1.1\r\nHost: a\r\n" + std::string(kAdded));
  EXPECT_EQ(request.client.connection.in.view(), "GET /next");
}

TEST_F(RequestLegTest, TellsTheHostOfTheBackendWhereAnHttp10ClientNamesNone) {
  stage_.settings.via = false;
  Request request(stage_);
  EXPECT_EQ(request.admit("GET / HTTP/1.0\r\n\r\n"), std::nullopt);
  EXPECT_EQ(request.pump(), std::nullopt);
  EXPECT_EQ(request.sent(), fmt::format("GET / HTTP/1.1\r\nHost: {}\r\nX-Forwarded-For: "
                                        "192.0.2.1\r\nX-Forwarded-Proto: http\r\n\r\n",
                                        to_string(stage_.backend.address())));
}

// Its response may be on the way (RFC 9110 section 7.5).
TEST_F(RequestLegTest, BreaksWhereTheBackendTakesNoMore) {
  stage_.settings.request_body.buffer = 0;
  Request request(stage_);
  EXPECT_EQ(request.admit(put(5)), std::nullopt);
  EXPECT_EQ(request.pump(), std::nullopt);
  EXPECT_EQ(request.leg.ended_at(), TimePoint{});
  request.backend.peer.close();
  EXPECT_EQ(request.pump("he"), std::nullopt) << "the exchange goes on";
  EXPECT_EQ(request.leg.state(), State::kBroken);
  EXPECT_FALSE(request.leg.is_under_way());
  EXPECT_FALSE(request.leg.awaits_client());
  EXPECT_FALSE(request.leg.body_is_complete());
  EXPECT_NE(request.leg.ended_at(), TimePoint{});
  EXPECT_EQ(request.pump("llo"), std::nullopt);
  EXPECT_EQ(request.leg.body_bytes(), 2U) << "nothing more is read";
}

TEST_F(RequestLegTest, ReadsNothingOfARequestThatItsHeadRejects) {
  stage_.settings.limits.body = 5;
  Request request(stage_);
  EXPECT_EQ(request.admit(put(6) + "hello!"), End(Violation::kBodyTooLarge));
  EXPECT_EQ(request.leg.state(), State::kUnread);
  EXPECT_EQ(request.leg.plan().method, Method::put);
  EXPECT_EQ(request.pump(), std::nullopt);
  EXPECT_EQ(request.sent(), "");
  request.leg.abandon();
  EXPECT_EQ(request.leg.state(), State::kBroken);
}

TEST_F(RequestLegTest, SendsAnIdempotentRequestAgain) {
  for (const std::string_view method : {"GET", "DELETE"}) {
    Request request(stage_);
    EXPECT_EQ(request.admit(fmt::format("{} / HTTP/1.1\r\nHost: a\r\n\r\nnext", method)), std::nullopt);
    EXPECT_EQ(request.pump(), std::nullopt);
    const std::string first = request.sent();
    EXPECT_TRUE(request.leg.may_retry());
    request.leg.rewind();
    EXPECT_EQ(request.leg.state(), State::kReading);
    test::Connection other = test::unix_connection(stage_.loop);
    EXPECT_EQ(request.leg.pump(other.stream), std::nullopt);
    EXPECT_EQ(request.leg.state(), State::kOver);
    EXPECT_EQ(other.peer.read_available(), first);
    EXPECT_EQ(request.client.connection.in.view(), "next");
  }
}

// RFC 9110 section 9.2.2: the backend may have acted on it.
TEST_F(RequestLegTest, DoesNotSendARequestAgainThatTheBackendMayHaveActedOn) {
  for (const std::string_view method : {"POST", "PATCH", "PURGE"}) {
    Request request(stage_);
    EXPECT_EQ(request.admit(fmt::format("{} / HTTP/1.1\r\nHost: a\r\n\r\n", method)), std::nullopt);
    EXPECT_TRUE(request.leg.may_retry()) << "it has nothing yet";
    EXPECT_EQ(request.pump(), std::nullopt);
    EXPECT_FALSE(request.leg.may_retry()) << method;
  }
  Request body(stage_);
  EXPECT_EQ(body.admit(put(5) + "hello"), std::nullopt);
  EXPECT_EQ(body.pump(), std::nullopt);
  EXPECT_FALSE(body.leg.may_retry()) << "the body is gone";
}

// The connection was stale: the first write has failed.
TEST_F(RequestLegTest, SendsAnyRequestAgainOfWhichTheBackendHasNothing) {
  for (const std::string_view bytes :
       {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\n\r\n"}) {
    Request request(stage_);
    EXPECT_EQ(request.admit(bytes), std::nullopt);
    request.backend.peer.close();
    EXPECT_EQ(request.move_on(), std::nullopt);
    ASSERT_EQ(request.leg.state(), State::kBroken);
    EXPECT_TRUE(request.leg.may_retry());
    request.leg.rewind();
    test::Connection other = test::unix_connection(stage_.loop);
    EXPECT_EQ(request.leg.pump(other.stream), std::nullopt);
    EXPECT_EQ(request.leg.state(), State::kOver);
    const std::string_view body = bytes.substr(bytes.find("\r\n\r\n") + 4);
    EXPECT_TRUE(other.peer.read_available().ends_with(kAdded + body));
  }
}

// The client can go on behind the answer where its request was read to its end.
TEST_F(RequestLegTest, KeepsTheConnectionInStepWhereAReadRequestIsAbandoned) {
  for (const std::string& bytes : {std::string(kGet), put(5) + "hello"}) {
    Request request(stage_);
    EXPECT_EQ(request.admit(bytes + "GET /next"), std::nullopt);
    request.leg.abandon();
    EXPECT_EQ(request.leg.state(), State::kOver);
    EXPECT_EQ(request.client.connection.in.view(), "GET /next");
    EXPECT_EQ(request.pump(), std::nullopt);
    EXPECT_EQ(request.sent(), "") << "it is not sent any more";
  }
}

TEST_F(RequestLegTest, LosesTheStepWhereAnUnreadRequestIsAbandoned) {
  for (const std::size_t buffer : {0UL, 16UL}) {
    stage_.settings.request_body.buffer = buffer;
    Request request(stage_);
    EXPECT_EQ(request.admit(put(5) + "he"), std::nullopt);
    request.leg.abandon();
    EXPECT_EQ(request.leg.state(), State::kBroken);
    EXPECT_EQ(request.pump(), std::nullopt);
    EXPECT_EQ(request.sent(), "");
  }
}

// Whether the client has left, by what half_close says of the end of its sending direction.
TEST_F(RequestLegTest, WatchesAClientWithoutABody) {
  for (const auto half_close : {config::HalfClose::kAbort, config::HalfClose::kServe}) {
    stage_.settings.client_half_close = half_close;
    Request request(stage_);
    test::CountingWaiter waiter;
    request.client.connection.stream.set_waiter(&waiter);
    EXPECT_EQ(request.admit(kGet), std::nullopt);
    EXPECT_TRUE(request.leg.watch_client());
    request.send("GET /next");
    EXPECT_EQ(waiter.wakes(), 1);
    EXPECT_TRUE(request.leg.watch_client());
    EXPECT_EQ(request.client.connection.in.view(), kGet + "GET /next");
    request.client.peer.shutdown_send();
    request.let_know();
    EXPECT_EQ(waiter.wakes(), 2);
    EXPECT_EQ(request.leg.watch_client(), half_close == config::HalfClose::kServe);
  }
}

// The outbox refers to the body in client.in, so nothing more is read.
TEST_F(RequestLegTest, WatchesAClientWhoseBodyIsComplete) {
  for (const auto half_close : {config::HalfClose::kAbort, config::HalfClose::kServe}) {
    stage_.settings.client_half_close = half_close;
    Request request(stage_);
    EXPECT_EQ(request.admit(put(5) + "hello"), std::nullopt);
    EXPECT_TRUE(request.leg.watch_client());
    request.client.peer.shutdown_send();
    request.let_know();
    EXPECT_EQ(request.leg.watch_client(), half_close == config::HalfClose::kServe);

    Request pipelined(stage_);
    EXPECT_EQ(pipelined.admit(put(5) + "hello"), std::nullopt);
    pipelined.send("GET /next");
    EXPECT_TRUE(pipelined.leg.watch_client());
    EXPECT_EQ(pipelined.client.connection.in.view(), put(5) + "hello");
  }
}

TEST_F(RequestLegTest, SeesAResetWhateverHalfCloseSays) {
  for (const auto half_close : {config::HalfClose::kAbort, config::HalfClose::kServe}) {
    stage_.settings.client_half_close = half_close;
    for (const std::string& bytes : {std::string(kGet), put(5) + "hello"}) {
      Request request(stage_);
      EXPECT_EQ(request.admit(bytes), std::nullopt);
      test::fill(request.client.connection.stream);
      request.client.peer.close();  // with unread bytes, which is a reset
      request.let_know();
      EXPECT_FALSE(request.leg.watch_client());
    }
  }
}

// What it does shows where the rest is read.
TEST_F(RequestLegTest, DoesNotWatchAClientThatIsInsideItsBody) {
  stage_.settings.request_body.buffer = 2;
  Request request(stage_);
  EXPECT_EQ(request.admit(put(5) + "he"), std::nullopt);
  request.client.peer.close();
  request.let_know();
  EXPECT_TRUE(request.leg.watch_client());
  EXPECT_EQ(request.pump(), End(Outcome::kClientAborted));
}

// RFC 9110 section 7.6.2.
TEST_F(RequestLegTest, ConsumesARequestThatEndsHere) {
  Request request(stage_);
  EXPECT_EQ(request.admit("OPTIONS * HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\nGET"), std::nullopt);
  EXPECT_TRUE(request.leg.plan().ends_here());
  EXPECT_EQ(request.leg.state(), State::kOver);
  EXPECT_EQ(request.client.connection.in.view(), "GET");
  EXPECT_EQ(request.pump(), std::nullopt);
  EXPECT_EQ(request.sent(), "");

  Request body(stage_);
  EXPECT_EQ(body.admit("OPTIONS * HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\nContent-Length: 3\r\n\r\nabc"),
            std::nullopt);
  EXPECT_EQ(body.leg.state(), State::kBroken) << "it is not read, so the next request cannot be found";
}

TEST_F(RequestLegTest, TakesAHopOff) {
  stage_.settings.via = false;
  Request request(stage_);
  EXPECT_EQ(request.admit("TRACE / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 3\r\n\r\n"), std::nullopt);
  EXPECT_EQ(request.pump(), std::nullopt);
  EXPECT_TRUE(request.sent().starts_with("TRACE / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 2\r\n"));
}

}  // namespace
}  // namespace wayside::proxy
