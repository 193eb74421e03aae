#include "wayside/tls/session.hpp"

#include "wayside/tls/error.hpp"

#include "tls/handles.hpp"
#include "tls/session_index.hpp"
#include "tls/socket_bio.hpp"

#include <array>
#include <cstring>
#include <fmt/format.h>
#include <new>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <utility>
#include <variant>

namespace wayside::tls {
namespace {

// The most that one record carries (RFC 8446 section 5.1).
constexpr std::size_t kRecord = 16UL * 1024;

std::string_view text_of(const ASN1_STRING* text) noexcept {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

bool is_of_protocol(unsigned long code, int reason) noexcept {
  return ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == reason;
}

}  // namespace

class Session::Impl {
 public:
  Impl(std::shared_ptr<const void> context, SSL_CTX* handle, int socket, std::string_view received)
      : context_(std::move(context)), bio_(socket, received), ssl_(SSL_new(handle)) {
    if (ssl_ == nullptr) throw std::bad_alloc();
    BIO_up_ref(bio_.handle());
    SSL_set_bio(ssl_.get(), bio_.handle(), bio_.handle());
  }

  void accept() noexcept { SSL_set_accept_state(ssl_.get()); }

  void connect(const ClientContext& context, std::shared_ptr<ClientSessions> sessions) {
    SSL_set_connect_state(ssl_.get());
    if (!context.name_peer(ssl_.get())) throw std::bad_alloc();
    sessions_ = std::move(sessions);
    if (sessions_ == nullptr) return;
    set_sessions(ssl_.get(), sessions_.get());
    sessions_->resume(ssl_.get());
  }

  // Runs a call of OpenSSL's and tells its outcome (SSL_get_error(3)).
  template <class Call>
  Status run(Call call) noexcept {
    ERR_clear_error();
    bio_.begin_call();
    const int result = call();
    if (result == 1) return Status::kDone;
    switch (SSL_get_error(ssl_.get(), result)) {
      case SSL_ERROR_WANT_READ:
        return Status::kNeedsRead;
      case SSL_ERROR_WANT_WRITE:
        return Status::kNeedsWrite;
      case SSL_ERROR_ZERO_RETURN:
        return Status::kEnd;
      default:
        break;
    }
    if (!failure_) failure_ = find_failure();
    ERR_clear_error();
    return Status::kFailed;
  }

  SSL* ssl() const noexcept { return ssl_.get(); }
  SocketBio& bio() noexcept { return bio_; }
  const error_code& failure() const noexcept { return failure_; }

 private:
  error_code find_failure() const noexcept {
    // The last one is of the protocol; those before it are of the parts that it uses.
    const unsigned long code = ERR_peek_last_error();
    if (is_of_protocol(code, SSL_R_UNEXPECTED_EOF_WHILE_READING)) return truncated();
    if (bio_.failure()) return bio_.failure();
    if (code == 0) return truncated();
    const long refusal = SSL_get_verify_result(ssl_.get());
    if (is_of_protocol(code, SSL_R_CERTIFICATE_VERIFY_FAILED) && refusal != X509_V_OK)
      return verification_error(refusal);
    return openssl_error(code);
  }

  const std::shared_ptr<const void> context_;  // its callbacks refer to it
  std::shared_ptr<ClientSessions> sessions_;
  SocketBio bio_;
  SslHandle ssl_;
  error_code failure_;
};

Session::Session(std::shared_ptr<const ServerContext> context, int socket, std::string_view received) {
  SSL_CTX* const handle = context->handle();
  impl_ = std::make_unique<Impl>(std::move(context), handle, socket, received);
  impl_->accept();
}

Session::Session(std::shared_ptr<const ClientContext> context, std::shared_ptr<ClientSessions> sessions,
                 int socket) {
  const ClientContext& its_context = *context;
  impl_ = std::make_unique<Impl>(std::move(context), its_context.handle(), socket, std::string_view());
  impl_->connect(its_context, std::move(sessions));
}

Session::~Session() = default;

Status Session::shake_hands() noexcept {
  return impl_->run([this] { return SSL_do_handshake(impl_->ssl()); });
}

Transferred Session::read(std::span<char> into) noexcept {
  std::size_t count = 0;
  const Status status =
      impl_->run([&] { return SSL_read_ex(impl_->ssl(), into.data(), into.size(), &count); });
  return {status, status == Status::kDone ? count : 0};
}

Status Session::peek() noexcept {
  char byte = 0;
  std::size_t count = 0;
  return impl_->run([&] { return SSL_peek_ex(impl_->ssl(), &byte, 1, &count); });
}

// A head and its body go out in one record: each costs the peer a message to authenticate.
Transferred Session::write(std::span<const boost::asio::const_buffer> pieces) noexcept {
  thread_local std::array<char, kRecord> record;
  const void* from = pieces[0].data();
  std::size_t size = pieces[0].size();
  if (pieces.size() > 1 && size < kRecord) {
    size = boost::asio::buffer_copy(boost::asio::buffer(record), pieces);
    from = record.data();
  }
  std::size_t count = 0;
  const Status status = impl_->run([&] { return SSL_write_ex(impl_->ssl(), from, size, &count); });
  return {status, status == Status::kDone ? count : 0};
}

bool Session::close_notify() noexcept {
  SSL* const ssl = impl_->ssl();
  const bool has_said_so = (SSL_get_shutdown(ssl) & SSL_SENT_SHUTDOWN) != 0;
  if (impl_->failure() || (has_said_so && !owes_notify_) || SSL_in_init(ssl) != 0) return true;
  ERR_clear_error();
  const int result = SSL_shutdown(ssl);
  owes_notify_ = result <= 0 && SSL_get_error(ssl, result) == SSL_ERROR_WANT_WRITE;
  ERR_clear_error();
  return !owes_notify_;
}

void Session::may_read(bool tells_more) noexcept {
  impl_->bio().may_read(tells_more);
}

bool Session::was_cut_short() const noexcept {
  return impl_->bio().was_cut_short();
}

const error_code& Session::failure() const noexcept {
  return impl_->failure();
}

bool Session::has_begun() const noexcept {
  return SSL_get_state(impl_->ssl()) != TLS_ST_BEFORE;
}

bool Session::is_resumed() const noexcept {
  return SSL_session_reused(impl_->ssl()) == 1;
}

std::string_view Session::version() const noexcept {
  return SSL_version(impl_->ssl()) == TLS1_3_VERSION ? "1.3" : "1.2";
}

std::unique_ptr<Session::PeerCertificate> Session::peer_certificate() const {
  X509* const certificate = SSL_get0_peer_certificate(impl_->ssl());
  if (certificate == nullptr) return nullptr;
  auto peer = std::make_unique<PeerCertificate>();
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  X509_digest(certificate, EVP_sha256(), digest.data(), &size);
  for (unsigned i = 0; i < size; ++i)
    fmt::format_to(std::back_inserter(peer->hash), "{:02x}", digest[i]);
  const BioHandle text(BIO_new(BIO_s_mem()));
  if (text == nullptr) throw std::bad_alloc();
  X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
  char* subject = nullptr;
  const long subject_size = BIO_get_mem_data(text.get(), &subject);
  peer->subject.assign(subject, static_cast<std::size_t>(subject_size));
  const std::unique_ptr<GENERAL_NAMES, Free<GENERAL_NAMES_free>> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) peer->dns.emplace_back(text_of(name->d.dNSName));
    if (name->type == GEN_URI) peer->uris.emplace_back(text_of(name->d.uniformResourceIdentifier));
  }
  ERR_clear_error();
  return peer;
}

}  // namespace wayside::tls
