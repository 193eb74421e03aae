// Clients and backends that speak TLS, through the whole proxy.
#include "support/certificates.hpp"
#include "support/plain_messages.hpp"
#include "support/proxy_fixture.hpp"
#include "support/tls_peer.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <vector>

namespace wayside::test {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class TlsClients : public ProxyFixture {
 protected:
  void SetUp() override { start(with_tls()); }

  config::Settings with_tls() {
    config::Settings settings;
    settings.listen.front().tls = tls::ServerOptions{.certificates = {files_}};
    return settings;
  }
  TlsPeer connect_by_tls() { return TlsPeer::client(connect()); }

  static std::string handshakes(std::string_view result) {
    return "wayside_tls_handshakes_total{result=\"" + std::string(result) + "\"}";
  }

  Certificates certificates_;
  const tls::CertificateFiles files_ = certificates_.make("a");
};

TEST_F(TlsClients, AreServed) {
  TlsPeer client = connect_by_tls();
  client.send(kGet);
  RawSocket backend = backend_.accept();
  EXPECT_THAT(backend.read_head(), HasSubstr("X-Forwarded-Proto: https\r\n"));
  backend.send(kOk);
  EXPECT_THAT(client.read_until("ok"), StartsWith("HTTP/1.1 200 OK\r\n"));
  client.send(kGet);
  backend.read_head();
  backend.send(kOk);
  EXPECT_THAT(client.read_until("ok"), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(wait_for_metric(handshakes("ok"), 1));
  EXPECT_EQ(metric("wayside_tls_connections_total{version=\"1.3\"}"), 1);
  EXPECT_EQ(metric("wayside_tls_handshake_seconds_count"), 1);
}

TEST_F(TlsClients, ExchangeLargeBodies) {
  std::string body(3'000'000, '\0');
  for (std::size_t i = 0; i < body.size(); ++i)
    body[i] = static_cast<char>('a' + i % 25);
  TlsPeer client = connect_by_tls();
  auto sent = std::async(std::launch::async, [&] {
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n");
    client.send(body);
  });
  RawSocket backend = backend_.accept();
  backend.read_head();
  EXPECT_EQ(backend.read_exactly(body.size()), body);
  sent.get();
  auto answered = std::async(std::launch::async, [&] {
    backend.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n");
    backend.send(body);
  });
  client.read_head();
  EXPECT_EQ(client.read_exactly(body.size()), body);
  answered.get();
}

TEST_F(TlsClients, MayPipeline) {
  TlsPeer client = connect_by_tls();
  client.send(std::string(kGet) + std::string(kGet));
  RawSocket backend = backend_.accept();
  for (int i = 0; i < 2; ++i) {
    backend.read_head();
    backend.send(kOk);
    EXPECT_THAT(client.read_until("ok"), EndsWith("ok"));
  }
}

TEST_F(TlsClients, MaySendOneByteARecord) {
  TlsPeer client = connect_by_tls();
  for (const char byte : kGet)
    client.send({&byte, 1});
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send(kOk);
  EXPECT_THAT(client.read_until("ok"), EndsWith("ok"));
}

// A body that the end of the connection ends: a truncated one must not look whole (RFC 9112 section 8).
TEST_F(TlsClients, CanTellAnEndFromATruncation) {
  for (const bool is_truncated : {false, true}) {
    TlsPeer client = connect_by_tls();
    client.send("GET / HTTP/1.0\r\n\r\n");
    RawSocket backend = backend_.accept();
    backend.read_head();
    backend.send("HTTP/1.0 200 OK\r\n\r\nbody");
    client.read_until("body");
    is_truncated ? backend.reset() : backend.close();
    EXPECT_EQ(client.read_to_end(), "");
    EXPECT_EQ(client.was_truncated(), is_truncated);
  }
}

TEST_F(TlsClients, AreToldOfTheEnd) {
  TlsPeer client = connect_by_tls();
  client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send(kOk);
  EXPECT_THAT(client.read_to_end(), EndsWith("ok"));
  EXPECT_FALSE(client.was_truncated());
}

TEST_F(TlsClients, MayLeaveWithoutAWord) {
  { TlsPeer client = connect_by_tls(); }
  EXPECT_TRUE(wait_for_metric("wayside_client_connections", 0));
}

TEST_F(TlsClients, AreAnsweredInPlainWhereTheySpeakPlain) {
  RawSocket client = connect();
  client.send(kGet);
  const std::string answer = client.read_to_end();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(answer, HasSubstr("https://"));
  EXPECT_TRUE(wait_for_metric(handshakes("plain_http"), 1));
  EXPECT_EQ(metric("wayside_rejected_requests_total{reason=\"plain_http\"}"), 1);
}

TEST_F(TlsClients, AreClosedWhereTheySpeakSomethingElse) {
  RawSocket client = connect();
  client.send("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
  client.read_to_end();
  EXPECT_TRUE(wait_for_metric(handshakes("not_tls"), 1));
}

TEST_F(TlsClients, ThatOnlyLookAtThePortAreNotCounted) {
  { RawSocket client = connect(); }
  EXPECT_TRUE(wait_for_metric("wayside_client_connections", 0));
  EXPECT_EQ(metric(handshakes("peer_left")), 0);
}

TEST_F(TlsClients, HaveATimeForTheirHandshake) {
  config::Settings settings = with_tls();
  settings.timeouts.tls_handshake = 100ms;
  start(settings);
  RawSocket silent = connect();
  RawSocket slow = connect();
  slow.send("\x16\x03\x01");
  EXPECT_EQ(silent.read_to_end(), "");
  slow.read_to_end();
  EXPECT_TRUE(wait_for_metric(handshakes("timeout"), 2));
}

TEST_F(TlsClients, AreNotDelayedBySlowHandshakes) {
  std::vector<RawSocket> slow;
  for (int i = 0; i < 100; ++i) {
    slow.push_back(connect());
    slow.back().send("\x16\x03\x01");
  }
  TlsPeer client = connect_by_tls();
  client.send(kGet);
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send(kOk);
  EXPECT_THAT(client.read_until("ok"), EndsWith("ok"));
}

// Each costs the worker a derivation of keys, and is no request: the time of an idle connection ends them.
TEST_F(TlsClients, AreNotDelayedByFloodsOfKeyChanges) {
  config::Settings settings = with_tls();
  settings.timeouts.keep_alive = 500ms;
  start(settings);
  TlsPeer hostile = connect_by_tls();
  TlsPeer client = connect_by_tls();
  std::future<bool> was_ended = std::async(std::launch::async, [&] {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < end) {
      if (!hostile.change_keys()) return true;
    }
    return false;
  });
  client.send(kGet);
  RawSocket backend = backend_.accept();
  for (int i = 0; i < 20; ++i) {
    if (i != 0) client.send(kGet);
    backend.read_head();
    backend.send(kOk);
    EXPECT_THAT(client.read_until("ok"), EndsWith("ok"));
  }
  EXPECT_TRUE(was_ended.get());
}

TEST_F(TlsClients, AreNamedByTheProxyProtocolInFrontOfTheHandshake) {
  config::Settings settings = with_tls();
  settings.listen.front().proxy_protocol = config::ProxyProtocol::kRequired;
  start(settings);
  RawSocket socket = connect();
  socket.send("PROXY TCP4 192.0.2.7 127.0.0.1 1000 443\r\n");
  TlsPeer client = TlsPeer::client(std::move(socket));
  client.send(kGet);
  const std::string head = backend_.accept().read_head();
  EXPECT_THAT(head, HasSubstr("X-Forwarded-For: 192.0.2.7\r\n"));
  EXPECT_THAT(head, HasSubstr("X-Forwarded-Proto: https\r\n"));
}

TEST_F(TlsClients, FinishWhatTheyBeganInADrain) {
  TlsPeer client = connect_by_tls();
  client.send(kGet);
  RawSocket backend = backend_.accept();
  backend.read_head();
  daemon().drain();
  backend.send(kOk);
  EXPECT_THAT(client.read_to_end(), EndsWith("ok"));
  EXPECT_FALSE(client.was_truncated());
}

class TlsBackends : public ProxyFixture {
 protected:
  void SetUp() override { start(settings_for("a.test")); }

  config::Settings settings_for(const std::string& name) {
    config::Settings settings;
    settings.backend = backend_.address();
    settings.backend.is_https = true;
    settings.backend_tls = {.server_name = name, .ca = certificates_.authority()};
    return settings;
  }

  Certificates certificates_;
  const tls::CertificateFiles files_ = certificates_.make("a");
};

TEST_F(TlsBackends, AreSpokenTo) {
  RawSocket client = connect();
  client.send(kGet);
  TlsPeer backend = TlsPeer::server(backend_.accept(), files_);
  for (int i = 0; i < 2; ++i) {
    if (i != 0) client.send(kGet);
    backend.read_head();
    backend.send(kOk);
    EXPECT_THAT(client.read_until("ok"), EndsWith("ok"));
  }
  EXPECT_TRUE(wait_for_metric("wayside_backend_tls_handshakes_total{result=\"ok\"}", 1))
      << "the connection is kept";
}

TEST_F(TlsBackends, AreRefusedForAnotherName) {
  start(settings_for("b.test"));
  RawSocket client = connect();
  client.send(kGet);
  EXPECT_THROW(TlsPeer::server(backend_.accept(), files_), std::runtime_error);
  EXPECT_THAT(client.read_until("failed"), StartsWith("HTTP/1.1 502 Bad Gateway\r\n"));
  EXPECT_TRUE(wait_for_metric("wayside_backend_errors_total{reason=\"tls_failed\"}", 1));
  EXPECT_EQ(metric("wayside_backend_tls_handshakes_total{result=\"certificate\"}"), 1);
}

TEST_F(TlsBackends, CannotPassATruncationForAnEnd) {
  for (const bool is_truncated : {false, true}) {
    RawSocket client = connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    {
      TlsPeer backend = TlsPeer::server(backend_.accept(), files_);
      backend.read_head();
      backend.send("HTTP/1.1 200 OK\r\n\r\nbody");
      client.read_until("body");
      if (!is_truncated) backend.close_notify();
    }
    const std::string rest = client.read_to_end();
    EXPECT_EQ(rest.ends_with("\r\n0\r\n\r\n"), !is_truncated) << rest;
  }
}

TEST_F(TlsBackends, HaveTheTimeOfAConnection) {
  config::Settings settings = settings_for("a.test");
  settings.timeouts.connect = 200ms;
  start(settings);
  RawSocket client = connect();
  client.send(kGet);
  RawSocket silent = backend_.accept();
  EXPECT_THAT(client.read_head(), StartsWith("HTTP/1.1 504 Gateway Timeout\r\n"));
}

}  // namespace
}  // namespace wayside::test
