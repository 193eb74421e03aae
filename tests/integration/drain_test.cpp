// The end of the daemon: exchanges in flight finish, within bounds.
#include "support/proxy_fixture.hpp"
#include "support/stuck_resolver.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace wayside::test {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class Drain : public ProxyFixture {};

TEST_F(Drain, EndsAtOnceWhereNothingIsInFlight) {
  start();
  RawSocket idle = connect();
  idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  idle.read_until("ok");
  daemon().drain();
  daemon().wait();
  EXPECT_EQ(idle.read_to_end(), "");
}

// A load balancer that connected before it noticed the drain has not sent its request yet.
TEST_F(Drain, ServesTheFirstRequestOfAConnectionAcceptedBefore) {
  start();
  RawSocket client = connect();
  ASSERT_TRUE(wait_for_metric("wayside_client_connections", 1));
  daemon().drain();
  ASSERT_TRUE(wait_until([&] { return admin_get("/-/ready").starts_with("HTTP/1.1 503"); }));
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_THAT(client.read_to_end(), EndsWith("ok"));
  daemon().wait();
}

TEST_F(Drain, WaitsForASilentConnectionAsLongAsForAHead) {
  config::Settings settings;
  settings.timeouts.request_head = 200ms;
  start(settings);
  RawSocket client = connect();
  ASSERT_TRUE(wait_for_metric("wayside_client_connections", 1));
  daemon().drain();
  daemon().wait();
  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(Drain, FinishesWhatIsInFlightAndSaysSo) {
  start();
  RawSocket client = connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  RawSocket backend = backend_.accept();
  backend.read_head();
  daemon().drain();
  ASSERT_TRUE(wait_until([&] { return admin_get("/-/ready").starts_with("HTTP/1.1 503"); }));
  backend.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  const std::string response = client.read_to_end();
  EXPECT_THAT(response, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(response, EndsWith("ok"));
  daemon().wait();
}

// A load balancer sends requests until its next check of /-/ready.
TEST_F(Drain, AcceptsConnectionsForTheDelayAndKeepsNone) {
  config::Settings settings;
  settings.timeouts.drain_delay = 2s;
  start(settings);
  const auto began = std::chrono::steady_clock::now();
  daemon().drain();
  ASSERT_TRUE(wait_until([&] { return admin_get("/-/ready").starts_with("HTTP/1.1 503"); }));
  RawSocket client = connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  const std::string response = client.read_to_end();
  EXPECT_THAT(response, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(response, EndsWith("ok"));
  daemon().wait();
  EXPECT_GE(std::chrono::steady_clock::now() - began, 2s);
  EXPECT_THROW(connect(), std::runtime_error);
}

// A connection that a client has is answered, however close to the end it came.
TEST_F(Drain, ResetsNoConnectionThatWasMade) {
  config::Settings settings;
  settings.backend = {"127.0.0.1", 1, {}};  // nobody is there: each answer is wayside's own
  settings.timeouts.connect = 1ms;
  settings.workers = 2;
  std::atomic<int> answered = 0;
  std::atomic<int> lost = 0;
  for (int round = 0; round < 5; ++round) {
    start(settings);
    const Address address = daemon().proxy_addresses().front();
    std::vector<std::jthread> clients;
    for (int i = 0; i < 4; ++i) {
      clients.emplace_back([&] {
        for (;;) {
          std::optional<RawSocket> client;
          try {
            client.emplace(RawSocket::connect(address));
          } catch (const std::runtime_error&) {
            return;  // refused
          }
          try {
            client->send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            if (client->read_to_end().starts_with("HTTP/1.1 50"))
              ++answered;
            else
              ++lost;
          } catch (const std::runtime_error&) {
            ++lost;
          }
        }
      });
    }
    EXPECT_TRUE(wait_until([&] { return answered >= 200 * (round + 1); }));
    daemon().drain();
    daemon().wait();
  }
  EXPECT_EQ(lost, 0) << "of " << answered + lost;
}

TEST_F(Drain, BeginsItsTimeoutBehindTheDelay) {
  config::Settings settings;
  settings.timeouts.drain_delay = 300ms;
  settings.timeouts.drain = 300ms;
  start(settings);
  RawSocket client = connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  RawSocket backend = backend_.accept();
  backend.read_head();
  const auto began = std::chrono::steady_clock::now();
  daemon().drain();
  daemon().wait();
  EXPECT_GE(std::chrono::steady_clock::now() - began, 600ms);
  EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
}

TEST_F(Drain, CutsOffWhatDoesNotFinish) {
  config::Settings settings;
  settings.timeouts.drain = 100ms;
  start(settings);
  RawSocket client = connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  RawSocket backend = backend_.accept();
  backend.read_head();
  daemon().drain();
  daemon().wait();
  EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
}

TEST_F(Drain, MakesNoPartOfAResponseLookWhole) {
  config::Settings settings;
  settings.timeouts.drain = 100ms;
  start(settings);
  RawSocket client = connect();
  client.send("GET / HTTP/1.0\r\n\r\n");
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send("HTTP/1.1 200 OK\r\n\r\npart");
  client.read_until("part");
  daemon().drain();
  daemon().wait();
  client.read_to_end();
  EXPECT_TRUE(client.was_reset());
}

// The response to the first request starts the second one, and so the look-up that hangs, inside the end of
// the one that failed.
TEST_F(Drain, WaitsForNoNameServerThatFailedBefore) {
  StuckResolver resolver(1);
  config::Settings settings;
  settings.timeouts.drain = 100ms;
  settings.backend = {kStuckHost, 80, {}};
  start(settings);
  RawSocket client = connect();
  client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(resolver.wait_until_asked());
  stop();
  EXPECT_EQ(resolver.stuck_count(), 1) << "the look-up goes on";
}

// Nothing interrupts getaddrinfo(3).
TEST_F(Drain, WaitsForNoNameServer) {
  StuckResolver resolver;
  config::Settings settings;
  settings.timeouts.drain = 100ms;
  settings.backend = {kStuckHost, 80, {}};
  start(settings);
  RawSocket client = connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(resolver.wait_until_asked());
  stop();
  EXPECT_EQ(resolver.stuck_count(), 1) << "the look-up goes on";
  EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
}

}  // namespace
}  // namespace wayside::test
