#include "wayside/tls/error.hpp"

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace wayside::tls {
namespace {

error_code of(int reason) {
  return openssl_error(ERR_PACK(ERR_LIB_SSL, 0, reason));
}

TEST(TlsError, HasAText) {
  EXPECT_EQ(of(SSL_R_NO_SHARED_CIPHER).message(), "no shared cipher");
  EXPECT_EQ(truncated().message(), "the peer ended the connection without a close_notify");
  EXPECT_EQ(verification_error(X509_V_ERR_CERT_HAS_EXPIRED).message(),
            "the peer's certificate was refused: certificate has expired");
}

TEST(TlsError, IsAFailure) {
  EXPECT_TRUE(truncated().failed());
  EXPECT_TRUE(is_tls_error(truncated()));
  EXPECT_TRUE(is_tls_error(verification_error(X509_V_ERR_CERT_HAS_EXPIRED)));
  EXPECT_FALSE(is_tls_error(boost::asio::error::eof));
}

TEST(TlsError, StandsForAResult) {
  using enum HandshakeResult;
  EXPECT_EQ(handshake_result({}), kOk);
  EXPECT_EQ(handshake_result(truncated()), kLeft);
  EXPECT_EQ(handshake_result(boost::asio::error::connection_reset), kLeft);
  EXPECT_EQ(handshake_result(boost::asio::error::timed_out), kTimeout);
  EXPECT_EQ(handshake_result(of(SSL_R_HTTP_REQUEST)), kPlainHttp);
  EXPECT_EQ(handshake_result(of(SSL_R_WRONG_VERSION_NUMBER)), kNotTls);
  EXPECT_EQ(handshake_result(of(SSL_R_UNSUPPORTED_PROTOCOL)), kVersion);
  EXPECT_EQ(handshake_result(of(SSL_R_NO_SHARED_CIPHER)), kCipher);
  EXPECT_EQ(handshake_result(of(SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE)), kCertificate);
  EXPECT_EQ(handshake_result(verification_error(X509_V_ERR_HOSTNAME_MISMATCH)), kCertificate);
  EXPECT_EQ(handshake_result(of(SSL_R_TLSV1_ALERT_UNKNOWN_CA)), kRefused);
  EXPECT_EQ(handshake_result(of(SSL_R_LENGTH_MISMATCH)), kFailed);
  EXPECT_EQ(handshake_result(openssl_error(ERR_PACK(ERR_LIB_SSL, 0, ERR_R_MALLOC_FAILURE))), kFailed);
  EXPECT_EQ(handshake_result(openssl_error(ERR_PACK(ERR_LIB_X509, 0, SSL_R_NO_SHARED_CIPHER))), kFailed);
}

TEST(TlsError, HasATokenForEachResult) {
  EXPECT_EQ(to_token(HandshakeResult::kOk), "ok");
  EXPECT_EQ(to_token(HandshakeResult::kFailed), "failed");
  EXPECT_EQ(kHandshakeResults.size(), static_cast<std::size_t>(HandshakeResult::kFailed) + 1);
}

TEST(TlsError, TakesTheOldestTextAndEmptiesTheQueue) {
  ERR_clear_error();
  EXPECT_EQ(take_error_text(), "");
  ERR_raise(ERR_LIB_SSL, SSL_R_NO_SHARED_CIPHER);
  ERR_raise(ERR_LIB_SSL, SSL_R_LENGTH_MISMATCH);
  EXPECT_EQ(take_error_text(), "no shared cipher");
  EXPECT_EQ(take_error_text(), "");
}

}  // namespace
}  // namespace wayside::tls
