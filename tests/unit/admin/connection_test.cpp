#include "admin/connection.hpp"

#include "unit/admin/admin_test_support.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <thread>

namespace wayside::admin {
namespace {

using boost::asio::ip::tcp;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// One connection over loopback: the client's end in the test, the server's end served on a thread.
class Served {
 public:
  explicit Served(ConnectionLimits limits = {}, bool is_stopped = false, Access access = {})
      : is_stopped_(is_stopped),
        access_(std::make_shared<const Access>(std::move(access))),
        client(acceptor_.local_endpoint()) {
    boost::asio::ip::tcp::socket accepted = acceptor_.accept();
    connection_.emplace(Socket(io_context_, net::StreamProtocol(tcp::v4()), accepted.release()));
    EXPECT_TRUE(admission_.admit(*connection_));
    done_ = boost::asio::co_spawn(io_context_, serve_and_close(limits), boost::asio::use_future);
    thread_ = std::thread([this] { io_context_.run(); });
  }

  // Fails the test where serve() does not return by itself, now that the client leaves.
  ~Served() {
    client.close();
    EXPECT_TRUE(wait_for_end(seconds(10)));
    io_context_.stop();
    thread_.join();
    EXPECT_NO_THROW(done_.get());
  }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  bool wait_for_end(seconds limit) const { return done_.wait_for(limit) == std::future_status::ready; }

 private:
  Awaitable<> serve_and_close(ConnectionLimits limits) {
    const Service service{pages_, is_stopped_, admission_, shared_pages_, access_, authenticator_};
    co_await serve(*connection_, service, limits);
    connection_->stream.close();
    shared_pages_.clear();
  }

  const bool is_stopped_;
  AdminPages pages() {
    AdminPages pages = fixture_.pages();
    pages.reload = []() -> net::Awaitable<Checked<void, ReloadError>> {
      co_return Checked<void, ReloadError>();
    };
    return pages;
  }

  Fixture fixture_;
  const AdminPages pages_ = pages();
  boost::asio::io_context io_context_;
  tcp::acceptor acceptor_{io_context_, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)};
  Admission admission_;
  SharedPages shared_pages_{io_context_.get_executor()};
  const std::shared_ptr<const Access> access_;
  Authenticator authenticator_{io_context_.get_executor()};
  std::optional<Connection> connection_;
  std::future<void> done_;
  std::thread thread_;

 public:
  RawClient client;
};

TEST(AdminConnection, AnswersAndStaysOpen) {
  Served served;
  for (int i = 0; i < 3; ++i) {
    served.client.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string response = served.client.read_response();
    EXPECT_THAT(response, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(response, HasSubstr("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    EXPECT_THAT(response, Not(HasSubstr("Connection:")));
    EXPECT_THAT(response, HasSubstr(kRequestsLine));
  }
  served.client.send("GET /-/healthy HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string response = served.client.read_to_end();
  EXPECT_THAT(response, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(response, EndsWith("\r\n\r\nwayside is healthy.\n"));
}

TEST(AdminConnection, HeadHasTheLengthAndNoBody) {
  Served served;
  served.client.send("HEAD /-/healthy HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string response = served.client.read_to_end();
  EXPECT_THAT(response, HasSubstr("\r\nContent-Length: 20\r\n"));
  EXPECT_THAT(response, EndsWith("\r\n\r\n"));
}

TEST(AdminConnection, AnswersPipelinedRequestsInOrder) {
  Served served;
  served.client.send(
      "GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n"
      "HEAD / HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n"
      "GET /-/ready HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(served.client.read_response(), EndsWith("\r\n\r\nwayside is healthy.\n"));
  EXPECT_THAT(served.client.read_response(true), HasSubstr("\r\nContent-Type: text/html; charset=utf-8\r\n"));
  EXPECT_THAT(served.client.read_response(), EndsWith("\r\n\r\nwayside is ready.\n"));
}

TEST(AdminConnection, SendsTheLivePageWithItsFields) {
  Served served;
  served.client.send("GET / HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n");
  const std::string response = served.client.read_response();
  EXPECT_THAT(response, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(response, HasSubstr("\r\nCache-Control: no-cache\r\n"));
  EXPECT_THAT(response, HasSubstr("\r\nContent-Security-Policy: default-src 'none'; "));
  EXPECT_THAT(response, HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(response, HasSubstr("\r\nReferrer-Policy: no-referrer\r\n"));
  const std::size_t etag = response.find("\r\nETag: ") + 8;
  const std::string value = response.substr(etag, response.find('\r', etag) - etag);
  served.client.send("GET / HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\nIf-None-Match: " + value +
                     "\r\nConnection: close\r\n\r\n");
  const std::string known = served.client.read_to_end();
  EXPECT_THAT(known, StartsWith("HTTP/1.1 304 Not Modified\r\n"));
  EXPECT_THAT(known, HasSubstr("\r\nETag: " + value + "\r\n"));
  EXPECT_THAT(known, Not(HasSubstr("Content-Length")));
  EXPECT_THAT(known, EndsWith("\r\n\r\n"));
}

TEST(AdminConnection, RedirectsBrowsersFromTheRoutes) {
  Served served;
  served.client.send("GET /routes HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n");
  EXPECT_THAT(served.client.read_response(), HasSubstr("\r\nLocation: /\r\n"));
}

// All lines of a field count.
TEST(AdminConnection, KnowsWhereARequestComesFrom) {
  Served served;
  const std::string post = "POST /-/reload HTTP/1.1\r\nContent-Length: 0\r\n";
  const auto status_of = [&](std::string_view fields) {
    served.client.send(post + std::string(fields) + "\r\n");
    return served.client.read_response().substr(0, 12);
  };
  EXPECT_EQ(status_of("Host: x\r\n"), "HTTP/1.1 200");
  EXPECT_EQ(status_of("Host: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\n"), "HTTP/1.1 200");
  EXPECT_EQ(status_of("Host: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\nOrigin: http://evil\r\n"),
            "HTTP/1.1 403");
  EXPECT_EQ(status_of("Host: 127.0.0.1\r\nOrigin:\r\n"), "HTTP/1.1 403");
  EXPECT_EQ(status_of("Host: x\r\nOrigin: http://x\r\n"), "HTTP/1.1 403");
  EXPECT_EQ(status_of("Host: 127.0.0.1\r\nSec-Fetch-Site: cross-site\r\n"), "HTTP/1.1 403");
}

TEST(AdminConnection, TakesARequestInPieces) {
  Served served;
  for (const char byte : std::string_view("GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n"))
    served.client.send({&byte, 1});
  EXPECT_THAT(served.client.read_response(), EndsWith("\r\n\r\nwayside is healthy.\n"));
}

TEST(AdminConnection, ClosesAfterHttp10UnlessAskedToStay) {
  Served served;
  served.client.send("GET /-/healthy HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(served.client.read_response(), HasSubstr("\r\nConnection: keep-alive\r\n"));
  served.client.send("GET /-/healthy HTTP/1.0\r\n\r\n");
  EXPECT_THAT(served.client.read_to_end(), EndsWith("\r\n\r\nwayside is healthy.\n"));
}

TEST(AdminConnection, AnswersAndClosesWhereThereIsABody) {
  const std::string_view requests[] = {
      "POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
      "POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\nhello",
      "POST /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      "POST /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
  };
  for (const std::string_view request : requests) {
    Served served;
    served.client.send(request);
    const std::string response = served.client.read_to_end();
    EXPECT_THAT(response, StartsWith("HTTP/1.1 405 Method Not Allowed\r\n"));
    EXPECT_THAT(response, HasSubstr("\r\nAllow: GET, HEAD\r\n"));
    EXPECT_THAT(response, HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_THAT(response, EndsWith("\r\n\r\nOnly GET and HEAD are allowed here.\n"));
  }
}

TEST(AdminConnection, AnswersMalformedRequestsAndCloses) {
  const std::string_view requests[] = {
      "\r\x01\r\n\r\n",
      "GET\r\n\r\n",
      "GET /metrics\r\n\r\n",
      "GET /metrics HTTP/2.0\r\nHost: x\r\n\r\n",
      "GET /metrics HTTP/1.1\r\nHost : x\r\n\r\n",
      "GET /metrics HTTP/1.1\nHost: x\n\n",
      "GET /metrics HTTP/1.1\r\nContent-Length: x\r\n\r\n",
      "\x16\x03\x01\x02",  // the start of a TLS handshake
  };
  for (const std::string_view request : requests) {
    Served served;
    served.client.send(request);
    const std::string response = served.client.read_to_end();
    EXPECT_THAT(response, StartsWith("HTTP/1.1 400 Bad Request\r\n")) << request;
    EXPECT_THAT(response, HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_THAT(response, EndsWith("\r\n\r\nThis is not an HTTP/1.1 request.\n"));
  }
}

TEST(AdminConnection, RefusesAHeadBeyondItsLimit) {
  const std::string requests[] = {
      "GET /metrics HTTP/1.1\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n",
      "GET /" + std::string(100'000, 'x'),
  };
  for (const std::string& request : requests) {
    Served served;
    served.client.send(request);
    const std::string response = served.client.read_to_end();
    EXPECT_THAT(response, StartsWith("HTTP/1.1 431 Request Header Fields Too Large\r\n"));
    EXPECT_THAT(response, EndsWith("\r\n\r\nThe request head is too large.\n"));
  }
}

TEST(AdminConnection, EndsQuietlyWhenTheClientLeaves) {
  for (const std::string_view start : {"", "GET /met", "GET /metrics HTTP/1.1\r\nHost: x\r\n"}) {
    Served served;
    served.client.send(start);
    served.client.send_end();
    EXPECT_EQ(served.client.read_to_end(), "");
  }
}

TEST(AdminConnection, ClosesOnAClientThatSendsNoWholeHead) {
  for (const std::string_view start : {"", "GET /metrics HTTP/1.1\r\nHost: x\r\n"}) {
    Served served({.head = milliseconds(50)});
    served.client.send(start);
    EXPECT_EQ(served.client.read_to_end(), "");
  }
}

TEST(AdminConnection, ClosesAnIdleConnectionSilently) {
  Served served({.idle = milliseconds(50)});
  served.client.send("GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(served.client.read_response(), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(served.client.read_to_end(), "");
}

TEST(AdminConnection, ClosesOnAClientThatDoesNotReadItsAnswer) {
  Served served({.write = milliseconds(50)});
  // The answers exceed two socket buffers.
  std::string requests;
  for (int i = 0; i < 5'000; ++i)
    requests += "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
  served.client.send_what_goes(requests);
  EXPECT_TRUE(served.wait_for_end(seconds(10)));
}

TEST(AdminConnection, LingersForABoundedTimeOnly) {
  Served served({.linger = milliseconds(50)});
  served.client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n");
  EXPECT_THAT(served.client.read_to_end(), StartsWith("HTTP/1.1 405 "));
  EXPECT_TRUE(served.wait_for_end(seconds(10))) << "although the client keeps its end open";
}

TEST(AdminConnection, AnswersNothingOnceStopped) {
  Served served({}, true);
  served.client.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(served.client.read_to_end(), "");
}

TEST(Connection, CompressesMetricsForWhoeverAccepts) {
  Served served;
  served.client.send(
      "GET /metrics HTTP/1.1\r\nHost: a\r\nAccept-Encoding: deflate\r\nAccept-Encoding: gzip\r\n\r\n");
  const std::string response = served.client.read_response();
  EXPECT_THAT(response, HasSubstr("\r\nContent-Encoding: gzip\r\n"));
  EXPECT_THAT(response, HasSubstr("\r\nVary: Accept, Accept-Encoding\r\n"));
  EXPECT_THAT(response, HasSubstr("\r\n\r\n\x1f\x8b"));

  // The next answer on the same connection is plain again; pages that are not negotiated are never
  // compressed.
  served.client.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(served.client.read_response(), HasSubstr(kRequestsLine));
  served.client.send("GET /-/healthy HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n");
  const std::string healthy = served.client.read_response();
  EXPECT_THAT(healthy, EndsWith("wayside is healthy.\n"));
  EXPECT_THAT(healthy, Not(HasSubstr("Vary")));
}

TEST(Connection, HeadOfCompressedMetricsHasNoBody) {
  Served served;
  served.client.send("HEAD /metrics HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n");
  const std::string response = served.client.read_response(true);
  EXPECT_THAT(response, HasSubstr("\r\nContent-Encoding: gzip\r\n"));
  EXPECT_THAT(response, EndsWith("\r\n\r\n"));
}

// Of "correct horse".
const Access::User kAlice{"alice", "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"};
constexpr std::string_view kRightField = "Authorization: Basic YWxpY2U6Y29ycmVjdCBob3JzZQ==\r\n";

std::string ask(Served& served, std::string_view request_line, std::string_view fields = {}) {
  served.client.send(std::string(request_line) + " HTTP/1.1\r\nHost: x\r\n" + std::string(fields) + "\r\n");
  return served.client.read_response();
}

TEST(AdminConnection, AsksForCredentialsOnEveryPage) {
  Served served({}, false, {.users = {kAlice}});
  for (const std::string_view line :
       {"GET /metrics", "GET /-/ready", "GET /nowhere", "POST /-/reload", "GET /"}) {
    const std::string response = ask(served, line);
    EXPECT_THAT(response, StartsWith("HTTP/1.1 401 Unauthorized\r\n")) << line;
    EXPECT_THAT(response, HasSubstr("\r\nWWW-Authenticate: Basic\r\n")) << line;
  }
  EXPECT_THAT(ask(served, "GET /metrics", kRightField), HasSubstr(kRequestsLine));
  EXPECT_THAT(ask(served, "POST /-/reload", kRightField), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST(AdminConnection, LeavesProbesOpenWhereItIsTold) {
  Served served({}, false, {.users = {kAlice}, .probes_are_open = true});
  EXPECT_THAT(ask(served, "GET /-/ready"), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(ask(served, "GET /-/healthy?x"), StartsWith("HTTP/1.1 200 OK\r\n"));
  for (const std::string_view line :
       {"POST /-/reload", "GET /-/reload", "POST /-/ready", "GET /-/ready/", "GET /metrics"})
    EXPECT_THAT(ask(served, line), StartsWith("HTTP/1.1 401 Unauthorized\r\n")) << line;
}

TEST(AdminConnection, SaysWhereThereWereTooManyAttempts) {
  Served served({}, false, {.users = {kAlice}});
  std::string response;
  do {
    response = ask(served, "GET /metrics", "Authorization: Basic YWxpY2U6eA==\r\n");
  } while (response.starts_with("HTTP/1.1 401 "));
  EXPECT_THAT(response, StartsWith("HTTP/1.1 429 Too Many Requests\r\n"));
  EXPECT_THAT(response, HasSubstr("\r\nRetry-After: 1\r\n"));
}

TEST(AdminConnection, HasTheFieldsOfItsAccessUnlessThePageHasThem) {
  Served served({}, false,
                {.fields = {{"X-Frame-Options", "deny"}, {"Content-Security-Policy", "default-src 'self'"}}});
  EXPECT_THAT(ask(served, "GET /-/ready"), HasSubstr("\r\nX-Frame-Options: deny\r\nContent-Security-Policy: "
                                                     "default-src 'self'\r\n"));
  const std::string page = ask(served, "GET /", "Accept: text/html\r\n");
  EXPECT_THAT(page, Not(HasSubstr("Content-Security-Policy: default-src 'self'\r\n")));
  EXPECT_THAT(page, HasSubstr("\r\nContent-Security-Policy: "));
}

}  // namespace
}  // namespace wayside::admin
