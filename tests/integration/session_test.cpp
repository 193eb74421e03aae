// What client connections may do between and around requests.
#include "proxy/backend_pool.hpp"
#include "support/plain_messages.hpp"
#include "support/proxy_fixture.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <stdexcept>
#include <string>

namespace wayside::test {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::StartsWith;

class Sessions : public ProxyFixture {
 protected:
  void SetUp() override { start(); }

  static config::Settings quick_heads() {
    config::Settings settings;
    settings.timeouts.request_head = 200ms;
    return settings;
  }

  // Whether the next request comes by another connection than `used`, whose last response was sent at
  // `answered`. On a busy machine the request may come behind the probation of `used`, and takes it rightly;
  // before, it must not. The worker's clock is that of its last wake-up, so half a probation is the bound.
  bool comes_by_another(const RawSocket& used, std::chrono::steady_clock::time_point answered) {
    EXPECT_TRUE(wait_until([&] { return used.wait_for_input(0ms) || backend_.wait_for_connection(0ms); }));
    if (!used.wait_for_input(0ms)) return true;
    EXPECT_GE(std::chrono::steady_clock::now() - answered, proxy::BackendPool::kProbation / 2);
    return false;
  }
};

TEST_F(Sessions, SkipsAFewEmptyLinesAndNoMore) {
  RawSocket client = connect();
  client.send("\r\n\r\n" + std::string(kGet));
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send(kOk);
  EXPECT_THAT(client.read_until("ok"), EndsWith("ok"));

  RawSocket flood = connect();
  for (int i = 0; i < 20; ++i)
    flood.send("\r\n");
  EXPECT_THAT(flood.read_to_end(), StartsWith("HTTP/1.1 400 Bad Request\r\n"));
}

TEST_F(Sessions, BoundsTheHeadAlsoAfterASplitEmptyLine) {
  start(quick_heads());
  RawSocket client = connect();
  for (const char* piece : {"\r", "\n", "G", "ET / HT"})
    client.send(piece);
  EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
}

TEST_F(Sessions, BoundsTheHeadOfAPipelinedRequest) {
  start(quick_heads());
  RawSocket client = connect();
  client.send(std::string(kGet) + "GET /half HTT");
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send(kOk);
  client.read_until("ok");
  EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
}

// A client that reads the response closes; one that trickles goes on.
TEST_F(Sessions, KeepsNoTricklerBehindItsTimeout) {
  start(quick_heads());
  RawSocket client = connect();
  client.send("GET / HT");
  const auto began = std::chrono::steady_clock::now();
  try {
    while (std::chrono::steady_clock::now() - began < kPatience) {
      client.send("T");
      static_cast<void>(client.wait_for_input(50ms));
    }
  } catch (const std::runtime_error&) {
    // The connection is gone.
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
}

TEST_F(Sessions, NoticesAnAbortBehindPipelinedBytes) {
  RawSocket client = connect();
  client.send(kGet);
  RawSocket backend = backend_.accept();
  backend.read_head();
  client.send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  client.close();
  EXPECT_EQ(backend.read_to_end(), "");
  EXPECT_TRUE(
      wait_for_metric(R"(http_requests_total{endpoint="unmatched",http_status="499",method="GET"})", 1));
}

TEST_F(Sessions, NeverTakesAnUnaskedResponseForAnAnswer) {
  RawSocket client = connect();
  client.send(kGet);
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send(kOk);
  client.read_until("ok");
  backend.send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
  RawSocket fresh = backend_.accept();
  EXPECT_THAT(fresh.read_until("x"), StartsWith("POST / "));
  fresh.send(kOk);
  EXPECT_THAT(client.read_until("ok"), StartsWith("HTTP/1.1 200 OK"));
}

// The stray bytes come a moment behind the response, when the next request may have been sent already.
TEST_F(Sessions, GivesNoUnaskedResponseToTheNextClient) {
  int rounds_in_time = 0;
  for (int i = 0; i < 40 && rounds_in_time < 20; ++i) {
    RawSocket first = connect();
    RawSocket second = connect();
    first.send(kGet);
    RawSocket backend = backend_.accept();
    backend.read_head();
    const auto answered = std::chrono::steady_clock::now();
    backend.send(kOk);
    first.read_until("ok");
    second.send("GET /second HTTP/1.1\r\nHost: a\r\n\r\n");
    if (!comes_by_another(backend, answered)) continue;
    ++rounds_in_time;
    RawSocket other = backend_.accept();
    backend.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged");
    EXPECT_THAT(other.read_head(), StartsWith("GET /second "));
    other.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecond");
    EXPECT_THAT(second.read_exactly(second.read_head().empty() ? 0 : 6), "second");
  }
  EXPECT_GT(rounds_in_time, 0);
}

// A body may come a moment behind its head.
TEST_F(Sessions, TrustsNoBackendThatSentABodyWithItsHead) {
  constexpr std::string_view kHeadRequest = "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n";
  RawSocket client = connect();
  client.send(kHeadRequest);
  RawSocket backend = backend_.accept();
  for (int i = 0; i < 36; ++i) {
    if (i != 0) client.send(kHeadRequest);
    backend.read_head();
    backend.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    client.read_head();
    EXPECT_FALSE(backend.wait_for_input(proxy::BackendPool::kProbation + 5ms)) << "one probation more";
  }
  client.send(kHeadRequest);
  backend.read_head();
  backend.send(kOk);  // with a body, which is not allowed here
  client.read_head();
  EXPECT_EQ(backend.read_to_end(), "") << "seen, and closed";

  RawSocket second = connect();
  client.send(kHeadRequest);
  RawSocket next = backend_.accept();
  bool is_on_probation = false;
  for (int i = 0; i < 10; ++i) {
    if (i != 0) client.send(kHeadRequest);
    next.read_head();
    const auto answered = std::chrono::steady_clock::now();
    next.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    client.read_head();
    second.send("GET /second HTTP/1.1\r\nHost: a\r\n\r\n");
    is_on_probation = comes_by_another(next, answered);
    if (is_on_probation) break;
    next.read_head();
    next.send(kOk);
    second.read_until("ok");
  }
  EXPECT_TRUE(is_on_probation) << "it is to be tried first";
}

TEST_F(Sessions, SurvivesClientsThatComeAndGo) {
  for (int i = 0; i < 200; ++i) {
    RawSocket client = connect();
    if (i % 2 == 0) client.send("GET / HT");
    if (i % 3 == 0) client.reset();
  }
  RawSocket client = connect();
  client.send(kGet);
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send(kOk);
  EXPECT_THAT(client.read_until("ok"), EndsWith("ok"));
}

}  // namespace
}  // namespace wayside::test
