#include "tls/algorithms.hpp"

#include "wayside/tls/error.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>

namespace wayside::tls {
namespace {

// Of TLS 1.2: with forward secrecy and authenticated encryption alone (RFC 9325 section 4.2).
constexpr char kCiphers[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr char kCurves[] = "X25519:P-256:P-384";

int number_of(Version version) noexcept {
  return version == Version::kTls13 ? TLS1_3_VERSION : TLS1_2_VERSION;
}

// OpenSSL takes the suites of TLS 1.3 apart from the ciphers of older versions.
struct CipherLists {
  std::string older;
  std::string suites;
};

CipherLists split(std::string_view ciphers) {
  CipherLists lists;
  while (!ciphers.empty()) {
    const std::string_view name = ciphers.substr(0, ciphers.find(':'));
    ciphers.remove_prefix(std::min(name.size() + 1, ciphers.size()));
    std::string& list = name.starts_with("TLS_") ? lists.suites : lists.older;
    if (!list.empty()) list += ':';
    list += name;
  }
  return lists;
}

}  // namespace

Checked<void, LoadError> configure(SSL_CTX* context, const Algorithms& algorithms) {
  SSL_CTX_set_min_proto_version(context, number_of(algorithms.min_version));
  SSL_CTX_set_max_proto_version(context, number_of(algorithms.max_version));
  SSL_CTX_set_options(context,
                      SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // A write may take a part of its bytes, and goes on with the same bytes at another place. An idle
  // connection holds no buffers.
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  // One recv(2) for a record, or for several.
  SSL_CTX_set_read_ahead(context, 1);
  const CipherLists ciphers = split(algorithms.ciphers);
  if (SSL_CTX_set_cipher_list(context, ciphers.older.empty() ? kCiphers : ciphers.older.c_str()) != 1)
    return LoadError{fmt::format("ciphers: OpenSSL knows none of {} ({})", ciphers.older, take_error_text())};
  if (!ciphers.suites.empty() && SSL_CTX_set_ciphersuites(context, ciphers.suites.c_str()) != 1)
    return LoadError{
        fmt::format("ciphers: OpenSSL does not know all of {} ({})", ciphers.suites, take_error_text())};
  const std::string& curves = algorithms.curves;
  if (SSL_CTX_set1_groups_list(context, curves.empty() ? kCurves : curves.c_str()) != 1)
    return LoadError{fmt::format("curves: OpenSSL does not know all of {} ({})", curves, take_error_text())};
  return {};
}

bool covers(std::string_view pattern, std::string_view host) noexcept {
  if (!pattern.starts_with("*.")) return pattern == host;
  const std::size_t dot = host.find('.');
  return dot != 0 && dot != host.npos && host.substr(dot) == pattern.substr(1);
}

}  // namespace wayside::tls
