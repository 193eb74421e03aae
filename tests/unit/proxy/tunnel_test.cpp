#include "proxy/tunnel.hpp"

#include "support/connection.hpp"
#include "support/proxy_stage.hpp"
#include "support/stage_peers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace wayside::proxy {
namespace {

using namespace std::chrono_literals;
using test::receive;
using test::receive_to_end;

class TunnelTest : public testing::Test {
 protected:
  // The client's connection is a pair of unix sockets unless `sockets` says otherwise.
  void begin() { begin(test::unix_connection(stage_.loop)); }
  void begin(test::Connection sockets) {
    connect(std::move(sockets));
    run();
  }
  void connect(test::Connection sockets) {
    client_.emplace(stage_, std::move(sockets));
    backend_.stream.set_waiter(&client_->connection.wakeup);
  }
  void run() {
    tunnel_.emplace(
        run_tunnel(stage_.context(), client_->connection, backend_.stream, from_backend_, bytes_));
  }

  bool is_over() const { return tunnel_->is_over(); }
  bool run_to_end() { return tunnel_->run_to_end(stage_.loop); }
  const TunnelBytes& bytes() const { return bytes_; }

  test::RawSocket& client() { return client_->peer; }
  test::RawSocket& backend() { return backend_.peer; }

  test::ProxyStage stage_;
  std::optional<test::StageClient> client_;
  test::Connection backend_ = test::unix_connection(stage_.loop);
  net::Buffer from_backend_;
  TunnelBytes bytes_;
  std::optional<test::Running<void>> tunnel_;
};

TEST_F(TunnelTest, CarriesBytesBothWaysAndCountsThem) {
  begin();
  client().send("ping");
  EXPECT_EQ(receive(stage_, backend(), "ping"), "ping");
  backend().send("answer");
  EXPECT_EQ(receive(stage_, client(), "answer"), "answer");
  EXPECT_FALSE(is_over());
  backend().close();
  EXPECT_EQ(receive_to_end(stage_, client()), "");
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(bytes().from_client, 4U);
  EXPECT_EQ(bytes().from_backend, 6U);
}

TEST_F(TunnelTest, ForwardsWhatCameEarlyFirst) {
  connect(test::unix_connection(stage_.loop));
  client_->receive("early ");
  from_backend_ = stage_.context().buffers.take(net::BufferPool::Size::kSmall);
  const std::string_view soon = "soon ";
  std::ranges::copy(soon, from_backend_.space().begin());
  from_backend_.commit(soon.size());
  client().send("late");
  backend().send("then");
  run();
  EXPECT_EQ(receive(stage_, backend(), "late"), "early late");
  EXPECT_EQ(receive(stage_, client(), "then"), "soon then");
  backend().close();
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(bytes().from_client, 10U);
  EXPECT_EQ(bytes().from_backend, 9U);
}

TEST_F(TunnelTest, EndsOnlyOnceTheClientWasSentAllOfIt) {
  begin();
  const std::size_t filled = test::fill(client_->connection.stream);
  backend().send("last");
  backend().close();
  test::run_for(stage_.loop, 20ms);
  EXPECT_FALSE(is_over());
  const std::string received = receive_to_end(stage_, client());
  EXPECT_EQ(received.size(), filled + 4);
  EXPECT_TRUE(received.ends_with("last"));
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(bytes().from_backend, 4U);
}

TEST_F(TunnelTest, CountsOnlyWhatTheReceiverTook) {
  begin();
  test::fill(client_->connection.stream);
  backend().send("never taken");
  test::run_ready(stage_.loop);
  stage_.context().terminating = true;
  client_->connection.wakeup.wake();
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(bytes().from_backend, 0U);
}

TEST_F(TunnelTest, GoesOnAfterTheClientEndedItsDirection) {
  begin();
  client().send("input");
  client().shutdown_send();
  EXPECT_EQ(receive_to_end(stage_, backend()), "input");
  EXPECT_FALSE(is_over());
  backend().send("output");
  EXPECT_EQ(receive(stage_, client(), "output"), "output");
  EXPECT_FALSE(is_over());
  backend().close();
  EXPECT_EQ(receive_to_end(stage_, client()), "");
  EXPECT_TRUE(run_to_end());
}

TEST_F(TunnelTest, EndsWhenTheClientResetsItsConnection) {
  begin(test::tcp_connection(stage_.loop));
  test::run_ready(stage_.loop);
  client().reset();
  EXPECT_TRUE(run_to_end());
}

// Only a write tells that the client, who ended its direction, takes nothing more.
TEST_F(TunnelTest, EndsWhenTheClientTakesNoMore) {
  begin();
  client().close();
  EXPECT_EQ(receive_to_end(stage_, backend()), "");
  EXPECT_FALSE(is_over()) << "the client may have ended one direction";
  backend().send("for nobody");
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(bytes().from_backend, 0U);
}

TEST_F(TunnelTest, HoldsNoBlockWhileItIsIdle) {
  begin();
  client().send("a");
  backend().send("b");
  receive(stage_, backend(), "a");
  receive(stage_, client(), "b");
  test::run_ready(stage_.loop);
  EXPECT_TRUE(client_->connection.in.space().empty());
  EXPECT_TRUE(from_backend_.space().empty());
}

TEST_F(TunnelTest, IsOverWhereNothingIsDeliveredForTheTimeout) {
  stage_.settings.timeouts.tunnel = 250ms;  // more than a tick of the wheel
  const TimePoint began = Clock::now();
  begin();
  EXPECT_FALSE(is_over());
  ASSERT_TRUE(run_to_end());
  EXPECT_GE(Clock::now(), began + 250ms);
}

TEST_F(TunnelTest, BeginsItsTimeoutAgainWithEachDeliveredByte) {
  stage_.settings.timeouts.tunnel = 2s;
  const TimePoint began = Clock::now();
  begin();
  ASSERT_TRUE(run_until(stage_.loop, [&] { return Clock::now() >= began + 500ms; }));
  ASSERT_FALSE(is_over());
  const TimePoint sent = Clock::now();
  backend().send("a");
  ASSERT_TRUE(run_to_end());
  EXPECT_GE(Clock::now(), sent + 2s);
}

// Bytes that the receiver does not take are no progress, however many come.
TEST_F(TunnelTest, IsOverThoughBytesComeThatNoReceiverTakes) {
  stage_.settings.timeouts.tunnel = 200ms;
  begin();
  test::fill(client_->connection.stream);
  const TimePoint end = Clock::now() + test::kPatience;
  while (!is_over() && Clock::now() < end) {
    backend().send("a");
    test::run_for(stage_.loop, 20ms);
  }
  EXPECT_TRUE(is_over());
}

TEST_F(TunnelTest, WaitsAsForAResponseOnceTheClientEndedItsDirection) {
  stage_.settings.timeouts.response_body = 30ms;
  begin();
  test::run_for(stage_.loop, 300ms);
  EXPECT_FALSE(is_over()) << "until then, the tunnel has its own timeout";
  client().shutdown_send();
  EXPECT_TRUE(run_to_end());
}

TEST_F(TunnelTest, NeverWaitsLongerForHavingEndedADirection) {
  stage_.settings.timeouts.tunnel = 30ms;
  stage_.settings.timeouts.response_body = 1h;
  begin();
  client().shutdown_send();
  EXPECT_TRUE(run_to_end());
}

TEST_F(TunnelTest, EndsAtTermination) {
  begin();
  EXPECT_FALSE(is_over());
  stage_.context().terminating = true;
  client_->connection.wakeup.wake();
  EXPECT_TRUE(is_over());
}

}  // namespace
}  // namespace wayside::proxy
