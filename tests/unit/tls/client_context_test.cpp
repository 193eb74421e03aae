#include "wayside/tls/client_context.hpp"

#include "support/certificates.hpp"
#include "support/tls_pair.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <openssl/ssl.h>

namespace wayside::tls {
namespace {

using testing::HasSubstr;

class ClientContextTest : public testing::Test {
 protected:
  // Why a client with these options refuses the server; empty: it does not.
  std::string refusal(const CertificateFiles& server, ClientOptions options) {
    if (options.ca.empty()) options.ca = certificates_.authority();
    test::TlsPair pair(test::server_context({.certificates = {server}}), test::client_context(options));
    pair.shake_hands();
    return pair.client_status == Status::kFailed ? pair.client->failure().message() : "";
  }

  test::Certificates certificates_;
};

TEST_F(ClientContextTest, TrustsItsAuthority) {
  const auto a = certificates_.make("a", {.names = {"a.test", "127.0.0.1"}});
  EXPECT_EQ(refusal(a, {.server_name = "a.test"}), "");
  EXPECT_EQ(refusal(a, {.server_name = "127.0.0.1"}), "");
  EXPECT_EQ(refusal(certificates_.make("w", {.names = {"*.w.test"}}), {.server_name = "x.w.test"}), "");
}

TEST_F(ClientContextTest, RefusesAnotherName) {
  const auto a = certificates_.make("a");
  EXPECT_EQ(refusal(a, {.server_name = "b.test"}), "the peer's certificate was refused: hostname mismatch");
  EXPECT_EQ(refusal(a, {.server_name = "127.0.0.1"}),
            "the peer's certificate was refused: IP address mismatch");
}

TEST_F(ClientContextTest, RefusesAnOldCertificate) {
  const auto old = certificates_.make("a", {.days = -1});
  EXPECT_EQ(refusal(old, {.server_name = "a.test"}),
            "the peer's certificate was refused: certificate has expired");
}

TEST_F(ClientContextTest, RefusesAStranger) {
  const test::Certificates others;
  const auto a = certificates_.make("a");
  EXPECT_THAT(refusal(a, {.server_name = "a.test", .ca = others.authority()}),
              HasSubstr("unable to get local issuer certificate"));
}

TEST_F(ClientContextTest, TrustsAnybodyWhereItIsTold) {
  EXPECT_EQ(refusal(certificates_.make("a", {.days = -1}), {.server_name = "b.test", .verify = false}), "");
}

TEST_F(ClientContextTest, SaysWhichFileIsWrong) {
  const auto mistake = [](const ClientOptions& options) {
    return ClientContext::load(options).error().message;
  };
  EXPECT_THAT(mistake({.ca = "/none"}), HasSubstr("cannot read the certificates in /none"));
  EXPECT_THAT(mistake({.cert = "/none", .key = "/none"}), HasSubstr("cannot read /none"));
}

TEST_F(ClientContextTest, ResumesByBothVersions) {
  const auto client = test::client_context({.server_name = "a.test", .ca = certificates_.authority()});
  const auto server = test::server_context({.certificates = {certificates_.make("a")}});
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    SSL_CTX_set_max_proto_version(client->handle(), version);
    const auto sessions = std::make_shared<ClientSessions>();
    for (const bool is_resumed : {false, true, true}) {
      test::TlsPair pair(server, client, sessions);
      ASSERT_TRUE(pair.shake_hands());
      test::read_all(*pair.client);
      EXPECT_EQ(pair.client->is_resumed(), is_resumed) << pair.client->version();
    }
  }
}

TEST_F(ClientContextTest, SessionsMayEndBeforeTheConnection) {
  const auto client = test::client_context({.server_name = "a.test", .ca = certificates_.authority()});
  const auto server = test::server_context({.certificates = {certificates_.make("a")}});
  auto sessions = std::make_shared<ClientSessions>();
  test::TlsPair pair(server, client, sessions);
  sessions.reset();
  ASSERT_TRUE(pair.shake_hands());
  EXPECT_EQ(test::read_all(*pair.client), "");
}

}  // namespace
}  // namespace wayside::tls
