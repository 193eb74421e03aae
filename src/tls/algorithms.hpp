// The settings of a context that both ends share.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/tls/error.hpp"
#include "wayside/tls/options.hpp"

#include <openssl/ssl.h>
#include <span>
#include <string>
#include <string_view>

namespace wayside::tls {

// ALPN's names of the protocols that are spoken, each with its length in front (RFC 7301 section 3.1).
inline constexpr unsigned char kServerAlpn[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1',
                                                8, 'h', 't', 't', 'p', '/', '1', '.', '0'};
inline constexpr unsigned char kClientAlpn[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

// Versions, ciphers, curves, and the modes that a session relies on.
Checked<void, LoadError> configure(SSL_CTX* context, const Algorithms& algorithms);

// The host names of a certificate for "*.example.org" cover "a.example.org", but not "a.b.example.org" (RFC
// 9525 section 6.3). Both in lower case.
bool covers(std::string_view pattern, std::string_view host) noexcept;

}  // namespace wayside::tls
