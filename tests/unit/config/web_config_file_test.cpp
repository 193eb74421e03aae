#include "config/web_config_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace wayside::config {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr char kHash[] = "$2y$10$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze";

WebConfig read_web(const std::string& text) {
  WebConfig web;
  Places places;
  EXPECT_THAT(read_web_config("/etc/w/web.yaml", text, web, places), IsEmpty());
  return web;
}

std::vector<std::string> web_mistakes_of(const std::string& text) {
  WebConfig web;
  Places places;
  return read_web_config("web.yaml", text, web, places);
}

TEST(WebConfigFile, MayBeEmpty) {
  for (const char* const text : {"", "# nothing\n", "basic_auth_users:\n", "tls_server_config: {}\n",
                                 "http_server_config: {http2: false, headers: {}}\n"})
    EXPECT_EQ(read_web(text), WebConfig()) << text;
}

TEST(WebConfigFile, HasUsers) {
  const WebConfig web =
      read_web(std::string("basic_auth_users:\n  alice: ") + kHash + "\n  \"\": " + kHash + "\n");
  EXPECT_THAT(web.users, ElementsAre(WebConfig::User{"alice", kHash}, WebConfig::User{"", kHash}));
}

TEST(WebConfigFile, TakesOnlyHashesOfBcryptWithAModestCost) {
  const std::string hash = kHash;
  for (const char* const start : {"$2a$04$", "$2b$14$", "$2y$10$"})
    EXPECT_EQ(read_web("basic_auth_users: {a: " + (start + hash.substr(7)) + "}").users.size(), 1U) << start;
  for (const char* const start : {"$2a$03$", "$2b$15$", "$2y$31$"}) {
    EXPECT_THAT(web_mistakes_of("basic_auth_users: {a: " + (start + hash.substr(7)) + "}"),
                ElementsAre(HasSubstr("expected a bcrypt hash with a cost from 4 to 14, found a cost of ")))
        << start;
  }
  const std::vector<std::string> others = {hash.substr(1),
                                           hash + "a",
                                           "$2x$10$" + hash.substr(7),
                                           "$2y$1a$" + hash.substr(7),
                                           "$2y$10$" + hash.substr(8) + "!",
                                           "secret",
                                           "\"\"",
                                           "[secret]",
                                           "{secret: 1}"};
  for (const std::string& other : others)
    EXPECT_EQ(web_mistakes_of("basic_auth_users:\n  a: " + other).size(), 1U) << other;
}

TEST(WebConfigFile, ShowsNoSecretInAMistake) {
  for (const char* const text :
       {"basic_auth_users: {alice: hunter2}", "basic_auth_users: [hunter2]", "basic_auth_users: hunter2",
        "tls_server_config: {key: hunter2}", "basic_auth_users: {alice: [hunter2]}"}) {
    const auto mistakes = web_mistakes_of(text);
    EXPECT_THAT(mistakes, Not(IsEmpty())) << text;
    EXPECT_THAT(mistakes, Each(Not(HasSubstr("hunter2")))) << text;
  }
}

TEST(WebConfigFile, NamesOfFilesBeginBesideIt) {
  const WebConfig web = read_web(
      "tls_server_config:\n"
      "  cert_file: server.crt\n"
      "  key_file: /run/secrets/server.key\n"
      "  client_ca_file: ../ca.crt\n"
      "  client_auth_type: RequireAndVerifyClientCert\n");
  ASSERT_TRUE(web.tls);
  EXPECT_THAT(web.tls->certificates,
              ElementsAre(tls::CertificateFiles{"/etc/w/server.crt", "/run/secrets/server.key"}));
  EXPECT_EQ(web.tls->client_ca, "/etc/w/../ca.crt");
  EXPECT_EQ(web.tls->client_auth, tls::ClientAuth::kRequire);
}

TEST(WebConfigFile, TakesTheNamesOfGo) {
  const WebConfig web = read_web(
      "tls_server_config:\n"
      "  cert_file: c\n"
      "  key_file: k\n"
      "  client_auth_type: NoClientCert\n"
      "  min_version: TLS12\n"
      "  max_version: TLS12\n"
      "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_CHACHA20_POLY1305_SHA256]\n"
      "  prefer_server_cipher_suites: false\n"
      "  curve_preferences: [CurveP521, X25519]\n");
  ASSERT_TRUE(web.tls);
  EXPECT_EQ(web.tls->algorithms,
            (tls::Algorithms{tls::Version::kTls12, "ECDHE-RSA-AES128-GCM-SHA256:TLS_CHACHA20_POLY1305_SHA256",
                             "P-521:X25519", tls::Version::kTls12}));
}

TEST(WebConfigFile, HasTheFieldsOfTheToolkit) {
  const WebConfig web = read_web(
      "http_server_config:\n"
      "  headers:\n"
      "    Strict-Transport-Security: max-age=31536000\n"
      "    X-Frame-Options: deny\n"
      "    X-Content-Type-Options: \"\"\n");
  EXPECT_THAT(web.fields, ElementsAre(WebConfig::Field{"Strict-Transport-Security", "max-age=31536000"},
                                      WebConfig::Field{"X-Frame-Options", "deny"}));
}

TEST(WebConfigFile, SaysWhatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"tls_server_config: {cert_file: c}", "web.yaml:1: tls_server_config: expected key_file, found none"},
      {"\ntls_server_config: {key_file: k}", "web.yaml:2: tls_server_config: expected cert_file, found none"},
      {"tls_server_config: {cert_file: c, key_file: k, client_ca_file: a}",
       "web.yaml:1: tls_server_config: expected client_auth_type: RequireAndVerifyClientCert or "
       "VerifyClientCertIfGiven beside client_ca_file, found NoClientCert"},
      {"tls_server_config: {cert_file: c, key_file: k, client_auth_type: VerifyClientCertIfGiven}",
       "web.yaml:1: tls_server_config: expected client_ca_file, the authorities that sign the clients' "
       "certificates, found none"},
      {"tls_server_config: {cert_file: c, key_file: k, min_version: TLS13, max_version: TLS12}",
       "web.yaml:1: tls_server_config: expected min_version to be at most max_version, found it later"},
      {"tls_server_config: {min_version: TLS11}",
       "web.yaml:1: tls_server_config.min_version: expected TLS12 or TLS13, which are the versions that "
       "wayside "
       "speaks, found \"TLS11\""},
      {"tls_server_config: {client_auth_type: RequireAnyClientCert}",
       "web.yaml:1: tls_server_config.client_auth_type: expected NoClientCert, VerifyClientCertIfGiven or "
       "RequireAndVerifyClientCert (wayside takes no certificate that it cannot verify), found "
       "\"RequireAnyClientCert\""},
      {"tls_server_config:\n  client_allowed_sans: [a]",
       "web.yaml:2: tls_server_config.client_allowed_sans: expected no client_allowed_sans: wayside admits "
       "every "
       "certificate that the authorities in client_ca_file signed"},
      {"tls_server_config: {cert: x}",
       "web.yaml:1: tls_server_config.cert: expected cert_file: wayside reads certificates from files of "
       "their "
       "own"},
      {"tls_server_config: {cipher_suites: [TLS_AES_128_GCM_SHA25]}",
       "web.yaml:1: tls_server_config.cipher_suites[0]: expected a cipher suite (did you mean "
       "TLS_AES_128_GCM_SHA256?), found \"TLS_AES_128_GCM_SHA25\""},
      {"tls_server_config: {curve_preferences: [P256]}",
       "web.yaml:1: tls_server_config.curve_preferences[0]: expected one of CurveP256, CurveP384, CurveP521, "
       "X25519, found \"P256\""},
      {"http_server_config: {http2: maybe}",
       "web.yaml:1: http_server_config.http2: expected true or false, found \"maybe\""},
      {"http_server_config: {headers: {X-Frame-Options: never}}",
       "web.yaml:1: http_server_config.headers.X-Frame-Options: expected deny or sameorigin, found "
       "\"never\""},
      {"http_server_config: {headers: {X-Content-Type-Options: sniff}}",
       "web.yaml:1: http_server_config.headers.X-Content-Type-Options: expected nosniff, found \"sniff\""},
      {"http_server_config: {headers: {X-XSS-Protection: \"1\\r\\nX: y\"}}",
       "web.yaml:1: http_server_config.headers.X-XSS-Protection: expected printable ASCII on one line, found "
       "\"1\\r\\nX: y\""},
      {"basic_auth_users:\n  alice: x",
       "web.yaml:2: basic_auth_users: expected the bcrypt hash of a password ($2y$10$…, as htpasswd -nBC 10 "
       "\"\" "
       "prints it), found another text, for the user \"alice\""},
      {"basic_auth_users: {\"a:b\": x}",
       "web.yaml:1: basic_auth_users: expected a name without a colon, found one, for the user \"a:b\""},
      {"rate_limit: {burst: 1}",
       "web.yaml:1: rate_limit: expected no rate_limit: wayside bounds connections and failed attempts by "
       "itself"},
      {"tls_server_conf: {}",
       "web.yaml:1: expected a known key (did you mean tls_server_config?), found \"tls_server_conf\""},
  };
  for (const auto& [text, mistake] : cases)
    EXPECT_THAT(web_mistakes_of(text), ElementsAre(mistake)) << text;
  EXPECT_THAT(web_mistakes_of("a: ["),
              ElementsAre(HasSubstr("web.yaml:1: expected valid YAML, found a mistake: ")));
}

}  // namespace
}  // namespace wayside::config
