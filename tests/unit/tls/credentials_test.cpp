#include "tls/credentials.hpp"

#include "support/certificates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wayside::tls {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class CredentialsTest : public testing::Test {
 protected:
  static std::string mistake_of(const CertificateFiles& files) {
    const auto result = read_credentials(files);
    return result.has_error() ? result.error().message : "";
  }

  test::Certificates certificates_;
};

TEST_F(CredentialsTest, HaveNamesAndAnEnd) {
  const auto files = certificates_.make("a", {.names = {"A.test", "*.b.test", "127.0.0.1"}, .days = 10});
  const auto credentials = read_credentials(files);
  ASSERT_TRUE(credentials);
  EXPECT_THAT(credentials->names, ElementsAre("a.test", "*.b.test"))
      << "in lower case, and without addresses";
  const auto left = credentials->expires - std::chrono::system_clock::now();
  EXPECT_NEAR(std::chrono::duration<double>(left).count(), 10 * 86400.0, 120);
}

TEST_F(CredentialsTest, NeedNoNames) {
  EXPECT_THAT(read_credentials(certificates_.make("a", {.names = {}}))->names, SizeIs(0));
}

TEST_F(CredentialsTest, HaveAChain) {
  const auto files = certificates_.make("a");
  certificates_.write("a.pem", certificates_.read("a.pem") + certificates_.read("ca.pem"));
  EXPECT_THAT(read_credentials(files)->chain, SizeIs(1));
}

TEST_F(CredentialsTest, SayWhichFileIsMissing) {
  const auto files = certificates_.make("a");
  const std::string none = certificates_.path("none");
  EXPECT_EQ(mistake_of({.cert = none, .key = files.key}),
            "cannot read " + none + ": No such file or directory");
  EXPECT_EQ(mistake_of({.cert = files.cert, .key = none}),
            "cannot read " + none + ": No such file or directory");
  EXPECT_EQ(mistake_of({.cert = files.cert, .key = files.key, .ocsp = none}),
            "cannot read " + none + ": No such file or directory");
  EXPECT_THAT(mistake_of({.cert = certificates_.path(""), .key = files.key}), HasSubstr("Is a directory"));
}

TEST_F(CredentialsTest, SayWhatIsInTheWrongFile) {
  const auto a = certificates_.make("a");
  const auto b = certificates_.make("b");
  EXPECT_THAT(mistake_of({.cert = a.key, .key = a.key}),
              HasSubstr("there is no certificate in PEM in " + a.key));
  EXPECT_THAT(mistake_of({.cert = a.cert, .key = a.cert}),
              HasSubstr("there is no private key in PEM in " + a.cert));
  EXPECT_EQ(mistake_of({.cert = a.cert, .key = b.key}),
            "the key in " + b.key + " is not the one of the certificate in " + a.cert);
}

TEST_F(CredentialsTest, RefuseADamagedChain) {
  const auto files = certificates_.make("a");
  std::string second = certificates_.read("ca.pem");
  second.replace(100, 4, "????");
  certificates_.write("a.pem", certificates_.read("a.pem") + second);
  EXPECT_THAT(mistake_of(files), HasSubstr("a certificate in " + files.cert + " is damaged"));
}

TEST_F(CredentialsTest, RefuseADamagedResponse) {
  auto files = certificates_.make("a");
  files.ocsp = certificates_.path("a.ocsp");
  for (const std::string& text : {std::string("junk"), std::string(), std::string("\x30\x03\x0a\x01\x06"),
                                  std::string("\x30\x03\x0a\x01\0more", 9)}) {
    certificates_.write("a.ocsp", text);
    EXPECT_EQ(mistake_of(files), "there is no successful OCSP response in DER in " + files.ocsp);
  }
}

TEST_F(CredentialsTest, DoNotAskForAPassphrase) {
  const auto files = certificates_.make("a");
  certificates_.write("a.key",
                      "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                      "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgFAj2+4GFhHQICCAAw\n"
                      "-----END ENCRYPTED PRIVATE KEY-----\n");
  EXPECT_THAT(mistake_of(files), HasSubstr("is encrypted"));
}

TEST_F(CredentialsTest, RefuseAHugeFile) {
  const auto files = certificates_.make("a");
  certificates_.write("a.pem", std::string((1 << 20) + 1, 'x'));
  EXPECT_EQ(mistake_of(files), files.cert + " is larger than 1 MiB");
}

TEST_F(CredentialsTest, GoIntoAContext) {
  const auto credentials = read_credentials(certificates_.make("a"));
  const ContextHandle context(SSL_CTX_new(TLS_server_method()));
  ASSERT_TRUE(use(context.get(), *credentials));
  EXPECT_EQ(SSL_CTX_get0_certificate(context.get()), credentials->certificate.get());
  EXPECT_EQ(SSL_CTX_check_private_key(context.get()), 1);
}

}  // namespace
}  // namespace wayside::tls
