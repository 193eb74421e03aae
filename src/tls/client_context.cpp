#include "wayside/tls/client_context.hpp"

#include "wayside/tls/error.hpp"

#include "tls/algorithms.hpp"
#include "tls/credentials.hpp"
#include "tls/session_index.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <new>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <utility>

namespace wayside::tls {
namespace {

bool is_ip(const std::string& name) noexcept {
  in6_addr ignored{};
  return ::inet_pton(AF_INET, name.c_str(), &ignored) == 1 ||
         ::inet_pton(AF_INET6, name.c_str(), &ignored) == 1;
}

// Called when the peer offers a session. 0: OpenSSL keeps its reference.
int on_new_session(SSL* ssl, SSL_SESSION* session) {
  if (ClientSessions* const sessions = sessions_of(ssl)) sessions->add(session);
  return 0;
}

}  // namespace

class ClientContext::Impl {
 public:
  explicit Impl(const ClientOptions& options)
      : context_(SSL_CTX_new(TLS_client_method())),
        server_name_(options.server_name),
        is_ip_(is_ip(options.server_name)),
        verifies_(options.verify) {}

  Checked<void, LoadError> load(const ClientOptions& options) {
    if (context_ == nullptr) return LoadError{take_error_text()};
    if (auto done = configure(context_.get(), {}); !done) return done.error();
    SSL_CTX_set_alpn_protos(context_.get(), kClientAlpn, sizeof kClientAlpn);
    SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context_.get(), on_new_session);
    SSL_CTX_set_verify(context_.get(), options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
    if (options.ca.empty()) {
      SSL_CTX_set_default_verify_paths(context_.get());
    } else if (SSL_CTX_load_verify_file(context_.get(), options.ca.c_str()) != 1) {
      return LoadError{fmt::format("cannot read the certificates in {}: {}", options.ca, take_error_text())};
    }
    if (options.cert.empty()) return {};
    const auto credentials = read_credentials({.cert = options.cert, .key = options.key});
    if (!credentials) return credentials.error();
    return use(context_.get(), *credentials);
  }

  SSL_CTX* context() const noexcept { return context_.get(); }

  // The name of an address is no host name, so it is not sent (RFC 6066 section 3).
  bool name_peer(SSL* ssl) const noexcept {
    if (!is_ip_ && !tell_name(ssl)) return false;
    if (!verifies_) return true;
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    // SSL_set1_host(3) of OpenSSL 3.0 takes no addresses.
    X509_VERIFY_PARAM* const checks = SSL_get0_param(ssl);
    return is_ip_ ? X509_VERIFY_PARAM_set1_ip_asc(checks, server_name_.c_str()) == 1
                  : SSL_set1_host(ssl, server_name_.c_str()) == 1;
  }

 private:
  // SSL_set_tlsext_host_name(3), whose macro has a cast that drops const.
  bool tell_name(SSL* ssl) const noexcept {
    return SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                    const_cast<char*>(server_name_.c_str())) == 1;
  }

  const ContextHandle context_;
  const std::string server_name_;
  const bool is_ip_;
  const bool verifies_;
};

ClientContext::ClientContext(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
ClientContext::~ClientContext() = default;

Checked<std::shared_ptr<const ClientContext>, LoadError> ClientContext::load(const ClientOptions& options) {
  ERR_clear_error();
  auto impl = std::make_unique<Impl>(options);
  if (auto loaded = impl->load(options); !loaded) return loaded.error();
  return std::make_shared<const ClientContext>(std::move(impl));
}

SSL_CTX* ClientContext::handle() const noexcept {
  return impl_->context();
}
bool ClientContext::name_peer(SSL* ssl) const noexcept {
  return impl_->name_peer(ssl);
}

ClientSessions::~ClientSessions() {
  for (SSL_SESSION* const each : sessions_)
    SSL_SESSION_free(each);
}

// OpenSSL spoils the session of a connection that ends without a close_notify (SSL_free(3)), so connections
// and this object have copies of their own.
void ClientSessions::add(SSL_SESSION* session) noexcept {
  if (SSL_SESSION_is_resumable(session) != 1) return;
  try {
    sessions_.reserve(kKept);
  } catch (const std::bad_alloc&) {
    return;
  }
  SSL_SESSION* const copy = SSL_SESSION_dup(session);
  if (copy == nullptr) return;
  if (sessions_.size() == kKept) {
    SSL_SESSION_free(sessions_.front());
    sessions_.erase(sessions_.begin());
  }
  sessions_.push_back(copy);
}

void ClientSessions::resume(SSL* ssl) noexcept {
  if (sessions_.empty()) return;
  SSL_SESSION* const newest = sessions_.back();
  const bool is_used_up = SSL_SESSION_get_protocol_version(newest) >= TLS1_3_VERSION;
  const SessionHandle offered(is_used_up ? newest : SSL_SESSION_dup(newest));
  if (is_used_up) sessions_.pop_back();
  if (offered != nullptr) SSL_set_session(ssl, offered.get());  // takes a reference of its own
}

}  // namespace wayside::tls
