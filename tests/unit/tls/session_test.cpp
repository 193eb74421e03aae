#include "wayside/tls/session.hpp"

#include "wayside/tls/error.hpp"

#include "support/certificates.hpp"
#include "support/tls_pair.hpp"

#include <boost/asio/buffer.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <openssl/ssl.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace wayside::tls {
namespace {

class TlsSessionTest : public testing::Test {
 protected:
  // What a server makes of a client that sends these bytes.
  error_code refusal_of(std::string_view bytes) const {
    test::TlsPair pair(server_, client_);
    ::send(pair.client_socket(), bytes.data(), bytes.size(), 0);
    pair.server->may_read(false);
    EXPECT_EQ(pair.server->shake_hands(), Status::kFailed);
    return pair.server->failure();
  }

  test::Certificates certificates_;
  std::shared_ptr<const ServerContext> server_ =
      test::server_context({.certificates = {certificates_.make("a")}});
  std::shared_ptr<const ClientContext> client_ =
      test::client_context({.server_name = "a.test", .ca = certificates_.authority()});
};

TEST_F(TlsSessionTest, CarriesBytesBothWays) {
  test::TlsPair pair(server_, client_);
  EXPECT_FALSE(pair.server->has_begun());
  ASSERT_TRUE(pair.shake_hands());
  EXPECT_TRUE(pair.server->has_begun());
  EXPECT_EQ(pair.server->version(), "1.3");
  EXPECT_EQ(test::write(*pair.client, "question").count, 8U);
  EXPECT_EQ(test::read_all(*pair.server), "question");
  EXPECT_EQ(test::write(*pair.server, "answer").count, 6U);
  EXPECT_EQ(test::read_all(*pair.client), "answer");
}

TEST_F(TlsSessionTest, NeedsBytes) {
  test::TlsPair pair(server_, client_);
  EXPECT_EQ(pair.server->shake_hands(), Status::kNeedsRead);
  ASSERT_TRUE(pair.shake_hands());
  std::array<char, 10> bytes{};
  EXPECT_EQ(pair.server->read(bytes).status, Status::kNeedsRead);
  EXPECT_EQ(pair.server->peek(), Status::kNeedsRead);
}

TEST_F(TlsSessionTest, PeeksWithoutReading) {
  test::TlsPair pair(server_, client_);
  ASSERT_TRUE(pair.shake_hands());
  test::write(*pair.client, "x");
  pair.server->may_read(false);
  EXPECT_EQ(pair.server->peek(), Status::kDone);
  EXPECT_EQ(pair.server->peek(), Status::kDone);
  EXPECT_EQ(test::read_all(*pair.server), "x");
}

TEST_F(TlsSessionTest, TellsAnEndFromATruncation) {
  Status last = Status::kDone;
  {
    test::TlsPair pair(server_, client_);
    ASSERT_TRUE(pair.shake_hands());
    test::write(*pair.client, "all");
    EXPECT_TRUE(pair.client->close_notify());
    EXPECT_TRUE(pair.client->close_notify()) << "once is enough";
    EXPECT_EQ(test::read_all(*pair.server, &last), "all");
    EXPECT_EQ(last, Status::kEnd);
    EXPECT_EQ(test::write(*pair.server, "still open").status, Status::kDone) << "the other direction";
  }
  {
    test::TlsPair pair(server_, client_);
    ASSERT_TRUE(pair.shake_hands());
    test::write(*pair.client, "some");
    test::read_all(*pair.client);  // closing with unread bytes would be a reset
    pair.cut_client();
    EXPECT_EQ(test::read_all(*pair.server, &last), "some");
    EXPECT_EQ(last, Status::kFailed);
    EXPECT_EQ(pair.server->failure(), truncated());
  }
}

TEST_F(TlsSessionTest, SaysNothingMoreAfterAFailure) {
  test::TlsPair pair(server_, client_);
  EXPECT_TRUE(pair.server->close_notify()) << "nor before the handshake";
  pair.cut_client();
  pair.server->may_read(true);
  EXPECT_EQ(pair.server->shake_hands(), Status::kFailed);
  EXPECT_EQ(pair.server->failure(), truncated());
  EXPECT_EQ(pair.server->shake_hands(), Status::kFailed);
  EXPECT_EQ(pair.server->failure(), truncated()) << "the first one";
  EXPECT_TRUE(pair.server->close_notify());
}

TEST_F(TlsSessionTest, SeveralPiecesAreOneRecord) {
  test::TlsPair pair(server_, client_);
  ASSERT_TRUE(pair.shake_hands());
  test::read_all(*pair.client);
  const std::string head(300, 'h');
  const std::string body(200, 'b');
  const std::array pieces = {boost::asio::buffer(head), boost::asio::buffer(body)};
  EXPECT_EQ(pair.server->write(pieces).count, 500U);
  std::array<char, 1000> bytes{};
  const auto size = ::recv(pair.client_socket(), bytes.data(), bytes.size(), MSG_PEEK);
  EXPECT_LT(size, 500 + 30) << "one header and one tag";
  EXPECT_EQ(test::read_all(*pair.client), head + body);
}

TEST_F(TlsSessionTest, AWriteGoesOnWithTheSameBytesAtAnotherPlace) {
  test::TlsPair pair(server_, client_);
  ASSERT_TRUE(pair.shake_hands());
  std::string sent;
  std::string text(40'000, '\0');
  for (std::size_t i = 0; i < text.size(); ++i)
    text[i] = static_cast<char>('a' + i % 26);
  Transferred written;
  while ((written = test::write(*pair.server, text)).status == Status::kDone)
    sent += text.substr(0, written.count);
  ASSERT_EQ(written.status, Status::kNeedsWrite);
  std::string received = test::read_all(*pair.client);
  const std::string moved = text + "more";
  written = test::write(*pair.server, moved);
  ASSERT_EQ(written.status, Status::kDone);
  sent += moved.substr(0, written.count);
  received += test::read_all(*pair.client);
  EXPECT_EQ(received, sent);
}

TEST_F(TlsSessionTest, CloseNotifyWaitsForRoom) {
  test::TlsPair pair(server_, client_);
  ASSERT_TRUE(pair.shake_hands());
  test::read_all(*pair.client);
  std::array<char, 4096> junk{};
  for (const std::size_t size : {junk.size(), std::size_t{1}}) {
    while (::send(pair.server_socket(), junk.data(), size, 0) > 0) {
    }
  }
  EXPECT_FALSE(pair.server->close_notify());
  EXPECT_FALSE(pair.server->close_notify());
  while (::recv(pair.client_socket(), junk.data(), junk.size(), 0) > 0) {
  }
  EXPECT_TRUE(pair.server->close_notify());
  Status last = Status::kDone;
  EXPECT_EQ(test::read_all(*pair.client, &last), "");
  EXPECT_EQ(last, Status::kEnd);
}

TEST_F(TlsSessionTest, BytesReadEarlierBelongToIt) {
  test::TlsPair pair(server_, client_);
  pair.client->shake_hands();
  std::array<char, 2000> bytes{};
  const auto size = ::recv(pair.server_socket(), bytes.data(), bytes.size(), 0);
  ASSERT_GT(size, 100);
  pair.server = std::make_unique<Session>(server_, pair.server_socket(),
                                          std::string_view(bytes.data(), static_cast<std::size_t>(size)));
  EXPECT_TRUE(pair.shake_hands());
}

TEST_F(TlsSessionTest, TakesAHandshakeByteByByte) {
  int relay[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, relay), 0);
  test::TlsPair pair(server_, client_);
  Session server(server_, relay[0]);
  Status status = Status::kNeedsRead;
  std::array<char, 1> byte{};
  for (int flights = 0; flights < 5; ++flights) {
    pair.client->may_read(false);
    pair.client->shake_hands();
    while (::recv(pair.server_socket(), byte.data(), 1, 0) == 1) {
      ::send(relay[1], byte.data(), 1, 0);
      server.may_read(false);
      if (status != Status::kDone) status = server.shake_hands();
    }
    std::array<char, 8192> back{};
    const auto size = ::recv(relay[1], back.data(), back.size(), 0);
    if (size > 0) ::send(pair.server_socket(), back.data(), static_cast<std::size_t>(size), 0);
  }
  EXPECT_EQ(status, Status::kDone);
  ::close(relay[0]);
  ::close(relay[1]);
}

TEST_F(TlsSessionTest, KnowsWhoDoesNotSpeakTls) {
  EXPECT_EQ(handshake_result(refusal_of("GET / HTTP/1.1\r\nHost: a\r\n\r\n")), HandshakeResult::kPlainHttp);
  EXPECT_EQ(handshake_result(refusal_of("POST / HTTP/1.1\r\nHost: a\r\n\r\n")), HandshakeResult::kPlainHttp);
  EXPECT_EQ(handshake_result(refusal_of("SSH-2.0-OpenSSH_9.2p1\r\n")), HandshakeResult::kNotTls);
  EXPECT_EQ(handshake_result(refusal_of(std::string(100, '\0'))), HandshakeResult::kNotTls);
}

TEST_F(TlsSessionTest, RefusesAnOldVersion) {
  SSL_CTX_set_security_level(client_->handle(), 0);
  SSL_CTX_set_min_proto_version(client_->handle(), TLS1_1_VERSION);
  SSL_CTX_set_max_proto_version(client_->handle(), TLS1_1_VERSION);
  SSL_CTX_set_cipher_list(client_->handle(), "ALL");
  test::TlsPair pair(server_, client_);
  EXPECT_FALSE(pair.shake_hands());
  EXPECT_EQ(handshake_result(pair.server->failure()), HandshakeResult::kVersion);
}

// A client that renegotiates makes the server work again and again (CVE-2011-1473).
TEST_F(TlsSessionTest, RefusesToRenegotiate) {
  SSL_CTX_set_max_proto_version(client_->handle(), TLS1_2_VERSION);
  SSL_CTX_clear_options(client_->handle(), SSL_OP_NO_RENEGOTIATION);
  SSL* raw = SSL_new(client_->handle());
  test::TlsPair pair(server_, client_);
  SSL_set_connect_state(raw);
  SSL_set_fd(raw, pair.client_socket());
  client_->name_peer(raw);
  for (int i = 0; i < 5; ++i) {
    SSL_do_handshake(raw);
    pair.server->may_read(false);
    pair.server->shake_hands();
  }
  ASSERT_EQ(SSL_is_init_finished(raw), 1);
  ASSERT_EQ(SSL_renegotiate(raw), 1);
  SSL_do_handshake(raw);
  Status last = Status::kDone;
  EXPECT_EQ(test::read_all(*pair.server, &last), "");
  EXPECT_EQ(last, Status::kNeedsRead) << "the connection goes on";
  SSL_do_handshake(raw);
  EXPECT_EQ(SSL_session_reused(raw), 0);
  SSL_free(raw);
}

}  // namespace
}  // namespace wayside::tls
