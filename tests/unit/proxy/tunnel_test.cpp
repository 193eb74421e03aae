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
        run_tunnel(stage_.context(), client_->connection, backend_.stream, protocol_, from_backend_, bytes_));
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
  TunnelProtocol protocol_ = TunnelProtocol::kUnknown;
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

// As from servers and clients; kClose has the status 1001, "going away".
constexpr std::string_view kHello = "\x81\x05hello";
constexpr std::string_view kClose = "\x88\x02\x03\xE9";
constexpr std::string_view kMaskedHello =
    "\x81\x85"
    "aaaa"
    "\t\x04\r\r\x0E";
constexpr std::string_view kMaskedClose =
    "\x88\x82"
    "aaaa"
    "b\x88";

class WebSocketDrainTest : public TunnelTest {
 protected:
  WebSocketDrainTest() { protocol_ = TunnelProtocol::kWebSocket; }

  // As the worker does. Whether bytes move or not, the WebSocket is closed after half of the timeout.
  void drain(Milliseconds timeout = 100ms) {
    stage_.settings.timeouts.drain = timeout;
    stage_.context().drain = Drain::kBegun;
    stage_.context().drain_began = Clock::now();
    client_->connection.wakeup.wake();
  }
  void say_hello() {
    backend().send(kHello);
    EXPECT_EQ(receive(stage_, client(), kHello), kHello);
    client().send(kMaskedHello);
    EXPECT_EQ(receive(stage_, backend(), kMaskedHello), kMaskedHello);
  }
  bool nothing_comes(test::RawSocket& peer, Milliseconds within) {
    test::run_for(stage_.loop, within);
    return peer.read_available().empty();
  }
};

TEST_F(WebSocketDrainTest, ClosesTheClientAndPassesItsAnswerOn) {
  begin();
  say_hello();
  drain();
  EXPECT_EQ(receive(stage_, client(), kClose), kClose);
  client().send(std::string(kMaskedHello) + std::string(kMaskedClose));
  EXPECT_EQ(receive(stage_, backend(), kMaskedClose), std::string(kMaskedHello) + std::string(kMaskedClose));
  backend().send(std::string(kHello) + std::string(kClose));
  backend().close();
  EXPECT_EQ(receive_to_end(stage_, client()), "") << "nothing follows a Close frame";
  ASSERT_TRUE(run_to_end());
  EXPECT_EQ(bytes().from_backend, kHello.size());
  EXPECT_EQ(bytes().from_client, 2 * kMaskedHello.size() + kMaskedClose.size());
}

TEST_F(WebSocketDrainTest, WaitsForTheEndOfAFrame) {
  begin();
  const std::string ping("\x89\x00", 2);
  backend().send(ping + std::string(kHello.substr(0, 4)));
  receive(stage_, client(), kHello.substr(0, 4));
  drain();
  EXPECT_TRUE(nothing_comes(client(), 300ms));
  backend().send(std::string(kHello.substr(4)) + std::string(kHello));
  EXPECT_EQ(receive(stage_, client(), kClose), std::string(kHello.substr(4)) + std::string(kClose));
  EXPECT_EQ(bytes().from_backend, ping.size() + kHello.size());
}

TEST_F(WebSocketDrainTest, WaitsForSilence) {
  begin();
  drain(1h);
  client().send(kMaskedHello);
  receive(stage_, backend(), kMaskedHello);
  const TimePoint said = Clock::now();
  EXPECT_EQ(receive(stage_, client(), kClose), kClose);
  EXPECT_GE(Clock::now() - said, 900ms);  // a tick of the wheel less than the second
}

TEST_F(WebSocketDrainTest, ClosesTheBackendForAClientThatDoesNotAnswer) {
  begin();
  client().send(kMaskedHello.substr(0, 3));
  receive(stage_, backend(), kMaskedHello.substr(0, 3));
  drain();
  EXPECT_EQ(receive(stage_, client(), kClose), kClose);
  EXPECT_TRUE(nothing_comes(backend(), 1500ms)) << "a frame of the client's is under way";
  client().send(std::string(kMaskedHello.substr(3)) + std::string(kMaskedHello));
  std::string received;
  ASSERT_TRUE(run_until(stage_.loop, [&] {
    received += backend().read_available();
    return received.size() >= kMaskedHello.size() - 3 + kMaskedClose.size();
  }));
  ASSERT_EQ(received.size(), kMaskedHello.size() - 3 + kMaskedClose.size());
  EXPECT_EQ(received.substr(0, kMaskedHello.size() - 3), kMaskedHello.substr(3));
  const std::string frame = received.substr(kMaskedHello.size() - 3);
  EXPECT_EQ(frame.substr(0, 2), "\x88\x82");
  EXPECT_EQ(frame[6] ^ frame[2], '\x03');
  EXPECT_EQ(static_cast<char>(frame[7] ^ frame[3]), '\xE9');
  client().send(kMaskedHello);
  EXPECT_TRUE(nothing_comes(backend(), 20ms));
  EXPECT_EQ(bytes().from_client, kMaskedHello.size());
}

TEST_F(WebSocketDrainTest, ClosesNoneTwice) {
  begin();
  backend().send(kClose);
  receive(stage_, client(), kClose);
  client().send(kMaskedClose);
  receive(stage_, backend(), kMaskedClose);
  drain();
  EXPECT_TRUE(nothing_comes(client(), 300ms));
  EXPECT_TRUE(nothing_comes(backend(), 1500ms));
  backend().close();
  EXPECT_EQ(receive_to_end(stage_, client()), "");
  EXPECT_TRUE(run_to_end());
}

TEST_F(WebSocketDrainTest, AddsNothingWhereTheEndOfAFrameIsUnknown) {
  begin();
  backend().send("no frame");
  receive(stage_, client(), "no frame");
  drain();
  EXPECT_TRUE(nothing_comes(client(), 300ms));
  backend().send(kHello);
  EXPECT_EQ(receive(stage_, client(), kHello), kHello);
  stage_.context().terminating = true;
  client_->connection.wakeup.wake();
  EXPECT_TRUE(is_over());
}

TEST_F(WebSocketDrainTest, AddsNothingToOtherProtocols) {
  protocol_ = TunnelProtocol::kUnknown;
  begin();
  say_hello();
  drain();
  EXPECT_TRUE(nothing_comes(client(), 300ms));
  EXPECT_FALSE(is_over());
}

TEST_F(WebSocketDrainTest, IsNotClosedByAnAnnouncement) {
  begin();
  stage_.settings.timeouts.drain = 1ms;
  stage_.context().drain = Drain::kAnnounced;
  client_->connection.wakeup.wake();
  EXPECT_TRUE(nothing_comes(client(), 300ms));
}

// The client takes nothing while it is to be closed.
TEST_F(WebSocketDrainTest, ClosesAClientOnceItTakesBytes) {
  begin();
  const std::size_t filled = test::fill(client_->connection.stream);
  drain();
  test::run_for(stage_.loop, 300ms);
  std::string received;
  ASSERT_TRUE(run_until(stage_.loop, [&] {
    received += client().read_available();
    return received.size() >= filled + kClose.size();
  }));
  EXPECT_EQ(received.substr(filled), kClose);
}

}  // namespace
}  // namespace wayside::proxy
