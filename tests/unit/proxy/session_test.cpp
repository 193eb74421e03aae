#include "proxy/session.hpp"

#include "wayside/http/foreign_protocol.hpp"

#include "support/connection.hpp"
#include "support/plain_messages.hpp"
#include "support/proxy_stage.hpp"
#include "support/stage_peers.hpp"

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
using test::kGet;
using test::receive;
using test::receive_head;
using test::receive_to_end;

constexpr std::string_view kHttp2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// A session from its first step on, and its client.
struct Serving {
  explicit Serving(test::ProxyStage& its_stage) : Serving(its_stage, test::unix_connection(its_stage.loop)) {}
  Serving(test::ProxyStage& its_stage, config::ProxyProtocol proxy_protocol)
      : Serving(its_stage, test::unix_connection(its_stage.loop), proxy_protocol) {}
  Serving(test::ProxyStage& its_stage, test::Connection sockets,
          config::ProxyProtocol proxy_protocol = config::ProxyProtocol::kOff)
      : stage(its_stage),
        client(std::move(sockets.peer)),
        session(std::in_place, stage.context(), std::move(sockets.stream), "192.0.2.1",
                Entrance{.proxy_protocol = proxy_protocol}),
        running(session->run()) {}

  bool is_over() const { return running.is_over(); }
  bool run_to_end() { return running.run_to_end(stage.loop); }

  test::ProxyStage& stage;
  test::RawSocket client;
  std::optional<Session> session;
  test::Running<void> running;
};

class SessionTest : public testing::Test {
 protected:
  double connections() { return stage_.metric("wayside_client_connections"); }
  // Serves one request of the client by the backend's connection.
  void serve(Serving& serving, test::RawSocket& backend) {
    serving.client.send(kGet);
    answer(serving, backend);
  }
  void answer(Serving& serving, test::RawSocket& backend) {
    receive_head(stage_, backend);
    backend.send(kDatedOk);
    EXPECT_EQ(receive(stage_, serving.client, "ok"), kDatedOk);
  }
  // Serves one request over a new connection to the backend.
  test::RawSocket serve_first(Serving& serving) {
    serving.client.send(kGet);
    test::RawSocket backend = test::accept(stage_);
    answer(serving, backend);
    return backend;
  }

  test::ProxyStage stage_;
};

TEST_F(SessionTest, IsCountedWhileItLives) {
  static_cast<void>(stage_.context());
  EXPECT_EQ(connections(), 0);
  {
    const Serving first(stage_);
    const Serving second(stage_);
    EXPECT_EQ(connections(), 2);
  }
  EXPECT_EQ(connections(), 0);
}

TEST_F(SessionTest, ServesOneRequestAfterAnother) {
  Serving serving(stage_);
  test::RawSocket backend = serve_first(serving);
  serve(serving, backend);
  serve(serving, backend);
  EXPECT_EQ(stage_.requests(200), 3);
  EXPECT_FALSE(serving.is_over());
}

TEST_F(SessionTest, ServesPipelinedRequestsInOrder) {
  Serving serving(stage_);
  serving.client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  test::RawSocket backend = test::accept(stage_);
  EXPECT_TRUE(receive_head(stage_, backend).starts_with("GET /1 "));
  backend.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1");
  EXPECT_TRUE(receive_head(stage_, backend).starts_with("GET /2 "));
  backend.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2");
  const std::string both = receive(stage_, serving.client, "2");
  EXPECT_LT(both.find("\r\n\r\n1"), both.find("\r\n\r\n2"));
}

TEST_F(SessionTest, TakesAHeadInAnyPieces) {
  Serving serving(stage_);
  for (const char c : kGet) {
    serving.client.send(std::string_view(&c, 1));
    test::run_ready(stage_.loop);
  }
  test::RawSocket backend = test::accept(stage_);
  answer(serving, backend);
}

TEST_F(SessionTest, EndsWithItsClient) {
  Serving silent(stage_);
  silent.client.close();
  EXPECT_TRUE(silent.run_to_end());

  Serving served(stage_);
  serve_first(served);
  served.client.close();
  EXPECT_TRUE(served.run_to_end());

  Serving half(stage_);
  half.client.send("GET / HT");
  half.client.close();
  EXPECT_TRUE(half.run_to_end());
  EXPECT_EQ(stage_.requests(), 1) << "half a head is no request";
}

// RFC 9112 section 2.2.
TEST_F(SessionTest, SkipsAFewEmptyLinesAndNoMore) {
  Serving serving(stage_);
  serving.client.send("\r\n\r\n");
  test::run_ready(stage_.loop);
  serve_first(serving);

  Serving flooded(stage_);
  for (int i = 0; i < 9; ++i) {
    flooded.client.send("\r\n");
    test::run_ready(stage_.loop);
  }
  EXPECT_TRUE(receive_to_end(stage_, flooded.client).starts_with("HTTP/1.1 400 "));
  EXPECT_EQ(stage_.requests(400), -1) << "no method was understood";
  EXPECT_EQ(stage_.requests(), 2);
}

TEST_F(SessionTest, ClosesWithoutAWordWhereNoRequestComesInTime) {
  stage_.settings.timeouts.keep_alive = 250ms;  // more than a tick of the wheel
  static_cast<void>(stage_.context());
  stage_.loop.readiness.woke();
  const TimePoint began = Clock::now();
  Serving serving(stage_);
  ASSERT_TRUE(serving.run_to_end());
  EXPECT_GE(Clock::now(), began + 240ms);
  EXPECT_EQ(serving.client.read_available(), "");
  EXPECT_EQ(stage_.requests(), 0);
}

TEST_F(SessionTest, AnswersAHeadThatDoesNotCompleteInTime) {
  stage_.settings.timeouts.request_head = 300ms;
  Serving serving(stage_);
  const TimePoint began = Clock::now();
  while (stage_.requests() == 0 && Clock::now() < began + test::kPatience) {
    serving.client.send("G");  // each byte buys no more time
    test::run_for(stage_.loop, 50ms);
  }
  EXPECT_GE(Clock::now(), began + 300ms);
  EXPECT_TRUE(receive_to_end(stage_, serving.client).starts_with("HTTP/1.1 408 "));
  EXPECT_EQ(stage_.metric(R"(wayside_rejected_requests_total{reason="request_head_timeout"})"), 1);
  serving.client.close();
  EXPECT_TRUE(serving.run_to_end());
}

TEST_F(SessionTest, ClosesAnIdleConnectionWhenItDrains) {
  Serving serving(stage_);
  serve_first(serving);
  stage_.context().drain = Drain::kBegun;
  EXPECT_FALSE(serving.is_over());
  serving.session->wake(1);
  EXPECT_TRUE(serving.is_over());
}

TEST_F(SessionTest, StillServesARequestThatIsOnItsWayWhenItDrains) {
  Serving serving(stage_);
  test::RawSocket backend = serve_first(serving);
  serving.client.send(kGet);  // the loop has not told the session
  stage_.context().drain = Drain::kBegun;
  serving.session->wake(1);
  receive_head(stage_, backend);
  backend.send(kDatedOk);
  EXPECT_NE(receive(stage_, serving.client, "ok").find("\r\nConnection: close\r\n"), std::string::npos);
  EXPECT_TRUE(serving.run_to_end());
}

TEST_F(SessionTest, WaitsForTheFirstRequestForTheTimeOfAHeadWhenItDrains) {
  stage_.settings.timeouts.request_head = 2s;
  Serving patient(stage_);
  Serving silent(stage_);
  const TimePoint began = Clock::now();
  stage_.context().drain = Drain::kBegun;
  stage_.context().drain_began = began;
  patient.session->wake(1);
  silent.session->wake(1);
  test::run_ready(stage_.loop);
  EXPECT_FALSE(patient.is_over());
  patient.client.send(kGet);
  test::RawSocket backend = test::accept(stage_);
  receive_head(stage_, backend);
  backend.send(kDatedOk);
  EXPECT_NE(receive(stage_, patient.client, "ok").find("\r\nConnection: close\r\n"), std::string::npos);
  ASSERT_TRUE(silent.run_to_end());
  EXPECT_GE(Clock::now(), began + 2s);
  EXPECT_EQ(silent.client.read_available(), "");
}

TEST_F(SessionTest, EndsAtTermination) {
  Serving serving(stage_);
  stage_.context().terminating = true;
  serving.session->wake(1);
  EXPECT_TRUE(serving.is_over());
  EXPECT_EQ(stage_.requests(), 0);
}

TEST_F(SessionTest, RemembersTheRoundInWhichItWasWoken) {
  Serving serving(stage_);
  EXPECT_FALSE(serving.session->was_woken_in(7));
  serving.session->wake(7);
  EXPECT_TRUE(serving.session->was_woken_in(7));
  EXPECT_FALSE(serving.session->was_woken_in(8));
  EXPECT_FALSE(serving.is_over()) << "there is nothing to end for";
}

TEST_F(SessionTest, MakesRoomWhileItIsIdle) {
  Serving serving(stage_);
  EXPECT_EQ(stage_.idle_calls(), 1);
  EXPECT_TRUE(stage_.context().idle_clients.evict(Clock::now() + IdleClients::kLeastIdle));
  EXPECT_TRUE(serving.run_to_end());
  EXPECT_EQ(stage_.metric("wayside_client_evictions_total"), 1);
}

TEST_F(SessionTest, MakesNoRoomWhereARequestIsOnItsWay) {
  Serving serving(stage_);
  serving.client.send("GET / HT");
  EXPECT_FALSE(stage_.context().idle_clients.evict(Clock::now() + IdleClients::kLeastIdle));
  serving.client.send("TP/1.1\r\nHost: a\r\n\r\n");
  test::RawSocket backend = test::accept(stage_);
  EXPECT_FALSE(stage_.context().idle_clients.evict(Clock::now() + IdleClients::kLeastIdle))
      << "it is not idle";
  answer(serving, backend);
  EXPECT_EQ(stage_.metric("wayside_client_evictions_total"), 0);
}

// The header of the PROXY protocol stands behind what may be two empty lines.
TEST_F(SessionTest, NamesAnUnexpectedProxyHeaderInAnyPieces) {
  const std::string header("\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", 16);
  for (std::size_t size = 1; size <= header.size(); ++size) {
    Serving serving(stage_);
    serving.client.send(header.substr(0, size));
    test::run_ready(stage_.loop);
    serving.client.send(header.substr(size));
    EXPECT_NE(receive_to_end(stage_, serving.client).find("listen.proxy_protocol"), std::string::npos)
        << size;
  }
}

TEST_F(SessionTest, SendsAClientOfHttp2BackToHttp1) {
  Serving serving(stage_);
  serving.client.send(kHttp2Preface);
  EXPECT_EQ(receive_to_end(stage_, serving.client), http::http2_refusal());
}

// RFC 9113 section 3.4: the preface begins a connection.
TEST_F(SessionTest, TakesAPrefaceOfHttp2BehindARequestForARequest) {
  for (const bool is_pipelined : {false, true}) {
    Serving serving(stage_);
    serving.client.send(std::string(kGet) + (is_pipelined ? std::string(kHttp2Preface) : ""));
    test::RawSocket backend = test::accept(stage_);
    receive_head(stage_, backend);
    backend.send(kDatedOk);
    if (!is_pipelined) {
      EXPECT_EQ(receive(stage_, serving.client, "ok"), kDatedOk);
      serving.client.send(kHttp2Preface);
    }
    const std::string answers = receive_to_end(stage_, serving.client);
    const std::string last = answers.substr(is_pipelined ? kDatedOk.size() : 0);
    EXPECT_TRUE(last.starts_with("HTTP/1.1 505 ")) << answers;
    EXPECT_NE(last.find("\r\nConnection: close\r\n"), std::string::npos) << answers;
    backend.close();
  }
}

// As a load balancer connects for a client that sends nothing yet.
class ProxyHeaderSessionTest : public SessionTest {
 protected:
  ProxyHeaderSessionTest() {
    stage_.settings.trusted_proxies.networks.push_back(parse_network("192.0.2.1").value());
  }
  // Sends a header, a part of it first, which the session sees.
  void send_header(Serving& serving, std::size_t first_part) {
    const std::string_view header = "PROXY TCP4 203.0.113.9 192.0.2.2 1 80\r\n";
    serving.client.send(header.substr(0, first_part));
    test::run_ready(stage_.loop);
    serving.client.send(header.substr(first_part));
    test::run_ready(stage_.loop);
  }
};

TEST_F(ProxyHeaderSessionTest, TakesAHeaderInAnyPieces) {
  for (const auto protocol : {config::ProxyProtocol::kRequired, config::ProxyProtocol::kOptional}) {
    Serving serving(stage_, protocol);
    for (const char c : "PROXY TCP4 203.0.113.9 192.0.2.2 1 80\r\n" + std::string(kGet)) {
      serving.client.send(std::string_view(&c, 1));
      test::run_ready(stage_.loop);
    }
    test::RawSocket backend = test::accept(stage_);
    EXPECT_NE(receive_head(stage_, backend).find("\r\nX-Forwarded-For: 203.0.113.9\r\n"), std::string::npos);
    backend.send(kDatedOk);
    EXPECT_EQ(receive(stage_, serving.client, "ok"), kDatedOk);
  }
}

// Whatever the client, who is no trusted proxy, says itself.
TEST_F(ProxyHeaderSessionTest, TakesTheSchemeFromAHeader) {
  for (const char client_flags : {'\x01', '\0'}) {
    Serving serving(stage_, config::ProxyProtocol::kRequired);
    std::string header("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x14\xcb\0\x71\x09\xc0\0\x02\x02\0\x01\0\x50\x20\0\x05",
                       31);
    header += client_flags + std::string(4, '\0');
    serving.client.send(header + "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: ws\r\n\r\n");
    test::RawSocket backend = test::accept(stage_);
    const std::string head = receive_head(stage_, backend);
    const std::string expected = client_flags != 0 ? "https" : "http";
    EXPECT_NE(head.find("\r\nX-Forwarded-Proto: " + expected + "\r\n"), std::string::npos) << head;
    EXPECT_EQ(head.find("ws"), std::string::npos) << head;
    serving.client.close();
    EXPECT_TRUE(serving.run_to_end());
  }
}

TEST_F(ProxyHeaderSessionTest, IsIdleBehindAHeader) {
  stage_.settings.timeouts.request_head = 200ms;
  Serving serving(stage_, config::ProxyProtocol::kRequired);
  send_header(serving, 10);
  test::run_for(stage_.loop, 500ms);
  EXPECT_EQ(serving.client.read_available(), "") << "no request is late";
  EXPECT_FALSE(serving.is_over());
  EXPECT_TRUE(stage_.context().idle_clients.evict(Clock::now() + IdleClients::kLeastIdle));
  EXPECT_TRUE(serving.run_to_end());
  EXPECT_EQ(stage_.requests(), 0);
}

TEST_F(ProxyHeaderSessionTest, AnswersAHeaderThatDoesNotCompleteInTime) {
  stage_.settings.timeouts.request_head = 200ms;
  Serving serving(stage_, config::ProxyProtocol::kRequired);
  serving.client.send("PROXY TCP4 ");
  test::run_ready(stage_.loop);
  EXPECT_FALSE(stage_.context().idle_clients.evict(Clock::now() + IdleClients::kLeastIdle));
  EXPECT_TRUE(receive_to_end(stage_, serving.client).starts_with("HTTP/1.1 408 "));
}

// Without this, the client's unread bytes would turn the end into a reset (RFC 9112 section 9.6).
TEST_F(SessionTest, LingersForAClientThatStillSends) {
  Serving serving(stage_, test::tcp_connection(stage_.loop));
  serving.client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nmore");
  test::RawSocket backend = test::accept(stage_);
  receive_head(stage_, backend);
  backend.send(kDatedOk);
  EXPECT_TRUE(receive_to_end(stage_, serving.client).ends_with("ok"));
  EXPECT_FALSE(serving.client.was_reset());
  EXPECT_FALSE(serving.is_over());
  serving.client.send(std::string(100'000, 'm'));
  test::run_for(stage_.loop, 20ms);
  EXPECT_FALSE(serving.is_over()) << "the client goes on";
  serving.client.close();
  EXPECT_TRUE(serving.run_to_end());
  EXPECT_EQ(stage_.requests(), 1) << "what came is no request";
}

TEST_F(SessionTest, HasANumberThatNoOtherHas) {
  const Serving first(stage_);
  EXPECT_EQ(stage_.context().session_count, 1U);
  const Serving second(stage_);
  EXPECT_EQ(stage_.context().session_count, 2U);
}

}  // namespace
}  // namespace wayside::proxy
