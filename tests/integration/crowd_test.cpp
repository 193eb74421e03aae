// More clients, requests and bytes than there is room for.
#include "proxy/backend_pool.hpp"
#include "support/plain_messages.hpp"
#include "support/proxy_fixture.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

namespace wayside::test {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class Crowd : public ProxyFixture {
 protected:
  static config::Settings clients_at_a_time(std::size_t count) {
    config::Settings settings;
    settings.max_connections = count;
    return settings;
  }
  static config::Settings requests_at_a_time(std::size_t count, std::size_t queue = 1024) {
    config::Settings settings;
    settings.backend_limits = {.max_connections = count, .max_queue = queue};
    return settings;
  }
  // Sends a request, and returns once the backend has it.
  RawSocket occupy(RawSocket& client) {
    client.send(kGet);
    RawSocket backend = backend_.accept();
    backend.read_head();
    return backend;
  }
  void serve(RawSocket& client) {
    client.send(kGet);
    answer(client);
  }
  // The request as sent.
  void answer(RawSocket& client) {
    RawSocket backend = backend_.accept();
    backend.read_head();
    backend.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    EXPECT_THAT(client.read_until("ok"), EndsWith("ok"));
  }
};

TEST_F(Crowd, TheLongestIdleClientMakesRoom) {
  start(clients_at_a_time(2));
  RawSocket first = connect();
  serve(first);
  RawSocket second = connect();
  serve(second);
  serve(first);  // so the second one has been idle for longest
  RawSocket third = connect();
  serve(third);
  EXPECT_EQ(second.read_to_end(), "");
  serve(first);
  EXPECT_EQ(metric("wayside_client_evictions_total"), 1);
}

TEST_F(Crowd, AClientThatNeverSaidAnythingMakesRoom) {
  start(clients_at_a_time(1));
  RawSocket silent = connect();
  ASSERT_TRUE(wait_for_metric("wayside_client_connections", 1));
  RawSocket client = connect();
  serve(client);
  EXPECT_EQ(silent.read_to_end(), "");
}

TEST_F(Crowd, ABusyClientMakesNoRoom) {
  start(clients_at_a_time(1));
  RawSocket busy = connect();
  RawSocket backend = occupy(busy);
  RawSocket waiting = connect();
  waiting.send(kGet);
  EXPECT_FALSE(backend_.wait_for_connection(50ms));
  EXPECT_EQ(metric("wayside_client_connections"), 1);
  backend.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
  EXPECT_THAT(busy.read_to_end(), EndsWith("ok")) << "its answer is complete, and then it makes room";
  answer(waiting);
}

// It is never idle, and yet others get their turn.
TEST_F(Crowd, AClientThatAlwaysAsksMakesRoomForWhoWaits) {
  start(clients_at_a_time(1));
  RawSocket busy = connect();
  busy.send(std::string(kGet) + std::string(kGet));
  RawSocket backend = backend_.accept();
  backend.read_head();
  RawSocket waiting = connect();
  waiting.send("GET /waiting HTTP/1.1\r\nHost: a\r\n\r\n");
  // No event shows that the proxy has accepted it.
  EXPECT_FALSE(backend_.wait_for_connection(50ms));
  backend.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
  EXPECT_THAT(busy.read_until("ok"), HasSubstr("\r\nConnection: close\r\n"));
  busy.close();
  answer(waiting);
}

TEST_F(Crowd, RequestsWaitForAConnectionToTheBackend) {
  start(requests_at_a_time(1));
  RawSocket first = connect();
  RawSocket backend = occupy(first);
  RawSocket second = connect();
  second.send("GET /second HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(wait_for_metric("wayside_backend_queue", 1));
  EXPECT_FALSE(backend_.wait_for_connection(0ms));
  backend.send(kOk);
  EXPECT_THAT(first.read_until("ok"), EndsWith("ok"));
  EXPECT_THAT(backend.read_head(), StartsWith("GET /second ")) << "on the same connection";
  backend.send(kOk);
  EXPECT_THAT(second.read_until("ok"), EndsWith("ok"));
  EXPECT_EQ(metric("wayside_backend_queue"), 0);
  EXPECT_EQ(metric("wayside_backend_queued_total"), 1);
}

TEST_F(Crowd, AFullQueueIsAnsweredAtOnce) {
  start(requests_at_a_time(1, 0));
  RawSocket first = connect();
  RawSocket backend = occupy(first);
  RawSocket second = connect();
  second.send(kGet);
  const std::string answer = second.read_until("wait for the backend\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nRetry-After: 1\r\n"));
  EXPECT_TRUE(wait_for_metric(R"(wayside_rejected_requests_total{reason="backend_queue_full"})", 1));
  backend.send(kOk);
  first.read_until("ok");
  serve(second);
}

TEST_F(Crowd, NobodyWaitsInTheQueueForEver) {
  config::Settings settings = requests_at_a_time(1);
  settings.timeouts.queue = 100ms;
  start(settings);
  RawSocket first = connect();
  RawSocket backend = occupy(first);
  RawSocket second = connect();
  second.send(kGet);
  EXPECT_THAT(second.read_until("in time\n"), StartsWith("HTTP/1.1 503 "));
  EXPECT_TRUE(wait_for_metric(R"(wayside_rejected_requests_total{reason="backend_queue_timeout"})", 1));
}

TEST_F(Crowd, WhoLeavesTheQueueIsNotWaitedFor) {
  start(requests_at_a_time(1));
  RawSocket first = connect();
  RawSocket backend = occupy(first);
  std::vector<RawSocket> others;
  for (int i = 0; i < 20; ++i) {
    others.push_back(connect());
    others.back().send(kGet);
  }
  EXPECT_TRUE(wait_for_metric("wayside_backend_queue", 20));
  for (RawSocket& other : others)
    other.close();
  EXPECT_TRUE(wait_for_metric("wayside_backend_queue", 0));
  backend.send(kOk);
  EXPECT_THAT(first.read_until("ok"), EndsWith("ok"));
}

TEST_F(Crowd, ASlowUploadTakesNoBackendConnection) {
  start();
  RawSocket client = connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n");
  client.send("abc");
  EXPECT_FALSE(backend_.wait_for_connection(50ms));
  client.send("def" + std::string(kGet));
  RawSocket backend = backend_.accept();
  EXPECT_THAT(backend.read_until("abcdef"), HasSubstr("\r\nContent-Length: 6\r\n"));
  backend.send(kOk);
  EXPECT_THAT(client.read_until("ok"), EndsWith("ok"));
  EXPECT_THAT(backend.read_head(), StartsWith("GET / ")) << "what follows the body is the next request";
}

// Cut at each point.
TEST_F(Crowd, AHeldBodyIsCutAnewIntoOneChunk) {
  start();
  RawSocket client = connect();
  RawSocket backend(-1);
  const std::string body = "3;x=y\r\nabc\r\n1\r\nd\r\n0\r\nX-T: v\r\n\r\n";
  for (std::size_t cut = 0; cut <= body.size(); ++cut) {
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body.substr(0, cut));
    if (cut < body.size()) {
      EXPECT_FALSE(client.wait_for_input(1ms));
      client.send(body.substr(cut));
    }
    if (cut == 0) backend = backend_.accept();
    backend.read_head();
    EXPECT_EQ(backend.read_until("\r\n\r\n"), "4\r\nabcd\r\n0\r\nX-T: v\r\n\r\n") << cut;
    backend.send(kOk);
    EXPECT_THAT(client.read_until("ok"), EndsWith("ok"));
  }
}

TEST_F(Crowd, ABodyGoesOnOnceEnoughOfItIsThere) {
  for (const std::size_t buffer : {100UL, 16UL * 1024, 300UL * 1024}) {
    config::Settings settings;
    settings.request_body.buffer = buffer;
    start(settings);
    RawSocket client = connect();
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
    client.send(std::string(buffer - 1, 'x'));
    EXPECT_FALSE(backend_.wait_for_connection(30ms));
    client.send("x");
    RawSocket backend = backend_.accept();
    backend.read_head();
    EXPECT_EQ(backend.read_exactly(buffer), std::string(buffer, 'x'));
    client.send(std::string(1'000'000 - buffer, 'y'));
    EXPECT_EQ(backend.read_exactly(1'000'000 - buffer), std::string(1'000'000 - buffer, 'y'));
    backend.send(kOk);
    EXPECT_THAT(client.read_until("ok"), EndsWith("ok"));
  }
}

TEST_F(Crowd, ABodyThatIsInvalidWhileItIsHeldNeverLeaves) {
  start();
  RawSocket client = connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab");
  client.send("cd\r\n");
  EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_FALSE(backend_.wait_for_connection(0ms));
}

TEST_F(Crowd, ABodyHasToComeAtItsRate) {
  config::Settings settings;
  settings.request_body.min_rate = 1024 * 1024;
  start(settings);
  RawSocket client = connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nx");
  const auto began = std::chrono::steady_clock::now();
  EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
  EXPECT_LT(std::chrono::steady_clock::now() - began, 10s) << "and not after timeouts.request_body";
}

TEST_F(Crowd, WhoWaitsInTheQueueIsCutOffWithTheOthers) {
  config::Settings settings = requests_at_a_time(1);
  settings.timeouts.drain = 100ms;
  start(settings);
  RawSocket first = connect();
  RawSocket backend = occupy(first);
  std::vector<RawSocket> others;
  for (int i = 0; i < 5; ++i) {
    others.push_back(connect());
    others.back().send(kGet);
  }
  ASSERT_TRUE(wait_for_metric("wayside_backend_queue", 5));
  daemon().drain();
  daemon().wait();
  EXPECT_THAT(first.read_to_end(), StartsWith("HTTP/1.1 503 "));
  for (RawSocket& other : others)
    EXPECT_THAT(other.read_to_end(), StartsWith("HTTP/1.1 503 "));
}

TEST_F(Crowd, AConnectionIsUsedAgainWithoutAQueue) {
  start(requests_at_a_time(1, 0));
  RawSocket first = connect();
  RawSocket backend = occupy(first);
  backend.send(kOk);
  first.read_until("ok");
  EXPECT_FALSE(backend.wait_for_input(2 * proxy::BackendPool::kProbation)) << "it stays open, and silent";
  RawSocket second = connect();
  second.send("GET /second HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(backend.read_head(), StartsWith("GET /second ")) << "no new connection in its place";
}

TEST_F(Crowd, AHeldBodyThatFoundAFullQueueKeepsTheConnection) {
  start(requests_at_a_time(1, 0));
  RawSocket first = connect();
  RawSocket backend = occupy(first);
  RawSocket second = connect();
  second.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab");
  EXPECT_FALSE(second.wait_for_input(20ms)) << "the body is held";
  second.send("c\r\n0\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(second.read_until("wait for the backend\n"), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(second.read_until("wait for the backend\n"), StartsWith("HTTP/1.1 503 "));
}

TEST_F(Crowd, APostWhoseClientLeftTheQueueIsNotSent) {
  start(requests_at_a_time(1));
  RawSocket first = connect();
  RawSocket backend = occupy(first);
  RawSocket second = connect();
  second.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
  ASSERT_TRUE(wait_for_metric("wayside_backend_queue", 1));
  second.close();
  EXPECT_TRUE(wait_for_metric("wayside_backend_queue", 0));
}

}  // namespace
}  // namespace wayside::test
