// Requests reach the backend, and responses the client, unchanged except for the fields of this hop.
#include "proxy/backend_pool.hpp"
#include "support/proxy_fixture.hpp"

#include <gmock/gmock.h>

#include <string>

namespace wayside::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Forwarding : public ProxyFixture {
 protected:
  void SetUp() override { start(); }
};

TEST_F(Forwarding, PreservesTargetOrderCaseAndDuplicates) {
  RawSocket client = connect();
  client.send(
      "GET /a%2Fb//c/../d?q=%20&q=2 HTTP/1.1\r\n"
      "hOsT: Example.ORG:81\r\n"
      "X-Second: 2\r\n"
      "x-first: 1\r\n"
      "X-Second: again\r\n"
      "X-Empty:\r\n"
      "X-Latin: caf\xe9\r\n"
      "\r\n");
  RawSocket backend = backend_.accept();
  EXPECT_EQ(backend.read_head(),
            "GET /a%2Fb//c/../d?q=%20&q=2 HTTP/1.1\r\n"
            "hOsT: Example.ORG:81\r\n"
            "X-Second: 2\r\n"
            "x-first: 1\r\n"
            "X-Second: again\r\n"
            "X-Empty:\r\n"
            "X-Latin: caf\xe9\r\n"
            "X-Forwarded-For: 127.0.0.1\r\n"
            "X-Forwarded-Proto: " +
                scheme() +
                "\r\n"
                "X-Forwarded-Host: Example.ORG:81\r\n"
                "\r\n");
  backend.send(
      "HTTP/1.1 299 Strange  Reason\r\n"
      "Set-Cookie: a=1\r\n"
      "x-UPPER: y\r\n"
      "Set-Cookie: b=2\r\n"
      "Content-Length: 4\r\n"
      "\r\n"
      "body");
  EXPECT_EQ(undated(client.read_until("body")),
            "HTTP/1.1 299 Strange  Reason\r\n"
            "Set-Cookie: a=1\r\n"
            "x-UPPER: y\r\n"
            "Set-Cookie: b=2\r\n"
            "Content-Length: 4\r\n"
            "\r\n"
            "body");
}

TEST_F(Forwarding, RemovesHopByHopFieldsOnBothLegs) {
  RawSocket client = connect();
  client.send(
      "GET / HTTP/1.1\r\n"
      "Host: a\r\n"
      "Connection: X-Secret, keep-alive\r\n"
      "Keep-Alive: timeout=5\r\n"
      "X-Secret: 1\r\n"
      "Proxy-Connection: keep-alive\r\n"
      "TE: trailers\r\n"
      "Connection: x-other\r\n"
      "X-Other: 2\r\n"
      "X-Kept: 3\r\n"
      "\r\n");
  RawSocket backend = backend_.accept();
  EXPECT_EQ(backend.read_head(),
            "GET / HTTP/1.1\r\n"
            "Host: a\r\n"
            "X-Kept: 3\r\n"
            "X-Forwarded-For: 127.0.0.1\r\n"
            "X-Forwarded-Proto: " +
                scheme() +
                "\r\n"
                "X-Forwarded-Host: a\r\n"
                "\r\n");
  backend.send(
      "HTTP/1.1 200 OK\r\n"
      "Connection: X-Hop\r\n"
      "X-Hop: 1\r\n"
      "Keep-Alive: timeout=9\r\n"
      "Content-Length: 0\r\n"
      "\r\n");
  EXPECT_EQ(undated(client.read_head()), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}

// A proxy in front may have added these fields, so the client must not remove them.
TEST_F(Forwarding, KeepsEndToEndFieldsThatConnectionNames) {
  constexpr std::string_view kKept =
      "Authorization: Basic eA==\r\n"
      "Cookie: a=b\r\n"
      "X-Real-IP: 203.0.113.7\r\n"
      "Traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"
      "Content-Type: text/plain\r\n";
  RawSocket client = connect();
  client.send(
      "GET / HTTP/1.1\r\n"
      "Host: a\r\n"
      "Connection: Authorization, Cookie, Forwarded, X-Real-IP, Traceparent, Content-Type\r\n" +
      std::string(kKept) + "Forwarded: for=203.0.113.7\r\nProxy: http://evil.example/\r\n\r\n");
  RawSocket backend = backend_.accept();
  EXPECT_EQ(backend.read_head(), "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(kKept) +
                                     "Forwarded: for=203.0.113.7, for=127.0.0.1;proto=" + scheme() +
                                     "\r\n"
                                     "X-Forwarded-For: 127.0.0.1\r\n"
                                     "X-Forwarded-Proto: " +
                                     scheme() +
                                     "\r\n"
                                     "X-Forwarded-Host: a\r\n"
                                     "\r\n");
  backend.send(
      "HTTP/1.1 200 OK\r\nConnection: Set-Cookie, ETag\r\nSet-Cookie: a=b\r\nETag: \"1\"\r\n"
      "Content-Length: 0\r\n\r\n");
  EXPECT_EQ(undated(client.read_head()),
            "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nETag: \"1\"\r\nContent-Length: 0\r\n\r\n");
}

TEST_F(Forwarding, AppendsToForwardedForAndKeepsTheFirstProxysView) {
  RawSocket client = connect();
  client.send(
      "GET / HTTP/1.1\r\n"
      "Host: inner\r\n"
      "X-Forwarded-For: 203.0.113.7\r\n"
      "X-Forwarded-Proto: https\r\n"
      "X-Forwarded-Host: outer\r\n"
      "\r\n");
  RawSocket backend = backend_.accept();
  EXPECT_EQ(backend.read_head(),
            "GET / HTTP/1.1\r\n"
            "Host: inner\r\n"
            "X-Forwarded-For: 203.0.113.7, 127.0.0.1\r\n"
            "X-Forwarded-Proto: https\r\n"
            "X-Forwarded-Host: outer\r\n"
            "\r\n");
}

TEST_F(Forwarding, AcceptsAHeadInAnyPieces) {
  RawSocket client = connect();
  client.send_bytewise("\r\nGET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  RawSocket backend = backend_.accept();
  EXPECT_THAT(backend.read_head(), StartsWith("GET /slow HTTP/1.1\r\nHost: a\r\n"));
  for (const char byte : std::string("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc")) {
    backend.send(std::string_view(&byte, 1));
  }
  EXPECT_EQ(undated(client.read_until("abc")), "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
}

TEST_F(Forwarding, ForwardsAnyMethod) {
  RawSocket client = connect();
  RawSocket backend(-1);
  for (const char* method : {"GET", "POST", "DELETE", "PROPFIND", "x-custom!"}) {
    client.send(std::string(method) + " / HTTP/1.1\r\nHost: a\r\n\r\n");
    if (method == std::string("GET")) backend = backend_.accept();
    EXPECT_THAT(backend.read_head(), StartsWith(std::string(method) + " / HTTP/1.1\r\n"));
    backend.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    client.read_head();
  }
}

TEST_F(Forwarding, InventsNoFramingForABodilessRequestAndKeepsAnEmptyLength) {
  RawSocket client = connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\n\r\n");
  RawSocket backend = backend_.accept();
  EXPECT_THAT(backend.read_head(), Not(HasSubstr("ontent-")));
  backend.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(client.read_head(), HasSubstr("Content-Length: 0\r\n"));
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(backend.read_head(), HasSubstr("\r\nContent-Length: 0\r\n"));
}

TEST_F(Forwarding, AnswersHeadWithoutWaitingForABody) {
  RawSocket client = connect();
  client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n");
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
  EXPECT_EQ(undated(client.read_head()), "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
  EXPECT_THAT(backend.read_head(), StartsWith("GET /next "));
}

TEST_F(Forwarding, ReadsNoBodyAfter204And304) {
  RawSocket client = connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send("HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n");
  // RFC 9110 section 8.6: a 204 carries no Content-Length.
  EXPECT_EQ(undated(client.read_head()), "HTTP/1.1 204 No Content\r\n\r\n");
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  backend.read_head();
  backend.send("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\nETag: \"x\"\r\n\r\n");
  EXPECT_EQ(undated(client.read_head()),
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\nETag: \"x\"\r\n\r\n");
  client.send("GET /third HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(backend.read_head(), StartsWith("GET /third "));
}

TEST_F(Forwarding, AnswersPipelinedRequestsInOrder) {
  RawSocket client = connect();
  client.send(
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
      "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
      "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n");
  RawSocket backend = backend_.accept();
  for (const char* path : {"/1", "/2", "/3"}) {
    EXPECT_THAT(backend.read_head(), HasSubstr(std::string(" ") + path + " HTTP/1.1\r\n"));
    if (path == std::string("/2")) {
      EXPECT_EQ(backend.read_exactly(3), "abc");
    }
    backend.send(std::string("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n") + path);
    EXPECT_THAT(client.read_until(path), EndsWith(path));
  }
}

TEST_F(Forwarding, SpeaksHttp10ToAnHttp10Client) {
  RawSocket client = connect();
  client.send("GET / HTTP/1.0\r\n\r\n");
  RawSocket backend = backend_.accept();
  const std::string host = "Host: " + to_string(backend_.address()) + "\r\n";
  EXPECT_EQ(backend.read_head(), "GET / HTTP/1.1\r\n" + host +
                                     "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: " + scheme() +
                                     "\r\n\r\n");
  backend.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_EQ(undated(client.read_to_end()), "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabcde");
}

TEST_F(Forwarding, KeepsAnHttp10ConnectionThatAsksForIt) {
  RawSocket client = connect();
  client.send("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_EQ(undated(client.read_until("ok")),
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok");
  client.send("GET /again HTTP/1.0\r\nHost: a\r\n\r\n");
  EXPECT_THAT(backend.read_head(), StartsWith("GET /again HTTP/1.1\r\n"));
}

TEST_F(Forwarding, ClosesWhenTheClientAsksForIt) {
  RawSocket client = connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_EQ(undated(client.read_to_end()),
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
}

TEST_F(Forwarding, ReusesTheBackendConnectionAcrossClients) {
  RawSocket backend(-1);
  for (int i = 0; i < 3; ++i) {
    RawSocket client = connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    if (i == 0) backend = backend_.accept();
    backend.read_head();
    backend.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    EXPECT_THAT(client.read_to_end(), EndsWith("ok"));
    // Meanwhile, the connection is reserved for this client.
    const auto probation = 2 * proxy::BackendPool::kProbation;
    if (i == 0) {
      EXPECT_FALSE(backend.wait_for_input(probation)) << "it stays open, and silent";
    }
  }
}

TEST_F(Forwarding, ReachesAnIpv6Backend) {
  FakeBackend v6_backend("::1");
  config::Settings settings;
  settings.backend = v6_backend.address();
  start(settings);
  RawSocket client = connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  RawSocket backend = v6_backend.accept();
  EXPECT_THAT(backend.read_head(), StartsWith("GET / HTTP/1.1\r\n"));
}

TEST_F(Forwarding, ServesWithSeveralWorkers) {
  config::Settings settings;
  settings.workers = 3;
  start(settings);
  for (int i = 0; i < 20; ++i) {
    RawSocket client = connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    RawSocket backend = backend_.accept();
    backend.read_head();
    backend.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    EXPECT_THAT(client.read_to_end(), EndsWith("ok"));
  }
  EXPECT_TRUE(
      wait_for_metric(R"(http_requests_total{endpoint="unmatched",http_status="200",method="GET"})", 20));
}

}  // namespace
}  // namespace wayside::test
