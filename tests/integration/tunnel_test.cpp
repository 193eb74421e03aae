// Upgrades: 101 turns a connection into a tunnel, another status does not.
#include "support/proxy_fixture.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

namespace wayside::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kUpgradeRequest =
    "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n";
constexpr std::string_view kSwitching =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

class Tunnel : public ProxyFixture {
 protected:
  void SetUp() override { start(); }
};

TEST_F(Tunnel, IsNotMadeByAnInvalidResponse) {
  RawSocket client = connect();
  client.send(kUpgradeRequest);
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nContent-Length: 5\r\nContent-Length: "
      "6\r\n\r\n");
  EXPECT_THAT(client.read_until("invalid response\n"), StartsWith("HTTP/1.1 502 Bad Gateway\r\n"));
}

TEST_F(Tunnel, CarriesBytesBothWaysAfter101) {
  RawSocket client = connect();
  client.send(kUpgradeRequest);
  RawSocket backend = backend_.accept();
  const std::string head = backend.read_head();
  EXPECT_THAT(head, HasSubstr("\r\nUpgrade: websocket\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nConnection: upgrade\r\n"));
  backend.send(kSwitching);
  EXPECT_EQ(client.read_head(),
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n");
  client.send("\x81\x02hi");
  EXPECT_EQ(backend.read_exactly(4), "\x81\x02hi");
  backend.send("\x81\x02yo");
  EXPECT_EQ(client.read_exactly(4), "\x81\x02yo");
  backend.close();
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_TRUE(
      wait_for_metric(R"(http_requests_total{endpoint="unmatched",http_status="101",method="GET"})", 1));
}

// RFC 9110 section 8.6: a 1xx response has no Content-Length, also where the method is HEAD.
TEST_F(Tunnel, BeginsWithoutAContentLength) {
  RawSocket client = connect();
  client.send("HEAD /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Content-Length: 5\r\n\r\n");
  EXPECT_EQ(client.read_head(),
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n");
}

TEST_F(Tunnel, ForwardsWhatCameBeforeItsTime) {
  RawSocket client = connect();
  client.send(std::string(kUpgradeRequest) + "early");
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send(std::string(kSwitching) + "soon");
  EXPECT_EQ(backend.read_exactly(5), "early");
  client.read_head();
  EXPECT_EQ(client.read_exactly(4), "soon");
}

TEST_F(Tunnel, DeliversWhatIsBufferedWhenOneSideCloses) {
  RawSocket client = connect();
  client.send(kUpgradeRequest);
  RawSocket backend = backend_.accept();
  backend.read_head();
  const std::string last(300000, 'x');
  backend.send(kSwitching);
  client.read_head();
  backend.send(last);
  backend.close();
  EXPECT_TRUE(client.read_to_end() == last);
}

TEST_F(Tunnel, GoesOnAfterTheClientEndsItsInput) {
  RawSocket client = connect();
  client.send(kUpgradeRequest);
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send(kSwitching);
  client.read_head();
  client.send("input");
  client.shutdown_send();
  EXPECT_EQ(backend.read_to_end(), "input");
  const std::string output(4 * 1024 * 1024, 'o');
  std::jthread writer([&] {
    backend.send(output);
    backend.close();
  });
  EXPECT_TRUE(client.read_to_end() == output);
  writer.join();
}

TEST_F(Tunnel, DeliversEverythingToAClientThatKeepsSending) {
  RawSocket client = connect();
  client.send(kUpgradeRequest);
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send(kSwitching);
  client.read_head();
  // The backend ends its side without reading what the client sends meanwhile.
  const std::string last(3 * 1024 * 1024, 'x');
  std::jthread writer([&] {
    backend.send(last);
    backend.shutdown_send();
  });
  std::string received;
  while (received.size() < last.size()) {
    client.send("ping");
    received += client.read_exactly(std::min<std::size_t>(last.size() - received.size(), 64 * 1024));
  }
  EXPECT_TRUE(received == last);
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_FALSE(client.was_reset());
  writer.join();
}

TEST_F(Tunnel, IsClosedByADrainWhereItIsAWebSocket) {
  RawSocket client = connect();
  client.send(kUpgradeRequest);
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send(kSwitching);
  client.read_head();
  backend.send("\x81\x02yo");
  EXPECT_EQ(client.read_exactly(4), "\x81\x02yo");
  const auto began = std::chrono::steady_clock::now();
  daemon().drain();
  EXPECT_EQ(client.read_exactly(4), "\x88\x02\x03\xE9") << "Close, 1001";
  client.send(
      "\x88\x82"
      "aaaa"
      "b\x88");
  EXPECT_EQ(backend.read_exactly(8),
            "\x88\x82"
            "aaaa"
            "b\x88");
  backend.close();
  EXPECT_EQ(client.read_to_end(), "");
  client.close();
  daemon().wait();
  EXPECT_LT(std::chrono::steady_clock::now() - began, config::Settings{}.timeouts.drain / 2);
}

TEST_F(Tunnel, NeverForwardsH2cBehindAnotherProtocol) {
  RawSocket client = connect();
  client.send(
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c\r\n\r\n");
  RawSocket backend = backend_.accept();
  EXPECT_THAT(backend.read_head(), Not(HasSubstr("h2c")));
}

TEST_F(Tunnel, NeverForwardsH2c) {
  RawSocket client = connect();
  client.send(
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
      "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");
  RawSocket backend = backend_.accept();
  EXPECT_THAT(backend.read_head(), Not(HasSubstr("h2c")));
}

TEST_F(Tunnel, LeavesARefusedUpgradeAnOrdinaryResponse) {
  RawSocket client = connect();
  client.send(kUpgradeRequest);
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
  EXPECT_THAT(client.read_until("no"), StartsWith("HTTP/1.1 403 Forbidden\r\n"));
  client.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(backend.read_head(), StartsWith("GET /next "));
}

TEST_F(Tunnel, AsksForNoUpgradeWithoutItsConnectionOption) {
  RawSocket client = connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n");
  RawSocket backend = backend_.accept();
  EXPECT_THAT(backend.read_head(), Not(HasSubstr("pgrade")));
}

}  // namespace
}  // namespace wayside::test
