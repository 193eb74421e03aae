#include "wayside/tls/error.hpp"

#include <boost/asio/error.hpp>

#include <initializer_list>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace wayside::tls {
namespace {

std::string reason_of(unsigned long code) {
  OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS, nullptr);  // costs nothing but for the first time
  const char* const reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "unknown error of OpenSSL";
}

// A category is never deleted, and Boost's has no virtual destructor.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"

class OpensslCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "tls"; }
  std::string message(int value) const override {
    if (value == 0) return "the peer ended the connection without a close_notify";
    return reason_of(static_cast<unsigned>(value));
  }
  // 0 is truncated(), which is a failure too.
  bool failed(int) const noexcept override { return true; }
};

class VerificationCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "certificate"; }
  std::string message(int value) const override {
    return std::string("the peer's certificate was refused: ") + X509_verify_cert_error_string(value);
  }
};

#pragma GCC diagnostic pop

const OpensslCategory kOpenssl;
const VerificationCategory kVerification;

bool is_one_of(int reason, std::initializer_list<int> reasons) {
  for (const int each : reasons) {
    if (reason == each) return true;
  }
  return false;
}

}  // namespace

error_code truncated() noexcept {
  return {0, kOpenssl};
}
error_code openssl_error(unsigned long code) noexcept {
  return {static_cast<int>(code), kOpenssl};
}
error_code verification_error(long why) noexcept {
  return {static_cast<int>(why), kVerification};
}

bool is_tls_error(const error_code& error) noexcept {
  return error.category() == kOpenssl || error.category() == kVerification;
}

HandshakeResult handshake_result(const error_code& failure) noexcept {
  using enum HandshakeResult;
  if (!failure) return kOk;
  if (failure.category() == kVerification) return kCertificate;
  if (failure.category() != kOpenssl) return failure == boost::asio::error::timed_out ? kTimeout : kLeft;
  if (failure == truncated()) return kLeft;
  const auto code = static_cast<unsigned>(failure.value());
  if (ERR_GET_LIB(code) != ERR_LIB_SSL) return kFailed;
  const int reason = ERR_GET_REASON(code);
  constexpr int kLastAlert = SSL_AD_REASON_OFFSET + 255;
  if (reason > SSL_AD_REASON_OFFSET && reason <= kLastAlert) return kRefused;  // an alert of the peer
  if (is_one_of(reason, {SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST})) return kPlainHttp;
  if (is_one_of(reason, {SSL_R_WRONG_VERSION_NUMBER, SSL_R_PACKET_LENGTH_TOO_LONG, SSL_R_BAD_RECORD_TYPE,
                         SSL_R_UNEXPECTED_MESSAGE, SSL_R_ENCRYPTED_LENGTH_TOO_LONG}))
    return kNotTls;
  if (is_one_of(reason, {SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW, SSL_R_UNKNOWN_PROTOCOL,
                         SSL_R_NO_PROTOCOLS_AVAILABLE}))
    return kVersion;
  if (is_one_of(reason, {SSL_R_NO_SHARED_CIPHER, SSL_R_NO_SUITABLE_KEY_SHARE, SSL_R_NO_SHARED_GROUPS,
                         SSL_R_NO_SUITABLE_GROUPS, SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS,
                         SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, SSL_R_NO_APPLICATION_PROTOCOL}))
    return kCipher;
  if (is_one_of(reason, {SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, SSL_R_CERTIFICATE_VERIFY_FAILED}))
    return kCertificate;
  return kFailed;
}

std::string take_error_text() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  return code != 0 ? reason_of(code) : std::string();
}

}  // namespace wayside::tls
