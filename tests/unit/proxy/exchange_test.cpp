#include "proxy/exchange.hpp"

#include "support/connection.hpp"
#include "support/plain_messages.hpp"
#include "support/proxy_stage.hpp"
#include "support/stage_peers.hpp"
#include "unit/proxy/leg_test_support.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace wayside::proxy {
namespace {

using namespace std::chrono_literals;
using test::kDatedOk;
using test::receive;
using test::receive_head;

constexpr std::string_view kPost = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx";

// A client with its exchanges, one after another.
struct Exchanging {
  explicit Exchanging(test::ProxyStage& its_stage, SessionId id = SessionId{1})
      : stage(its_stage), client(stage, id) {}
  Exchanging(test::ProxyStage& its_stage, test::Connection sockets)
      : stage(its_stage), client(stage, std::move(sockets)) {}

  // The client sends the bytes, of which the first head is served.
  void serve(std::string_view bytes) {
    client.receive(bytes);
    const std::size_t head_size = client.connection.in.view().find("\r\n\r\n") + 4;
    running.emplace(serve_request(stage.context(), client.connection, head_size));
  }
  void refuse(const End& end) { running.emplace(refuse_request(stage.context(), client.connection, end)); }

  bool is_over() const { return running->is_over(); }
  // What becomes of the connection; nothing where the exchange does not end.
  std::optional<AfterExchange> after() {
    if (!running->run_to_end(stage.loop)) return std::nullopt;
    return running->result();
  }
  std::string received() { return client.peer.read_available(); }

  test::ProxyStage& stage;
  test::StageClient client;
  std::optional<test::Running<AfterExchange>> running;
};

class ExchangeTest : public testing::Test {
 protected:
  std::string head(test::RawSocket& backend) { return receive_head(stage_, backend); }
  double backend_connects() { return stage_.metric("wayside_backend_connects_total"); }
  double backend_connections(std::string_view state) {
    return stage_.metric(fmt::format(R"(wayside_backend_connections{{state="{}"}})", state));
  }
  double rejected(std::string_view reason) {
    return stage_.metric(fmt::format(R"(wayside_rejected_requests_total{{reason="{}"}})", reason));
  }
  double backend_errors(std::string_view reason) {
    return stage_.metric(fmt::format(R"(wayside_backend_errors_total{{reason="{}"}})", reason));
  }
  // Serves a whole exchange over a new connection to the backend, which is given back.
  test::RawSocket warm_up(Exchanging& client) {
    client.serve(kGet);
    test::RawSocket backend = test::accept(stage_);
    head(backend);
    backend.send(kDatedOk);
    EXPECT_EQ(client.after(), AfterExchange::kKeepAlive);
    client.received();
    return backend;
  }

  test::ProxyStage stage_;
};

TEST_F(ExchangeTest, RelaysBothMessagesAndKeepsBothConnections) {
  Exchanging client(stage_);
  client.serve(kGet);
  test::RawSocket backend = test::accept(stage_);
  EXPECT_EQ(head(backend), "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(kAdded));
  EXPECT_EQ(stage_.in_flight(), 1);
  EXPECT_EQ(backend_connections("active"), 1);
  backend.send(kDatedOk);
  EXPECT_EQ(client.after(), AfterExchange::kKeepAlive);
  EXPECT_EQ(client.received(), kDatedOk);
  EXPECT_EQ(stage_.requests(200), 1);
  EXPECT_EQ(stage_.in_flight(), 0);
  EXPECT_EQ(backend_connections("idle"), 1);

  client.serve(kGet);
  EXPECT_NE(head(backend), "") << "the same connection";
  backend.send(kDatedOk);
  EXPECT_EQ(client.after(), AfterExchange::kKeepAlive);
  EXPECT_EQ(stage_.requests(200), 2);
  EXPECT_EQ(backend_connects(), 1);
}

// In the metrics, in the access log, and at "debug".
TEST_F(ExchangeTest, SaysWhyItRefusesAResponse) {
  stage_.settings.access_log = config::AccessLog::kJson;
  Exchanging client(stage_);
  client.serve(kGet);
  test::RawSocket backend = test::accept(stage_);
  head(backend);
  backend.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.after(), AfterExchange::kKeepAlive);
  EXPECT_TRUE(client.received().starts_with("HTTP/1.1 502 Bad Gateway\r\n"));
  EXPECT_EQ(backend_errors("response_bad_content_length"), 1);
  EXPECT_NE(stage_.access_log().find(R"("status":502,"outcome":"response_bad_content_length")"),
            std::string::npos);
  EXPECT_NE(stage_.log().find("level=debug msg=\"a response was refused\" reason=response_bad_content_length "
                              "error=\"the Content-Length is invalid\""),
            std::string::npos)
      << stage_.log();
}

TEST_F(ExchangeTest, TakesNoConnectionThatTheBackendIsAboutToClose) {
  Exchanging client(stage_);
  client.serve(kGet);
  test::RawSocket first = test::accept(stage_);
  head(first);
  first.send("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=0\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_EQ(client.after(), AfterExchange::kKeepAlive);
  EXPECT_EQ(backend_connections("idle"), 0);
  client.received();
  client.serve(kGet);
  test::RawSocket second = test::accept(stage_);
  head(second);
  second.send("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_EQ(client.after(), AfterExchange::kKeepAlive);
  EXPECT_EQ(backend_connections("idle"), 1);
  EXPECT_TRUE(run_until(stage_.loop, [&] { return backend_connections("idle") == 0; })) << "half a second";
}

TEST_F(ExchangeTest, TakesTheWholeRequestAndNothingOfTheNext) {
  for (const std::string& request : {put(3) + "abc", kPutChunked + "3\r\nabc\r\n0\r\n\r\n"}) {
    Exchanging client(stage_);
    client.serve(request + std::string(kGet));
    test::RawSocket backend = test::accept(stage_);
    receive(stage_, backend, request.substr(request.find("\r\n\r\n") + 4));
    backend.send(kDatedOk);
    EXPECT_EQ(client.after(), AfterExchange::kKeepAlive);
    EXPECT_EQ(client.client.connection.in.view(), kGet);
    client.client.peer.close();
  }
}

TEST_F(ExchangeTest, HoldsASmallBodyBeforeItConnects) {
  Exchanging client(stage_);
  client.serve(put(6) + "abc");
  test::run_for(stage_.loop, 20ms);
  EXPECT_FALSE(stage_.backend.wait_for_connection(0ms));
  client.client.peer.send("def");
  test::RawSocket backend = test::accept(stage_);
  EXPECT_EQ(receive(stage_, backend, "abcdef"), put_sent(6) + "abcdef");
}

TEST_F(ExchangeTest, AnswersForTheLastHop) {
  Exchanging client(stage_);
  client.serve("OPTIONS * HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n");
  EXPECT_EQ(client.after(), AfterExchange::kKeepAlive);
  EXPECT_TRUE(client.received().starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_FALSE(stage_.backend.wait_for_connection(0ms));
  EXPECT_EQ(stage_.requests(), 1);
}

TEST_F(ExchangeTest, RefusesAHeadThatBreaksARule) {
  Exchanging client(stage_);
  client.serve("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
  EXPECT_EQ(client.after(), AfterExchange::kLinger);
  const std::string answer = client.received();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 Bad Request\r\n")) << answer;
  EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos);
  EXPECT_EQ(rejected("duplicate_host"), 1);
  EXPECT_EQ(stage_.requests(), 1);
}

TEST_F(ExchangeTest, RefusesWhatBecameNoRequest) {
  Exchanging client(stage_);
  client.refuse(http::Violation::kHeadTooLarge);
  EXPECT_EQ(client.after(), AfterExchange::kLinger);
  EXPECT_TRUE(client.received().starts_with("HTTP/1.1 431 "));
  Exchanging late(stage_);
  late.refuse(Outcome::kRequestHeadTimeout);
  EXPECT_EQ(late.after(), AfterExchange::kLingerBriefly);
  EXPECT_TRUE(late.received().starts_with("HTTP/1.1 408 "));
  EXPECT_EQ(stage_.requests(), 2);
  EXPECT_EQ(stage_.in_flight(), 0);
}

TEST_F(ExchangeTest, ClosesAtOnceWhereTheClientIsSilent) {
  constexpr std::string_view kLast = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  Exchanging client(stage_);
  client.serve(kLast);
  test::RawSocket backend = test::accept(stage_);
  head(backend);
  backend.send(kDatedOk);
  EXPECT_EQ(client.after(), AfterExchange::kClose);
  EXPECT_NE(client.received().find("\r\nConnection: close\r\n"), std::string::npos);

  Exchanging other(stage_);
  other.serve(std::string(kLast) + "more");
  head(backend);
  backend.send(kDatedOk);
  EXPECT_EQ(other.after(), AfterExchange::kLinger) << "a reset would overtake the response";
}

TEST_F(ExchangeTest, KeepsNoClientWhileItDrains) {
  Exchanging client(stage_);
  client.serve(kGet);
  test::RawSocket backend = test::accept(stage_);
  head(backend);
  stage_.context().drain = Drain::kBegun;
  backend.send(kDatedOk);
  EXPECT_EQ(client.after(), AfterExchange::kClose);
  EXPECT_NE(client.received().find("\r\nConnection: close\r\n"), std::string::npos);
}

TEST_F(ExchangeTest, TellsThatTheBackendCannotBeReached) {
  stage_.backend.stop_listening();
  Exchanging client(stage_);
  client.serve(kGet);
  EXPECT_EQ(client.after(), AfterExchange::kKeepAlive);
  EXPECT_TRUE(client.received().starts_with("HTTP/1.1 502 "));
  EXPECT_EQ(backend_errors("connect_failed"), 1);
  EXPECT_EQ(stage_.requests(502), 1);
}

TEST_F(ExchangeTest, SendsAnIdempotentRequestAgainWhereItsConnectionWasStale) {
  Exchanging client(stage_);
  test::RawSocket stale = warm_up(client);
  client.serve(kGet);
  head(stale);
  stale.close();
  test::RawSocket fresh = test::accept(stage_);
  EXPECT_TRUE(head(fresh).starts_with("GET / HTTP/1.1\r\n"));
  fresh.send(kDatedOk);
  EXPECT_EQ(client.after(), AfterExchange::kKeepAlive);
  EXPECT_EQ(client.received(), kDatedOk);
  EXPECT_EQ(stage_.metric("wayside_backend_retries_total"), 1);
  EXPECT_EQ(stage_.requests(200), 2);
  EXPECT_EQ(stage_.requests(), 2) << "both attempts are one exchange";
}

TEST_F(ExchangeTest, SendsNoOtherRequestTwice) {
  Exchanging client(stage_);
  test::RawSocket stale = warm_up(client);
  client.serve(kPost);
  receive(stage_, stale, "x");
  stale.close();
  EXPECT_EQ(client.after(), AfterExchange::kKeepAlive);
  EXPECT_TRUE(client.received().starts_with("HTTP/1.1 502 "));
  EXPECT_FALSE(stage_.backend.wait_for_connection(0ms));
  EXPECT_EQ(backend_errors("backend_closed"), 1);
}

TEST_F(ExchangeTest, TriesAFreshConnectionOnce) {
  Exchanging client(stage_);
  client.serve(kGet);
  test::RawSocket backend = test::accept(stage_);
  head(backend);
  backend.close();
  EXPECT_EQ(client.after(), AfterExchange::kKeepAlive);
  EXPECT_TRUE(client.received().starts_with("HTTP/1.1 502 "));
  EXPECT_EQ(stage_.metric("wayside_backend_retries_total"), 0);
}

TEST_F(ExchangeTest, WaitsForItsTurn) {
  stage_.share.backends = 1;
  stage_.share.backend_queue = 1;
  Exchanging first(stage_, SessionId{1});
  Exchanging second(stage_, SessionId{2});
  Exchanging third(stage_, SessionId{3});
  first.serve(kGet);
  test::RawSocket backend = test::accept(stage_);
  head(backend);
  second.serve(kGet);
  EXPECT_EQ(stage_.metric("wayside_backend_queue"), 1);
  third.serve(kGet);
  EXPECT_EQ(third.after(), AfterExchange::kKeepAlive);
  EXPECT_TRUE(third.received().starts_with("HTTP/1.1 503 ")) << "the queue is full";
  EXPECT_EQ(rejected("backend_queue_full"), 1);

  backend.send(kDatedOk);
  EXPECT_EQ(first.after(), AfterExchange::kKeepAlive);
  EXPECT_NE(head(backend), "") << "the connection is the second's";
  backend.send(kDatedOk);
  EXPECT_EQ(second.after(), AfterExchange::kKeepAlive);
  EXPECT_EQ(second.received(), kDatedOk);
  EXPECT_EQ(stage_.metric("wayside_backend_queue"), 0);
  EXPECT_EQ(backend_connects(), 1);
}

TEST_F(ExchangeTest, WaitsForItsTurnNoLongerThanItMay) {
  stage_.share.backends = 1;
  stage_.settings.timeouts.queue = 1ms;
  Exchanging first(stage_, SessionId{1});
  Exchanging second(stage_, SessionId{2});
  first.serve(kGet);
  second.serve(kGet);
  EXPECT_EQ(second.after(), AfterExchange::kKeepAlive);
  EXPECT_TRUE(second.received().starts_with("HTTP/1.1 503 "));
  EXPECT_EQ(rejected("backend_queue_timeout"), 1);
  EXPECT_EQ(stage_.metric("wayside_backend_queue"), 0);
  EXPECT_FALSE(first.is_over());
}

TEST_F(ExchangeTest, LeavesTheQueueWithItsClient) {
  stage_.share.backends = 1;
  Exchanging first(stage_, SessionId{1});
  Exchanging second(stage_, SessionId{2});
  first.serve(kGet);
  second.serve(kGet);
  second.client.peer.close();
  EXPECT_EQ(second.after(), AfterExchange::kClose);
  EXPECT_EQ(stage_.requests(499), 1);
  EXPECT_EQ(stage_.metric("wayside_backend_queue"), 0);
}

TEST_F(ExchangeTest, EndsWithTheClientThatLeaves) {
  Exchanging client(stage_);
  client.serve(kGet);
  test::RawSocket backend = test::accept(stage_);
  head(backend);
  client.client.peer.close();
  EXPECT_EQ(client.after(), AfterExchange::kClose);
  EXPECT_EQ(stage_.requests(499), 1);
  EXPECT_EQ(backend.read_to_end(), "") << "the backend may stop";
  EXPECT_EQ(backend_connections("active"), 0);
  EXPECT_EQ(backend_connections("idle"), 0);
}

TEST_F(ExchangeTest, EndsWhereNoResponseComesInTime) {
  stage_.settings.timeouts.response_head = 1ms;
  Exchanging client(stage_);
  client.serve(kGet);
  test::RawSocket backend = test::accept(stage_);
  EXPECT_EQ(client.after(), AfterExchange::kKeepAlive);
  EXPECT_TRUE(client.received().starts_with("HTTP/1.1 504 "));
  EXPECT_EQ(backend_errors("response_head_timeout"), 1);
  backend.read_to_end();  // the connection is not used again
  EXPECT_EQ(backend_connections("idle"), 0);
}

// A backend that goes on with interim responses sends no response for all that (RFC 9110 section 15.2).
TEST_F(ExchangeTest, GivesAResponseNoMoreTimeForInterimOnes) {
  stage_.settings.timeouts.response_head = 300ms;
  Exchanging client(stage_);
  client.serve(kGet);
  test::RawSocket backend = test::accept(stage_);
  head(backend);
  const TimePoint end = Clock::now() + test::kPatience;
  while (!client.is_over() && Clock::now() < end) {
    backend.send("HTTP/1.1 103 Early Hints\r\n\r\n");
    test::run_for(stage_.loop, 50ms);
  }
  ASSERT_TRUE(client.is_over());
  EXPECT_EQ(stage_.requests(504), 1);
}

TEST_F(ExchangeTest, EndsWhereARequestBodyStopsComing) {
  stage_.settings.timeouts.request_body = 1ms;
  for (const std::size_t held : {std::size_t{0}, std::size_t{1024}}) {
    stage_.settings.request_body.buffer = held;
    Exchanging client(stage_);
    client.serve(put(3) + "a");
    EXPECT_EQ(client.after(), AfterExchange::kLingerBriefly);
    EXPECT_TRUE(client.received().starts_with("HTTP/1.1 408 "));
  }
  EXPECT_EQ(rejected("request_body_timeout"), 2);
}

TEST_F(ExchangeTest, LeavesAResponseCutOffWhereItStopsComing) {
  stage_.settings.timeouts.response_body = 1ms;
  Exchanging client(stage_);
  client.serve(kGet);
  test::RawSocket backend = test::accept(stage_);
  head(backend);
  backend.send("HTTP/1.1 200 OK\r\nDate: today\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n");
  EXPECT_EQ(client.after(), AfterExchange::kClose);
  EXPECT_TRUE(client.received().ends_with("\r\n\r\n2\r\nok\r\n")) << "and no last chunk";
  EXPECT_EQ(stage_.requests(200), 1);
  EXPECT_EQ(backend_errors("response_body_timeout"), 1);
}

// The client cannot tell a truncated message that ends with its connection from a whole one.
TEST_F(ExchangeTest, ResetsAConnectionWhoseEndWouldMakeTheMessageWhole) {
  stage_.settings.timeouts.response_body = 1ms;
  Exchanging client(stage_, test::tcp_connection(stage_.loop));
  client.serve("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
  test::RawSocket backend = test::accept(stage_);
  head(backend);
  backend.send("HTTP/1.1 200 OK\r\nDate: today\r\n\r\nsome");
  EXPECT_EQ(client.after(), AfterExchange::kClose);
  client.client.peer.read_to_end();
  EXPECT_TRUE(client.client.peer.was_reset());
}

TEST_F(ExchangeTest, EndsWhereTheClientStopsReading) {
  stage_.settings.timeouts.response_body = 1ms;
  Exchanging client(stage_);
  client.serve(kGet);
  test::RawSocket backend = test::accept(stage_);
  head(backend);
  test::fill(client.client.connection.stream);
  backend.send(kDatedOk);
  EXPECT_EQ(client.after(), AfterExchange::kClose);
  EXPECT_EQ(stage_.requests(200), 1) << "the head was on its way";
  EXPECT_EQ(stage_.metric(R"(wayside_client_aborts_total{endpoint="unmatched",phase="response"})"), 1);
}

TEST_F(ExchangeTest, RelaysTheWordOnAnExpectation) {
  Exchanging client(stage_);
  client.serve("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  test::RawSocket backend = test::accept(stage_);
  EXPECT_NE(head(backend).find("\r\nExpect: 100-continue\r\n"), std::string::npos);
  backend.send("HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(receive_head(stage_, client.client.peer), "HTTP/1.1 100 Continue\r\n\r\n");
  client.client.peer.send("hi");
  EXPECT_EQ(receive(stage_, backend, "hi"), "hi");
  backend.send(kDatedOk);
  EXPECT_EQ(client.after(), AfterExchange::kKeepAlive);
  EXPECT_EQ(client.received(), kDatedOk);
  EXPECT_EQ(stage_.requests(), 1);
}

TEST_F(ExchangeTest, BecomesATunnel) {
  Exchanging client(stage_);
  client.serve("GET /chat HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nearly");
  test::RawSocket backend = test::accept(stage_);
  head(backend);
  backend.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nsoon");
  EXPECT_TRUE(receive(stage_, client.client.peer, "soon").starts_with("HTTP/1.1 101 "));
  EXPECT_EQ(receive(stage_, backend, "early"), "early");
  const auto active = R"(wayside_streams_active{endpoint="unmatched",kind="upgrade"})";
  EXPECT_EQ(stage_.metric(active), 1);
  backend.close();
  EXPECT_EQ(client.after(), AfterExchange::kLinger);
  EXPECT_EQ(stage_.metric(active), 0);
  EXPECT_EQ(stage_.requests(101), 1);
  const auto bytes = [&](std::string_view direction) {
    return stage_.metric(fmt::format(
        R"(wayside_stream_bytes_total{{direction="{}",endpoint="unmatched",kind="upgrade"}})", direction));
  };
  EXPECT_EQ(bytes("from_client"), 5);
  EXPECT_EQ(bytes("from_backend"), 4);
}

TEST_F(ExchangeTest, IsAnsweredWhereItIsCutOff) {
  Exchanging client(stage_);
  client.serve(kGet);
  test::RawSocket backend = test::accept(stage_);
  head(backend);
  stage_.context().drain = Drain::kBegun;
  stage_.context().terminating = true;
  client.client.connection.wakeup.wake();
  EXPECT_TRUE(client.is_over());
  EXPECT_TRUE(client.received().starts_with("HTTP/1.1 503 "));
  EXPECT_EQ(stage_.requests(503), 1);
}

// The bytes may be the response to the next request, or the rest of this one.
TEST_F(ExchangeTest, UsesNoConnectionAgainThatSentMoreThanItsResponse) {
  Exchanging client(stage_);
  client.serve(kGet);
  test::RawSocket backend = test::accept(stage_);
  head(backend);
  backend.send(std::string(kDatedOk) + "more");
  EXPECT_EQ(client.after(), AfterExchange::kKeepAlive);
  EXPECT_EQ(client.received(), kDatedOk);
  EXPECT_EQ(backend_connections("idle"), 0);
}

TEST_F(ExchangeTest, UsesNoConnectionAgainThatHasNotTakenTheWholeRequest) {
  stage_.settings.request_body.buffer = 0;
  Exchanging client(stage_);
  client.serve(put(3) + "a");
  test::RawSocket backend = test::accept(stage_);
  receive(stage_, backend, "a");
  backend.send(kDatedOk);
  EXPECT_EQ(client.after(), AfterExchange::kLinger) << "the rest of the request is on its way";
  EXPECT_EQ(backend_connections("idle"), 0);
  EXPECT_EQ(stage_.requests(), 1);
}

TEST_F(ExchangeTest, IsCountedWhereItIsDestroyedBeforeItsEnd) {
  {
    Exchanging client(stage_);
    client.serve(kGet);
    EXPECT_EQ(stage_.in_flight(), 1);
  }
  EXPECT_EQ(stage_.in_flight(), 0);
  EXPECT_EQ(stage_.requests(500), 1);
  EXPECT_EQ(backend_connections("active"), 0);
}

}  // namespace
}  // namespace wayside::proxy
