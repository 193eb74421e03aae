#include "config/yaml_tls.hpp"

#include "config/yaml_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace wayside::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// The options of the only listener; the file is /etc/w.yaml.
tls::ServerOptions read_tls(const std::string& tls) {
  Settings settings;
  settings.file = "/etc/w.yaml";
  EXPECT_THAT(read_yaml("/etc/w.yaml", "listen: {address: :443, tls: " + tls + "}", settings), IsEmpty());
  return settings.listen.front().tls.value_or(tls::ServerOptions{});
}

std::vector<std::string> tls_mistakes_of(const std::string& tls) {
  Settings settings;
  return read_yaml("f.yaml", "listen: {address: :443, tls: " + tls + "}", settings);
}

TEST(YamlTls, IsACertificateAndItsKey) {
  const tls::ServerOptions options = read_tls("{cert: a.pem, key: /keys/a.key, ocsp: a.ocsp}");
  EXPECT_THAT(options.certificates,
              ElementsAre(tls::CertificateFiles{"/etc/a.pem", "/keys/a.key", "/etc/a.ocsp"}))
      << "names begin beside the file";
  EXPECT_EQ(options.client_auth, tls::ClientAuth::kNone);
  EXPECT_EQ(options.algorithms, tls::Algorithms{});
}

TEST(YamlTls, HasSeveralCertificates) {
  EXPECT_THAT(
      read_tls("{certificates: [{cert: /b, key: /c}, {cert: /d, key: /e}], cert: /f, key: /g}").certificates,
      ElementsAre(tls::CertificateFiles{"/f", "/g"}, tls::CertificateFiles{"/b", "/c"},
                  tls::CertificateFiles{"/d", "/e"}))
      << "the one beside the list is the default";
}

TEST(YamlTls, HasOptions) {
  const tls::ServerOptions options = read_tls(
      "{cert: /a, key: /b, client_ca: ca.pem, client_auth: require, forward_client_cert: true, min_version: "
      "1.3, ciphers: X, curves: "
      "'P-256'}");
  EXPECT_EQ(options.client_ca, "/etc/ca.pem");
  EXPECT_EQ(options.client_auth, tls::ClientAuth::kRequire);
  EXPECT_TRUE(options.forward_client_cert);
  EXPECT_EQ(options.algorithms, (tls::Algorithms{tls::Version::kTls13, "X", "P-256"}));
}

TEST(YamlTls, SaysWhatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"{}", "f.yaml:1: listen.tls: expected cert and key, or certificates, found neither"},
      {"{cert: a}", "f.yaml:1: listen.tls: expected cert and key together, found one of them"},
      {"{certificates: [{key: a}]}",
       "f.yaml:1: listen.tls.certificates[0]: expected cert and key together, found one of them"},
      {"{cert: a, key: b, min_version: 1.1}",
       R"(f.yaml:1: listen.tls.min_version: expected 1.2 or 1.3, found "1.1")"},
      {"{cert: a, key: b, client_auth: yes}",
       R"(f.yaml:1: listen.tls.client_auth: expected none, optional or require, found "yes")"},
      {"{cert: a, key: b, client_auth: require}",
       "f.yaml:1: listen.tls: expected client_ca, who signs the clients' certificates, found none"},
      {"{cert: a, key: b, client_ca: c}",
       "f.yaml:1: listen.tls: expected client_auth: optional or require beside client_ca, found none"},
      {"{cert: '', key: b}", R"(f.yaml:1: listen.tls.cert: expected a text, found "")"},
  };
  for (const auto& [tls, mistake] : cases)
    EXPECT_THAT(tls_mistakes_of(tls), testing::Contains(mistake)) << tls;
}

}  // namespace
}  // namespace wayside::config
