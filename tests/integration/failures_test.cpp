// All failures: told apart, answered if an answer is possible, and counted.
#include "support/no_threads.hpp"
#include "support/proxy_fixture.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <string>

namespace wayside::test {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

std::string requests_total(const std::string& status, const std::string& method = "GET",
                           const std::string& endpoint = "unmatched") {
  return "http_requests_total{endpoint=\"" + endpoint + "\",http_status=\"" + status + "\",method=\"" +
         method + "\"}";
}

class Failures : public ProxyFixture {
 protected:
  void SetUp() override { start(unbuffered()); }

  // One complete exchange, after which the pool holds its backend connection.
  RawSocket warm_up(RawSocket& client) {
    client.send("GET /warm HTTP/1.1\r\nHost: a\r\n\r\n");
    RawSocket backend = backend_.accept();
    backend.read_head();
    backend.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    client.read_until("ok");
    return backend;
  }
};

TEST_F(Failures, Answers502WhereNobodyListensAndKeepsTheClient) {
  backend_.stop_listening();
  RawSocket client = connect();
  for (int i = 0; i < 2; ++i) {
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(
        undated(client.read_until("reached\n")),
        "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 43\r\n\r\n"
        "Bad Gateway: the backend cannot be reached\n");
  }
  EXPECT_TRUE(wait_for_metric(requests_total("502"), 2));
}

TEST_F(Failures, Answers504WhereTheBackendHangs) {
  config::Settings settings;
  settings.timeouts.response_head = 200ms;
  start(settings);
  RawSocket client = connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  RawSocket backend = backend_.accept();
  EXPECT_THAT(client.read_until("in time\n"), StartsWith("HTTP/1.1 504 Gateway Timeout\r\n"));
  EXPECT_TRUE(wait_for_metric(requests_total("504"), 1));
  backend.read_head();
  EXPECT_EQ(backend.read_to_end(), "");
}

TEST_F(Failures, CutsAResponseThatStops) {
  config::Settings settings;
  settings.timeouts.response_body = 200ms;
  start(settings);
  RawSocket client = connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  RawSocket backend = backend_.accept();
  backend.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
  EXPECT_THAT(client.read_to_end(), EndsWith("hello"));
}

TEST_F(Failures, Answers408WhereTheHeadTakesTooLong) {
  config::Settings settings;
  settings.timeouts.request_head = 200ms;
  start(settings);
  RawSocket client = connect();
  client.send("GET / HTTP/1.1\r\nHos");
  EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
  EXPECT_TRUE(wait_for_metric(requests_total("408", "OTHER"), 1));
}

TEST_F(Failures, Answers408WhereTheBodyStops) {
  config::Settings settings = unbuffered();
  settings.timeouts.request_body = 200ms;
  start(settings);
  RawSocket client = connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
  RawSocket backend = backend_.accept();
  EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
  EXPECT_TRUE(wait_for_metric(requests_total("408", "POST"), 1));
}

TEST_F(Failures, ClosesAnIdleClientSilently) {
  config::Settings settings;
  settings.timeouts.keep_alive = 200ms;
  start(settings);
  RawSocket client = connect();
  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(Failures, CountsAClientThatLeavesAndFreesTheBackend) {
  RawSocket client = connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  RawSocket backend = backend_.accept();
  backend.read_head();
  client.close();
  EXPECT_EQ(backend.read_to_end(), "");
  EXPECT_TRUE(wait_for_metric(requests_total("499"), 1));
  EXPECT_TRUE(wait_for_metric(R"(http_requests_in_flight{endpoint="unmatched",method="GET"})", 0));
}

TEST_F(Failures, CountsAClientThatResetsInsideItsUpload) {
  RawSocket client = connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nsome");
  RawSocket backend = backend_.accept();
  backend.read_until("some");
  client.reset();
  EXPECT_EQ(backend.read_to_end(), "");
  EXPECT_TRUE(wait_for_metric(requests_total("499", "POST"), 1));
}

TEST_F(Failures, RetriesAGetOnAFreshConnectionWhenThePooledOneIsStale) {
  RawSocket client = connect();
  RawSocket stale = warm_up(client);
  client.send("GET /retried HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(stale.read_head(), StartsWith("GET /retried "));
  stale.close();
  RawSocket fresh = backend_.accept();
  EXPECT_THAT(fresh.read_head(), StartsWith("GET /retried "));
  fresh.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_THAT(client.read_until("ok"), StartsWith("HTTP/1.1 200 OK"));
}

TEST_F(Failures, NeverRepeatsAPostThatTheBackendMayHaveSeen) {
  RawSocket client = connect();
  RawSocket stale = warm_up(client);
  client.send("POST /once HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
  stale.read_until("x");
  stale.reset();
  EXPECT_THAT(client.read_until("response\n"), StartsWith("HTTP/1.1 502 Bad Gateway\r\n"));
  EXPECT_FALSE(backend_.wait_for_connection(50ms));
}

TEST_F(Failures, SendsNothingToAConnectionThatTheBackendClosedWithItsLastAnswer) {
  RawSocket client = connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nPUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
  RawSocket first = backend_.accept();
  first.read_head();
  first.send_and_close("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  RawSocket second = backend_.accept();
  EXPECT_THAT(second.read_until("abc"), StartsWith("PUT / "));
}

// A look-up needs a thread.
TEST_F(Failures, Answers503WhereThereIsNoThreadForALookUp) {
  config::Settings settings;
  settings.backend = {"localhost", backend_.address().port, {}};
  start(settings);
  RawSocket client = connect();
  {
    const NoThreads no_threads;
    client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_THAT(client.read_until("another connection\n"),
                StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  }
  client.send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  RawSocket backend = backend_.accept();
  EXPECT_THAT(backend.read_head(), StartsWith("GET /2 "));
}

TEST_F(Failures, DropsAnIdleBackendConnectionThatEnds) {
  RawSocket client = connect();
  warm_up(client).close();
  // A POST must not meet the dead connection.
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
  RawSocket fresh = backend_.accept();
  EXPECT_THAT(fresh.read_until("\r\n\r\nx"), StartsWith("POST / "));
}

TEST_F(Failures, Answers502ToABackendThatClosesWithoutAWord) {
  RawSocket client = connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.close();
  EXPECT_THAT(client.read_until("response\n"), StartsWith("HTTP/1.1 502 Bad Gateway\r\n"));
}

TEST_F(Failures, Answers502ToAnInvalidResponse) {
  for (const char* response : {
           "garbage\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
           "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
           "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
           "HTTP/1.1 200 OK\r\n folded: 1\r\n\r\n",
           "HTTP/1.1 103 Early Hints\r\nContent-Length: x\r\nLink: a\r\n\r\n",
           "HTTP/1.1 103 Early Hints\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
       }) {
    RawSocket client = connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    RawSocket backend = backend_.accept();
    backend.read_head();
    backend.send(response);
    EXPECT_THAT(client.read_until("invalid response\n"), StartsWith("HTTP/1.1 502 Bad Gateway\r\n"))
        << response;
    EXPECT_EQ(backend.read_to_end(), "") << response;
  }
}

TEST_F(Failures, NeverReusesABackendConnectionThatSaidTooMuch) {
  RawSocket client = connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send(
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
  EXPECT_THAT(client.read_until("ok"), EndsWith("ok"));
  client.send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  RawSocket second = backend_.accept();
  EXPECT_THAT(second.read_head(), StartsWith("GET /2 "));
}

TEST_F(Failures, RejectsWhatIsAmbiguousAndNeverForwardsIt) {
  const struct {
    const char* request;
    const char* status;
  } cases[] = {
      {"GET / HTTP/1.1\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n", "400"},
      {"GET / HTTP/1.1\nHost: a\n\n", "400"},
      {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "400"},
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", "505"},
      {"CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", "501"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", "400"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx", "400"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775808\r\n\r\nx", "400"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       "400"},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello", "400"},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", "501"},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "501"},
      {"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
      {"\x16\x03\x01\x02\x00\x01", "400"},
  };
  for (const auto& test_case : cases) {
    RawSocket client = connect();
    client.send(test_case.request);
    const std::string response = client.read_to_end();
    EXPECT_THAT(response, StartsWith(std::string("HTTP/1.1 ") + test_case.status)) << test_case.request;
    EXPECT_THAT(response, HasSubstr("Connection: close\r\n")) << test_case.request;
  }
  EXPECT_FALSE(backend_.wait_for_connection(0ms));
}

TEST_F(Failures, AbortsAChunkedUploadThatTurnsInvalid) {
  RawSocket client = connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
  RawSocket backend = backend_.accept();
  backend.read_until("1\r\na\r\n");
  client.send("zz\r\n");
  EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_EQ(backend.read_to_end(), "");
}

}  // namespace
}  // namespace wayside::test
