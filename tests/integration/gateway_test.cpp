// The duties of a gateway (RFC 9110 sections 6 and 7), and the limits that a user sets.
#include "support/plain_messages.hpp"
#include "support/proxy_fixture.hpp"

#include <gmock/gmock.h>

#include <string>

namespace wayside::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Gateway : public ProxyFixture {
 protected:
  void SetUp() override { start(); }

  // The head that reaches the backend when a client sends `request`.
  std::string forwarded_head(std::string_view request) {
    RawSocket client = connect();
    client.send(request);
    RawSocket backend = backend_.accept();
    return backend.read_head();
  }

  // The client's view of a GET that the backend answers with `response` before it closes.
  std::string relayed(std::string_view response) {
    RawSocket client = connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    RawSocket backend = backend_.accept();
    backend.read_head();
    backend.send(response);
    backend.close();
    return client.read_to_end();
  }

  // The whole response to a request that is not forwarded.
  std::string answered_here(std::string_view request) {
    RawSocket client = connect();
    client.send(request);
    return client.read_to_end();
  }
};

// A proxy "MUST" add itself, but a Via field switches off compression at some backends ("gzip_proxied off" of
// nginx).
TEST_F(Gateway, AddsItselfToViaIfAsked) {
  EXPECT_THAT(forwarded_head("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), Not(HasSubstr("Via")));
  EXPECT_THAT(forwarded_head("GET / HTTP/1.1\r\nHost: a\r\nVia: 1.1 first\r\n\r\n"),
              HasSubstr("\r\nVia: 1.1 first\r\n"));
  config::Settings settings;
  settings.via = true;
  start(settings);
  EXPECT_THAT(forwarded_head("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), HasSubstr("\r\nVia: 1.1 wayside\r\n"));
  EXPECT_THAT(forwarded_head("GET / HTTP/1.0\r\nHost: a\r\n\r\n"), HasSubstr("\r\nVia: 1.0 wayside\r\n"));
  EXPECT_THAT(forwarded_head("GET / HTTP/1.1\r\nHost: a\r\nVia: 1.1 first\r\nvia: 2 second\r\n\r\n"),
              HasSubstr("\r\nVia: 1.1 first\r\nvia: 2 second, 1.1 wayside\r\n"));
}

TEST_F(Gateway, LetsTheAuthorityOfTheTargetReplaceHost) {
  const std::string head =
      forwarded_head("GET http://real.example:81/path?q HTTP/1.1\r\nHost: other\r\nX-After: 1\r\n\r\n");
  EXPECT_THAT(head, StartsWith("GET http://real.example:81/path?q HTTP/1.1\r\n"
                               "Host: real.example:81\r\nX-After: 1\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nX-Forwarded-Host: real.example:81\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("other")));
}

TEST_F(Gateway, CountsMaxForwardsDownForOptionsAndTraceAlone) {
  EXPECT_THAT(forwarded_head("OPTIONS * HTTP/1.1\r\nHost: a\r\nMax-Forwards: 2\r\n\r\n"),
              HasSubstr("\r\nMax-Forwards: 1\r\n"));
  EXPECT_THAT(forwarded_head("GET / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n"),
              HasSubstr("\r\nMax-Forwards: 0\r\n"));
}

TEST_F(Gateway, AnswersItselfWhereNoForwardIsLeft) {
  EXPECT_THAT(answered_here("OPTIONS * HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answered_here("TRACE /x HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\nConnection: close\r\n\r\n"),
              HasSubstr("\r\nContent-Type: message/http\r\n"));
}

// RFC 9110 section 9.3.8: any other field may be a secret of the application.
TEST_F(Gateway, ShowsATraceOnlyWhatCannotBeSensitive) {
  constexpr std::string_view kShown =
      "Host: a\r\nVia: 1.1 front\r\nMax-Forwards: 0\r\nUser-Agent: u\r\nAccept: */*\r\nAccept-Language: "
      "de\r\nConnection: close\r\n";
  const std::string trace = answered_here(
      "TRACE /x HTTP/1.1\r\nCookie: secret\r\nAuthorization: secret\r\nProxy-Authorization: secret\r\n" +
      std::string(kShown) +
      "X-Api-Key: secret\r\nX-Unknown: secret\r\nX-Forwarded-For: secret\r\nForwarded: secret\r\n"
      "Referer: secret\r\n\r\n");
  EXPECT_THAT(trace, EndsWith("\r\n\r\nTRACE /x HTTP/1.1\r\n" + std::string(kShown) + "\r\n"));
}

TEST_F(Gateway, AddsADateOnlyWhereThereIsNone) {
  EXPECT_THAT(relayed("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), HasSubstr("\r\nDate: "));
  EXPECT_EQ(relayed("HTTP/1.1 200 OK\r\nDate: yesterday\r\nContent-Length: 0\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nDate: yesterday\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

// To a client that takes chunks, as HAProxy does.
TEST_F(Gateway, ForwardsTrailers) {
  constexpr std::string_view kResponse =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Checksum\r\n\r\n2\r\nok\r\n0\r\n"
      "X-Checksum: 1\r\nSet-Cookie: a=b\r\nX_Forwarded_For: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\n"
      "X_Real_IP: 6.6.6.6\r\nX-Forwarded-Port: 6\r\nProxy: http://evil/\r\n\r\n";
  const std::string received = relayed(kResponse);
  EXPECT_THAT(received, HasSubstr("\r\nTrailer: X-Checksum\r\n"));
  EXPECT_THAT(received, EndsWith("2\r\nok\r\n0\r\nX-Checksum: 1\r\n\r\n"));
}

// The loopback is trusted by default.
TEST_F(Gateway, BelievesTrustedProxiesAlone) {
  constexpr std::string_view kClaims =
      "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\n"
      "X-Real-IP: 6.6.6.6\r\n\r\n";
  const std::string believed = forwarded_head(kClaims);
  EXPECT_THAT(believed, HasSubstr("\r\nX-Forwarded-For: 6.6.6.6, 127.0.0.1\r\n"));
  EXPECT_THAT(believed, HasSubstr("\r\nX-Forwarded-Proto: https\r\n"));
  EXPECT_THAT(believed, HasSubstr("\r\nX-Real-IP: 6.6.6.6\r\n"));
  config::Settings settings;
  settings.trusted_proxies = {.private_ranges = false};
  start(settings);
  const std::string replaced = forwarded_head(kClaims);
  EXPECT_THAT(replaced, HasSubstr("\r\nX-Forwarded-For: 127.0.0.1\r\n"));
  EXPECT_THAT(replaced, HasSubstr("\r\nX-Forwarded-Proto: " + scheme() + "\r\n"));
  EXPECT_THAT(replaced, Not(HasSubstr("6.6.6.6")));
}

TEST_F(Gateway, ForwardsNoTrailerThatABackendWouldBelieve) {
  RawSocket client = connect();
  client.send(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n"
      "X-Checksum: 1\r\nForwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nX_Real_IP: 6.6.6.6\r\n"
      "X_Forwarded_Port: 6\r\nX-Forwarded-User: evil\r\nProxy: http://evil/\r\nCookie: a=b\r\n"
      "Traceparent: evil\r\n\r\n");
  RawSocket backend = backend_.accept();
  backend.read_head();
  EXPECT_EQ(backend.read_until("\r\n\r\n"), "2\r\nok\r\n0\r\nX-Checksum: 1\r\n\r\n");
}

TEST_F(Gateway, DropsTheUnderscoreTwinsOfItsOwnFields) {
  const std::string head = forwarded_head(
      "GET / HTTP/1.1\r\nHost: a\r\nX_Forwarded_For: 6.6.6.6\r\nContent_Length: 9\r\nX_Kept: 1\r\n\r\n");
  EXPECT_THAT(head, Not(HasSubstr("6.6.6.6")));
  EXPECT_THAT(head, Not(HasSubstr("Content_Length")));
  EXPECT_THAT(head, HasSubstr("\r\nX_Kept: 1\r\n"));
}

TEST_F(Gateway, TakesAStatusLineWithoutAReason) {
  EXPECT_THAT(relayed("HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok"), StartsWith("HTTP/1.1 200 \r\n"));
}

TEST_F(Gateway, KeepsTheUpgradeThatA426AsksFor) {
  EXPECT_THAT(relayed("HTTP/1.1 426 Upgrade Required\r\nUpgrade: foo/2\r\nConnection: upgrade\r\n"
                      "Content-Length: 0\r\n\r\n"),
              HasSubstr("\r\nUpgrade: foo/2\r\n"));
}

TEST_F(Gateway, PassesWhatIsUnusualButLegitimate) {
  std::string cookies;
  for (int i = 0; i < 50; ++i)
    cookies += "Set-Cookie: c" + std::to_string(i) + "=1\r\n";
  const std::string head = "HTTP/1.1 599 \r\nDate: d\r\n" + cookies + "X-Empty:\r\nX-High: \xff\xfe\r\n";
  EXPECT_EQ(relayed(head + "Content-Length: 0\r\n\r\n"),
            head + "Content-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST_F(Gateway, HoldsTheLimitsOfItsUser) {
  config::Settings settings;
  settings.limits.request_line = 64;
  settings.limits.head = 256;
  settings.limits.fields = 4;
  settings.limits.body = 10;
  start(settings);
  const std::string host = "Host: a\r\n";
  EXPECT_THAT(answered_here("GET /" + std::string(100, 'x') + " HTTP/1.1\r\n" + host + "\r\n"),
              StartsWith("HTTP/1.1 414 "));
  EXPECT_THAT(answered_here("GET / HTTP/1.1\r\n" + host + "X: " + std::string(300, 'x') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(answered_here("GET / HTTP/1.1\r\n" + host + "A: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\n\r\n"),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(answered_here("POST / HTTP/1.1\r\n" + host + "Content-Length: 11\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answered_here("POST / HTTP/1.1\r\n" + host +
                            "Transfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_FALSE(backend_.wait_for_connection(std::chrono::milliseconds(0)));
}

TEST_F(Gateway, ServesAHalfClosedClientIfToldTo) {
  config::Settings settings;
  settings.client_half_close = config::HalfClose::kServe;
  start(settings);
  RawSocket client = connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  client.shutdown_send();
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send(kOk);
  EXPECT_THAT(client.read_to_end(), EndsWith("ok"));
}

TEST_F(Gateway, BoundsItsConnectionsAndLetsOthersWait) {
  config::Settings settings;
  settings.max_connections = 2;
  start(settings);
  RawSocket first = connect();
  RawSocket second = connect();
  // The proxy has accepted both once it has answered on them.
  first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  RawSocket first_backend = backend_.accept();
  second.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  RawSocket second_backend = backend_.accept();
  RawSocket third = connect();
  third.send("GET /third HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_FALSE(backend_.wait_for_connection(std::chrono::milliseconds(50)));
  first.close();
  EXPECT_THAT(backend_.accept().read_head(), StartsWith("GET /third "));
}

TEST_F(Gateway, RefusesAnInvalidHostAndTarget) {
  for (const char* request : {
           "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a:x\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
           "GET /#f HTTP/1.1\r\nHost: a\r\n\r\n",
           "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n",
           "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
           "GET a HTTP/1.1\r\nHost: a\r\n\r\n",
           "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
       }) {
    EXPECT_THAT(answered_here(request), StartsWith("HTTP/1.1 400 ")) << request;
  }
}

}  // namespace
}  // namespace wayside::test
