#include "tls/algorithms.hpp"

#include "tls/handles.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wayside::tls {
namespace {

std::string mistake_of(const Algorithms& algorithms) {
  const ContextHandle context(SSL_CTX_new(TLS_server_method()));
  const auto result = configure(context.get(), algorithms);
  return result.has_error() ? result.error().message : "";
}

TEST(TlsAlgorithms, HaveDefaults) {
  const ContextHandle context(SSL_CTX_new(TLS_server_method()));
  ASSERT_TRUE(configure(context.get(), {}));
  EXPECT_EQ(SSL_CTX_get_min_proto_version(context.get()), TLS1_2_VERSION);
  EXPECT_NE(SSL_CTX_get_options(context.get()) & SSL_OP_NO_RENEGOTIATION, 0U);
  STACK_OF(SSL_CIPHER)* const ciphers = SSL_CTX_get_ciphers(context.get());
  ASSERT_GT(sk_SSL_CIPHER_num(ciphers), 5);
  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
    const SSL_CIPHER* const cipher = sk_SSL_CIPHER_value(ciphers, i);
    EXPECT_EQ(SSL_CIPHER_is_aead(cipher), 1) << SSL_CIPHER_get_name(cipher);
    EXPECT_NE(SSL_CIPHER_get_kx_nid(cipher), NID_kx_rsa)
        << SSL_CIPHER_get_name(cipher) << " has no forward secrecy";
  }
}

TEST(TlsAlgorithms, CanBeChosen) {
  const ContextHandle context(SSL_CTX_new(TLS_server_method()));
  ASSERT_TRUE(configure(context.get(), {.min_version = Version::kTls13,
                                        .ciphers = "ECDHE-RSA-AES128-GCM-SHA256:TLS_AES_256_GCM_SHA384",
                                        .curves = "P-384"}));
  EXPECT_EQ(SSL_CTX_get_min_proto_version(context.get()), TLS1_3_VERSION);
  STACK_OF(SSL_CIPHER)* const ciphers = SSL_CTX_get_ciphers(context.get());
  ASSERT_EQ(sk_SSL_CIPHER_num(ciphers), 2);
  EXPECT_STREQ(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(ciphers, 0)), "TLS_AES_256_GCM_SHA384");
}

TEST(TlsAlgorithms, SayWhatIsUnknown) {
  EXPECT_EQ(mistake_of({.ciphers = "NO-SUCH"}), "ciphers: OpenSSL knows none of NO-SUCH (no cipher match)");
  EXPECT_EQ(mistake_of({.ciphers = "TLS_NO_SUCH"}),
            "ciphers: OpenSSL does not know all of TLS_NO_SUCH (no cipher match)");
  EXPECT_THAT(mistake_of({.curves = "P-1"}), testing::StartsWith("curves: OpenSSL does not know all of P-1"));
}

TEST(TlsAlgorithms, AWildcardCoversOneLabel) {
  EXPECT_TRUE(covers("a.test", "a.test"));
  EXPECT_FALSE(covers("a.test", "b.a.test"));
  EXPECT_TRUE(covers("*.a.test", "b.a.test"));
  EXPECT_FALSE(covers("*.a.test", "a.test"));
  EXPECT_FALSE(covers("*.a.test", ".a.test"));
  EXPECT_FALSE(covers("*.a.test", "c.b.a.test"));
  EXPECT_FALSE(covers("*", "test"));
  EXPECT_FALSE(covers("b*.test", "bc.test"));
}

}  // namespace
}  // namespace wayside::tls
