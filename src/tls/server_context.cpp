#include "wayside/tls/server_context.hpp"

#include "wayside/tls/error.hpp"

#include "tls/algorithms.hpp"
#include "tls/credentials.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <span>
#include <string_view>
#include <utility>

namespace wayside::tls {
namespace {

// A client that does not come back for longer makes a new session.
constexpr long kTicketSeconds = 24L * 60 * 60;

constexpr std::size_t kMostOfHostName = 255;  // as OpenSSL takes it

// In lower case.
std::string_view lower(std::string_view name, std::array<char, kMostOfHostName>& buffer) noexcept {
  name = name.substr(0, buffer.size());
  std::ranges::transform(name, buffer.begin(),
                         [](char c) { return 'A' <= c && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return {buffer.data(), name.size()};
}

// A session is resumed only where all that the first handshake has checked is asked for still: OpenSSL does
// not ask again. Certificates of the server may change meanwhile.
Checked<std::array<unsigned char, SHA256_DIGEST_LENGTH>, LoadError> requirements_of(
    const ServerOptions& options) {
  std::string text = fmt::format("{} {}\n{}\n{}\n", static_cast<int>(options.client_auth),
                                 static_cast<int>(options.algorithms.min_version), options.algorithms.ciphers,
                                 options.algorithms.curves);
  if (options.client_auth != ClientAuth::kNone) {
    auto authorities = read_file(options.client_ca);
    if (!authorities) return authorities.error();
    text += *authorities;
  }
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

}  // namespace

// One context of OpenSSL for each set of names: it holds a certificate of each kind of key.
class ServerContext::Impl {
 public:
  explicit Impl(std::shared_ptr<TicketKeys> tickets) noexcept : tickets_(std::move(tickets)) {}

  Checked<void, LoadError> load(const ServerOptions& options, std::vector<Certificate>& certificates) {
    for (const CertificateFiles& files : options.certificates) {
      auto credentials = read_credentials(files);
      if (!credentials) return credentials.error();
      auto host = host_for(*credentials, options);
      if (!host) return host.error();
      if (auto used = use((*host)->context.get(), *credentials); !used)
        return LoadError{fmt::format("{}: {}", files.cert, used.error().message)};
      certificates.push_back({files.cert,
                              credentials->names.empty() ? files.cert : credentials->names.front(),
                              credentials->expires});
      (*host)->credentials.push_back(*std::move(credentials));
    }
    return {};
  }

  SSL_CTX* first() const noexcept { return hosts_.front()->context.get(); }

 private:
  struct Host {
    std::vector<std::string> names;  // sorted
    ContextHandle context;
    std::vector<Credentials> credentials;
  };

  Checked<Host*, LoadError> host_for(const Credentials& credentials, const ServerOptions& options) {
    const int kind = EVP_PKEY_get_base_id(credentials.key.get());
    std::vector<std::string> names = credentials.names;
    std::ranges::sort(names);
    for (const auto& host : hosts_) {
      if (host->names != names) continue;
      const bool has_kind = std::ranges::any_of(host->credentials, [&](const Credentials& other) {
        return EVP_PKEY_get_base_id(other.key.get()) == kind;
      });
      if (!has_kind) return host.get();
      return LoadError{fmt::format("two certificates with the same kind of key are for the same names ({})",
                                   credentials.names.empty() ? "none" : credentials.names.front())};
    }
    auto host = std::make_unique<Host>();
    host->names = std::move(names);
    host->context.reset(SSL_CTX_new(TLS_server_method()));
    if (host->context == nullptr) return LoadError{take_error_text()};
    if (auto done = prepare(host->context.get(), options); !done) return done.error();
    return hosts_.emplace_back(std::move(host)).get();
  }

  Checked<void, LoadError> prepare(SSL_CTX* context, const ServerOptions& options) {
    if (auto done = configure(context, options.algorithms); !done) return done.error();
    SSL_CTX_set_app_data(context, this);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_timeout(context, kTicketSeconds);
    const auto requirements = requirements_of(options);
    if (!requirements) return requirements.error();
    SSL_CTX_set_session_id_context(context, requirements->data(),
                                   static_cast<unsigned>(requirements->size()));
    set_callback(context, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB, on_server_name);
    SSL_CTX_set_alpn_select_cb(context, on_protocols, nullptr);
    set_callback(context, SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB, on_status_request);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, on_ticket);
    return trust_clients(context, options);
  }

  // OpenSSL's macros for these have casts of their own.
  template <class Callback>
  static void set_callback(SSL_CTX* context, int which, Callback* callback) noexcept {
    SSL_CTX_callback_ctrl(context, which, reinterpret_cast<void (*)()>(callback));
  }

  static Checked<void, LoadError> trust_clients(SSL_CTX* context, const ServerOptions& options) {
    if (options.client_auth == ClientAuth::kNone) return {};
    const char* const file = options.client_ca.c_str();
    if (SSL_CTX_load_verify_file(context, file) != 1)
      return LoadError{
          fmt::format("cannot read the certificates in {}: {}", options.client_ca, take_error_text())};
    STACK_OF(X509_NAME)* const names = SSL_load_client_CA_file(file);
    if (names == nullptr)
      return LoadError{
          fmt::format("cannot read the certificates in {}: {}", options.client_ca, take_error_text())};
    SSL_CTX_set_client_CA_list(context, names);
    const int required = options.client_auth == ClientAuth::kRequire ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | required, nullptr);
    return {};
  }

  static Impl& of(SSL* ssl) noexcept {
    return *static_cast<Impl*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  }

  const Host* find(std::string_view name) const noexcept {
    const auto with = [&](bool is_wildcard) -> const Host* {
      for (const auto& host : hosts_) {
        for (const std::string& pattern : host->names) {
          if (pattern.starts_with('*') == is_wildcard && covers(pattern, name)) return host.get();
        }
      }
      return nullptr;
    };
    const Host* const exact = with(false);
    return exact != nullptr ? exact : with(true);
  }

  static int on_server_name(SSL* ssl, int*, void*) {
    const char* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
    std::array<char, kMostOfHostName> buffer{};
    const Host* const host = of(ssl).find(lower(name, buffer));
    if (host == nullptr) return SSL_TLSEXT_ERR_NOACK;
    return SSL_set_SSL_CTX(ssl, host->context.get()) != nullptr ? SSL_TLSEXT_ERR_OK
                                                                : SSL_TLSEXT_ERR_ALERT_FATAL;
  }

  // A client that offers other protocols alone must not be answered in this one (RFC 7301 section 3.2).
  static int on_protocols(SSL*, const unsigned char** chosen, unsigned char* size,
                          const unsigned char* offered, unsigned offered_size, void*) {
    unsigned char* found = nullptr;
    if (SSL_select_next_proto(&found, size, kServerAlpn, sizeof kServerAlpn, offered, offered_size) !=
        OPENSSL_NPN_NEGOTIATED)
      return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = found;
    return SSL_TLSEXT_ERR_OK;
  }

  // The response belongs to the certificate that OpenSSL has chosen for this client.
  static int on_status_request(SSL* ssl, void*) {
    const X509* const chosen = SSL_get_certificate(ssl);
    for (const auto& host : of(ssl).hosts_) {
      for (const Credentials& each : host->credentials) {
        if (each.certificate.get() != chosen || each.ocsp.empty()) continue;
        auto* const copy = static_cast<unsigned char*>(OPENSSL_memdup(each.ocsp.data(), each.ocsp.size()));
        if (copy == nullptr) return SSL_TLSEXT_ERR_NOACK;
        SSL_set_tlsext_status_ocsp_resp(ssl, copy, static_cast<long>(each.ocsp.size()));  // frees the copy
        return SSL_TLSEXT_ERR_OK;
      }
    }
    return SSL_TLSEXT_ERR_NOACK;
  }

  static bool set_up(const TicketKeys::Key& key, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                     bool encrypts) {
    char digest[] = "SHA256";
    TicketKeys::Key copy = key;  // OSSL_PARAM takes no constant
    auto& mac_key = copy.mac;
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, mac_key.data(), mac_key.size()),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
    const int is_ready = encrypts
                             ? EVP_EncryptInit_ex2(cipher, EVP_aes_256_cbc(), key.cipher.data(), iv, nullptr)
                             : EVP_DecryptInit_ex2(cipher, EVP_aes_256_cbc(), key.cipher.data(), iv, nullptr);
    return is_ready == 1 && EVP_MAC_CTX_set_params(mac, parameters) == 1;
  }

  // SSL_CTX_set_tlsext_ticket_key_evp_cb(3): 0 is "no ticket", 2 "renew it", and -1 fails the handshake.
  static int on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                       EVP_MAC_CTX* mac, int encrypts) {
    TicketKeys& keys = *of(ssl).tickets_;
    const auto now = TicketKeys::Clock::now();
    if (encrypts != 0) {
      const auto key = keys.newest(now);
      if (!key || RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) return 0;
      std::memcpy(name, key->name.data(), key->name.size());
      return set_up(*key, iv, cipher, mac, true) ? 1 : -1;
    }
    const auto found =
        keys.find(std::span<const unsigned char, TicketKeys::kNameSize>(name, TicketKeys::kNameSize), now);
    if (!found) return 0;
    if (!set_up(found->key, iv, cipher, mac, false)) return -1;
    return found->is_newest ? 1 : 2;
  }

  const std::shared_ptr<TicketKeys> tickets_;
  std::vector<std::unique_ptr<Host>> hosts_;  // never empty once loaded
};

ServerContext::ServerContext(std::unique_ptr<Impl> impl, std::vector<Certificate> certificates,
                             bool forwards_client_cert) noexcept
    : impl_(std::move(impl)),
      certificates_(std::move(certificates)),
      forwards_client_cert_(forwards_client_cert) {}
ServerContext::~ServerContext() = default;

Checked<std::shared_ptr<const ServerContext>, LoadError> ServerContext::load(
    const ServerOptions& options, std::shared_ptr<TicketKeys> tickets) {
  auto impl = std::make_unique<Impl>(std::move(tickets));
  std::vector<Certificate> certificates;
  ERR_clear_error();
  if (auto loaded = impl->load(options, certificates); !loaded) return loaded.error();
  return std::make_shared<const ServerContext>(std::move(impl), std::move(certificates),
                                               options.forward_client_cert);
}

SSL_CTX* ServerContext::handle() const noexcept {
  return impl_->first();
}

}  // namespace wayside::tls
