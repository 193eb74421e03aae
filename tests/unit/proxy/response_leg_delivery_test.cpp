#include "proxy/response_leg.hpp"
#include "support/io_loop.hpp"
#include "support/proxy_stage.hpp"
#include "unit/proxy/leg_test_support.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

namespace wayside::proxy {
namespace {

using Phase = ResponseLeg::Phase;

class ResponseLegDeliveryTest : public testing::Test {
 protected:
  test::ProxyStage stage_;
};

TEST_F(ResponseLegDeliveryTest, WaitsForAClientThatDoesNotRead) {
  Response response(stage_);
  response.block_client();
  EXPECT_EQ(response.pump(kHead + "he"), std::nullopt);
  EXPECT_EQ(response.leg.phase(), Phase::kBody);
  EXPECT_FALSE(response.leg.awaits_backend());
  EXPECT_EQ(response.leg.progressed_at(), TimePoint{});
  EXPECT_EQ(response.pump("llo"), std::nullopt);
  EXPECT_TRUE(response.request.backend.stream.readable()) << "what nobody takes is not read";
  response.leg.give_back_idle();

  response.unblock_client();
  EXPECT_EQ(response.pump(), std::nullopt);
  EXPECT_TRUE(response.leg.is_done());
  EXPECT_EQ(response.received(), kHead + "hello");
}

TEST_F(ResponseLegDeliveryTest, WatchesBothStreams) {
  Response response(stage_);
  test::CountingWaiter client;
  test::CountingWaiter backend;
  response.request.client.connection.stream.set_waiter(&client);
  response.request.backend.stream.set_waiter(&backend);
  EXPECT_EQ(response.pump(), std::nullopt);
  EXPECT_EQ(response.pump(kHead), std::nullopt);
  EXPECT_EQ(backend.wakes(), 1);
  response.block_client();
  EXPECT_EQ(response.pump("hello"), std::nullopt);
  EXPECT_EQ(client.wakes(), 0);
  response.unblock_client();
  EXPECT_EQ(client.wakes(), 1);
}

// Larger than the sockets' buffers, by way of a pipe.
TEST_F(ResponseLegDeliveryTest, PassesALargeBodyWhileTheClientReadsSlowly) {
  const std::string head = "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 2000000\r\n\r\n";
  const std::string body(2'000'000, 'b');
  Response response(stage_);
  EXPECT_EQ(response.pump(head), std::nullopt);
  std::string_view rest = body;
  std::string received;
  bool was_blocked = false;
  EXPECT_TRUE(run_until(stage_.loop, [&] {
    EXPECT_EQ(response.pump(), std::nullopt);
    if (!response.leg.awaits_backend()) was_blocked = true;
    if (was_blocked) received += response.received();
    if (!response.request.backend.stream.readable()) {
      const std::string_view piece = rest.substr(0, 50'000);
      response.request.backend.peer.send(piece);
      rest.remove_prefix(piece.size());
    }
    return response.leg.is_done();
  }));
  EXPECT_TRUE(was_blocked);
  received += response.received();
  EXPECT_TRUE(received == head + body);
}

TEST_F(ResponseLegDeliveryTest, DeliversAnOwnAnswer) {
  Response response(stage_);
  response.block_client();
  response.answer("answer", true);
  EXPECT_EQ(response.leg.phase(), Phase::kBody);
  EXPECT_TRUE(response.leg.deliver());
  EXPECT_FALSE(response.leg.is_done());
  response.unblock_client();
  EXPECT_TRUE(response.leg.deliver());
  EXPECT_TRUE(response.leg.is_done());
  EXPECT_EQ(response.received(), "answer");
  EXPECT_EQ(response.leg.plan().status, 502U);
  EXPECT_TRUE(response.leg.plan().close);
  EXPECT_FALSE(response.leg.plan().reusable);
  EXPECT_EQ(response.leg.body_bytes(), 0U) << "it is not the backend's";
}

TEST_F(ResponseLegDeliveryTest, DeliversNoOwnAnswerToAClientThatHasLeft) {
  Response response(stage_);
  response.request.client.peer.close();
  response.answer("answer");
  EXPECT_FALSE(response.leg.deliver());
  EXPECT_FALSE(response.leg.is_done());
}

TEST_F(ResponseLegDeliveryTest, DeliversAnOwnAnswerBehindAnInformationalResponse) {
  Response response(stage_);
  response.block_client();
  EXPECT_EQ(response.pump(kContinue), std::nullopt);
  EXPECT_FALSE(response.leg.awaits_backend());
  response.answer("answer");
  response.unblock_client();
  EXPECT_TRUE(response.leg.deliver());
  EXPECT_TRUE(response.leg.is_done());
  EXPECT_EQ(response.received(), kContinue + "answer");
}

TEST_F(ResponseLegDeliveryTest, GivesItsMemoryBackForAWait) {
  Response response(stage_);
  EXPECT_EQ(response.pump(kHead), std::nullopt);
  response.leg.give_back_idle();
  EXPECT_EQ(response.leg.unread().space().size(), 0U);
  EXPECT_EQ(response.pump("hello"), std::nullopt);
  EXPECT_EQ(response.received(), kHead + "hello");
}

}  // namespace
}  // namespace wayside::proxy
