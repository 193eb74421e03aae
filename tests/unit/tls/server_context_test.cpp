#include "wayside/tls/server_context.hpp"

#include "support/certificates.hpp"
#include "support/tls_pair.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <openssl/ssl.h>

namespace wayside::tls {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class ServerContextTest : public testing::Test {
 protected:
  static std::string mistake_of(const ServerOptions& options) {
    const auto result = ServerContext::load(options, std::make_shared<TicketKeys>());
    return result.has_error() ? result.error().message : "";
  }

  // The subject that a client sees which asks for `name`.
  static std::string subject_for(const std::shared_ptr<const ServerContext>& context,
                                 const std::string& name) {
    test::TlsPair pair(context, test::client_context({.server_name = name, .verify = false}));
    EXPECT_TRUE(pair.shake_hands());
    return pair.client->peer_certificate()->subject;
  }

  test::Certificates certificates_;
};

TEST_F(ServerContextTest, ListsItsCertificates) {
  const auto a = certificates_.make("a", {.names = {"a.test", "b.test"}});
  const auto c = certificates_.make("c", {.names = {}});
  const auto context = test::server_context({.certificates = {a, c}});
  ASSERT_THAT(context->certificates(), SizeIs(2));
  EXPECT_EQ(context->certificates()[0].name, "a.test");
  EXPECT_EQ(context->certificates()[1].name, c.cert);
  EXPECT_GT(context->certificates()[0].expires, std::chrono::system_clock::now());
}

TEST_F(ServerContextTest, ChoosesByTheNameOfTheHost) {
  const auto context =
      test::server_context({.certificates = {certificates_.make("first", {.names = {"a.test"}}),
                                             certificates_.make("wild", {.names = {"*.b.test"}}),
                                             certificates_.make("exact", {.names = {"x.b.test"}})}});
  EXPECT_EQ(subject_for(context, "a.test"), "CN=first");
  EXPECT_EQ(subject_for(context, "y.b.test"), "CN=wild");
  EXPECT_EQ(subject_for(context, "x.b.test"), "CN=exact") << "before the wildcard, whatever their order";
  EXPECT_EQ(subject_for(context, "X.B.TEST"), "CN=exact");
  EXPECT_EQ(subject_for(context, "other.test"), "CN=first");
  EXPECT_EQ(subject_for(context, "127.0.0.1"), "CN=first") << "an address is not sent";
}

TEST_F(ServerContextTest, HasCertificatesOfBothKinds) {
  const auto context = test::server_context(
      {.certificates = {certificates_.make("ec"), certificates_.make("rsa", {.is_rsa = true})}});
  const auto subject_with = [&](const char* algorithms) {
    const auto client = test::client_context({.server_name = "a.test", .verify = false});
    SSL_CTX_set1_sigalgs_list(client->handle(), algorithms);
    test::TlsPair pair(context, client);
    EXPECT_TRUE(pair.shake_hands());
    return pair.client->peer_certificate()->subject;
  };
  EXPECT_EQ(subject_with("ECDSA+SHA256"), "CN=ec");
  EXPECT_EQ(subject_with("RSA-PSS+SHA256"), "CN=rsa");
}

TEST_F(ServerContextTest, RefusesTwoForOneHost) {
  EXPECT_EQ(mistake_of({.certificates = {certificates_.make("a"), certificates_.make("b")}}),
            "two certificates with the same kind of key are for the same names (a.test)");
}

TEST_F(ServerContextTest, SaysWhichFileIsWrong) {
  const auto a = certificates_.make("a");
  EXPECT_THAT(mistake_of({.certificates = {a, {.cert = "/none", .key = a.key}}}),
              HasSubstr("cannot read /none"));
  EXPECT_THAT(mistake_of({.certificates = {a}, .client_ca = a.key, .client_auth = ClientAuth::kRequire}),
              HasSubstr("cannot read the certificates in " + a.key));
}

TEST_F(ServerContextTest, AsksForCertificatesOfClients) {
  const auto server = certificates_.make("a");
  const auto client = certificates_.make("client", {.names = {"client.test", "spiffe://a/b"}});
  const auto handshake = [&](ClientAuth auth, const ClientOptions& options) {
    const auto context = test::server_context(
        {.certificates = {server}, .client_ca = certificates_.authority(), .client_auth = auth});
    auto pair = std::make_unique<test::TlsPair>(context, test::client_context(options));
    pair->shake_hands();
    return pair;
  };
  const ClientOptions with{.server_name = "a.test", .verify = false, .cert = client.cert, .key = client.key};
  const ClientOptions without{.server_name = "a.test", .verify = false};
  for (const ClientAuth auth : {ClientAuth::kOptional, ClientAuth::kRequire}) {
    const auto pair = handshake(auth, with);
    ASSERT_EQ(pair->server_status, Status::kDone);
    const auto peer = pair->server->peer_certificate();
    ASSERT_NE(peer, nullptr);
    EXPECT_EQ(peer->subject, "CN=client");
    EXPECT_THAT(peer->dns, testing::ElementsAre("client.test"));
    EXPECT_THAT(peer->uris, testing::ElementsAre("spiffe://a/b"));
    EXPECT_THAT(peer->hash, testing::MatchesRegex("[0-9a-f]{64}"));
  }
  EXPECT_EQ(handshake(ClientAuth::kOptional, without)->server_status, Status::kDone);
  EXPECT_EQ(handshake(ClientAuth::kOptional, without)->server->peer_certificate(), nullptr);
  const auto refused = handshake(ClientAuth::kRequire, without);
  EXPECT_EQ(refused->server_status, Status::kFailed);
  EXPECT_EQ(handshake_result(refused->server->failure()), HandshakeResult::kCertificate);

  test::Certificates stranger;
  const auto unknown = stranger.make("stranger");
  const ClientOptions forged{
      .server_name = "a.test", .verify = false, .cert = unknown.cert, .key = unknown.key};
  for (const ClientAuth auth : {ClientAuth::kOptional, ClientAuth::kRequire})
    EXPECT_EQ(handshake_result(handshake(auth, forged)->server->failure()), HandshakeResult::kCertificate);
}

TEST_F(ServerContextTest, StaplesTheResponseOfTheCertificateInUse) {
  auto files = certificates_.make("a");
  files.ocsp = certificates_.path("a.ocsp");
  const std::string response = "\x30\x03\x0a\x01";  // of the status "successful", 0, without more
  certificates_.write("a.ocsp", response + std::string(1, '\0'));
  const auto context =
      test::server_context({.certificates = {files, certificates_.make("b", {.names = {"b.test"}})}});
  const auto stapled = [&](const std::string& name) {
    const auto client = test::client_context({.server_name = name, .verify = false});
    static std::string seen;
    seen.clear();
    SSL_CTX_set_tlsext_status_type(client->handle(), TLSEXT_STATUSTYPE_ocsp);
    int (*note)(SSL*, void*) = [](SSL* ssl, void*) {
      const unsigned char* bytes = nullptr;
      const long size = SSL_get_tlsext_status_ocsp_resp(ssl, &bytes);
      if (size > 0) seen.assign(bytes, bytes + size);
      return 1;
    };
    SSL_CTX_callback_ctrl(client->handle(), SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB,
                          reinterpret_cast<void (*)()>(note));
    test::TlsPair pair(context, client);
    EXPECT_TRUE(pair.shake_hands());
    return seen;
  };
  EXPECT_EQ(stapled("a.test"), response + std::string(1, '\0'));
  EXPECT_EQ(stapled("b.test"), "");
}

// A reload makes another context, and tickets go on to be good with the keys that both share.
TEST_F(ServerContextTest, TicketsOutliveIt) {
  const auto files = certificates_.make("a");
  const auto tickets = std::make_shared<TicketKeys>();
  const auto client = test::client_context({.server_name = "a.test", .ca = certificates_.authority()});
  const auto sessions = std::make_shared<ClientSessions>();
  const auto is_resumed = [&](std::shared_ptr<TicketKeys> keys) {
    test::TlsPair pair(test::server_context({.certificates = {files}}, std::move(keys)), client, sessions);
    EXPECT_TRUE(pair.shake_hands());
    test::read_all(*pair.client);  // the tickets come behind the handshake
    EXPECT_EQ(pair.client->is_resumed(), pair.server->is_resumed());
    return pair.server->is_resumed();
  };
  EXPECT_FALSE(is_resumed(tickets));
  EXPECT_TRUE(is_resumed(tickets));
  EXPECT_TRUE(is_resumed(tickets));
  EXPECT_FALSE(is_resumed(std::make_shared<TicketKeys>())) << "of another process";
}

// OpenSSL does not ask a client that resumes for its certificate.
TEST_F(ServerContextTest, ATicketDoesNotStandForACertificate) {
  const auto files = certificates_.make("a");
  const test::Certificates others;
  const auto tickets = std::make_shared<TicketKeys>();
  const auto client = test::client_context({.server_name = "a.test", .ca = certificates_.authority()});
  const auto resumes = [&](const ServerOptions& first, const ServerOptions& second) {
    const auto sessions = std::make_shared<ClientSessions>();
    bool is_resumed = false;
    for (const ServerOptions& options : {first, second}) {
      test::TlsPair pair(test::server_context(options, tickets), client, sessions);
      pair.shake_hands();
      test::read_all(*pair.client);
      is_resumed = pair.server_status == Status::kDone && pair.server->is_resumed();
    }
    return is_resumed;
  };
  const auto asking = [&](ClientAuth auth, const std::string& authority) {
    return ServerOptions{.certificates = {files}, .client_ca = authority, .client_auth = auth};
  };
  const ServerOptions open{.certificates = {files}};
  EXPECT_TRUE(resumes(open, open));
  EXPECT_FALSE(resumes(open, asking(ClientAuth::kRequire, certificates_.authority())));
  EXPECT_FALSE(resumes(open, asking(ClientAuth::kOptional, certificates_.authority())));
  EXPECT_TRUE(resumes(asking(ClientAuth::kOptional, certificates_.authority()),
                      asking(ClientAuth::kOptional, certificates_.authority())));
  EXPECT_FALSE(resumes(asking(ClientAuth::kOptional, certificates_.authority()),
                       asking(ClientAuth::kOptional, others.authority())));
  EXPECT_FALSE(resumes(open, {.certificates = {files}, .algorithms = {.curves = "P-384:X25519"}}));
}

TEST_F(ServerContextTest, PairsKindsOfKeysWhateverTheOrderOfTheNames) {
  const auto context = test::server_context(
      {.certificates = {certificates_.make("ec", {.names = {"a.test", "b.test"}}),
                        certificates_.make("rsa", {.names = {"b.test", "a.test"}, .is_rsa = true})}});
  const auto client = test::client_context({.server_name = "a.test", .verify = false});
  SSL_CTX_set1_sigalgs_list(client->handle(), "RSA-PSS+SHA256");
  test::TlsPair pair(context, client);
  EXPECT_TRUE(pair.shake_hands());
}

TEST_F(ServerContextTest, RefusesOtherProtocols) {
  const auto client = test::client_context({.server_name = "a.test", .verify = false});
  static constexpr unsigned char kH2[] = {2, 'h', '2'};
  SSL_CTX_set_alpn_protos(client->handle(), kH2, sizeof kH2);
  test::TlsPair pair(test::server_context({.certificates = {certificates_.make("a")}}), client);
  EXPECT_FALSE(pair.shake_hands());
  EXPECT_EQ(handshake_result(pair.server->failure()), HandshakeResult::kCipher);
  EXPECT_EQ(handshake_result(pair.client->failure()), HandshakeResult::kRefused);
}

}  // namespace
}  // namespace wayside::tls
