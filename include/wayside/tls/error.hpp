// The failures of TLS: as texts for those of its options, as error codes for those of a connection.
#pragma once

#include "wayside/base/result.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace wayside::tls {

// Why options cannot be used, in one line: it names the file or the option, and what is wrong with it.
struct LoadError {
  std::string message;
};

// The peer ended the connection without a close_notify: what it sent may have been cut off (RFC 8446 section
// 6.1).
error_code truncated() noexcept;
// An error of OpenSSL's, by its packed code (ERR_get_error(3)).
error_code openssl_error(unsigned long code) noexcept;
// The peer's certificate was refused, by X509_V_ERR_… (X509_STORE_CTX_get_error(3)).
error_code verification_error(long why) noexcept;

// Whether an error code is one of the above.
bool is_tls_error(const error_code& error) noexcept;

// How a handshake ended.
enum class HandshakeResult : std::uint8_t {
  kOk,
  kLeft,         // the peer ended the connection
  kTimeout,      //
  kPlainHttp,    // the peer spoke HTTP
  kNotTls,       // the peer spoke something else
  kVersion,      // no version of TLS in common
  kCipher,       // no cipher, group, signature algorithm or protocol (ALPN) in common
  kCertificate,  // the peer's certificate was refused, or is missing
  kRefused,      // the peer sent an alert: most often, it refused our certificate
  kFailed,       // something else
};
inline constexpr std::array<const char*, 10> kHandshakeResults = {
    "ok",      "peer_left", "timeout",     "plain_http",      "not_tls",
    "version", "cipher",    "certificate", "refused_by_peer", "failed"};

inline std::string_view to_token(HandshakeResult result) noexcept {
  return kHandshakeResults[static_cast<std::size_t>(result)];
}

// The result that a failure of a handshake stands for.
HandshakeResult handshake_result(const error_code& failure) noexcept;

// The oldest error that OpenSSL has queued for this thread, as text; empties the queue. Empty without one.
std::string take_error_text();

}  // namespace wayside::tls
