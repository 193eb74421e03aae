#include "support/tls_peer.hpp"

#include <array>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <utility>

namespace wayside::test {
namespace {

[[noreturn]] void fail(std::string what) {
  const char* const reason = ERR_reason_error_string(ERR_peek_error());
  ERR_clear_error();
  throw std::runtime_error(std::move(what) + ": " + (reason != nullptr ? reason : "no reason"));
}

}  // namespace

TlsPeer::Closer::~Closer() {
  ::close(descriptor);
}
void TlsPeer::Free::operator()(SSL* ssl) const noexcept {
  SSL_free(ssl);
}
void TlsPeer::Free::operator()(SSL_CTX* context) const noexcept {
  SSL_CTX_free(context);
}

TlsPeer TlsPeer::client(RawSocket socket, const std::string& server_name) {
  return {socket.release(), false, server_name, {}};
}
TlsPeer TlsPeer::server(RawSocket socket, const tls::CertificateFiles& files) {
  return {socket.release(), true, {}, files};
}

TlsPeer::TlsPeer(int descriptor, bool is_server, const std::string& server_name,
                 const tls::CertificateFiles& files)
    : socket_(std::make_unique<Closer>(descriptor)),
      context_(SSL_CTX_new(is_server ? TLS_server_method() : TLS_client_method())) {
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) & ~O_NONBLOCK);
  const timeval patience{.tv_sec = kPatience.count(), .tv_usec = 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (is_server) {
    SSL_CTX_use_certificate_chain_file(context_.get(), files.cert.c_str());
    SSL_CTX_use_PrivateKey_file(context_.get(), files.key.c_str(), SSL_FILETYPE_PEM);
  }
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_fd(ssl_.get(), descriptor);
  if (!is_server) {
    std::string name = server_name;
    SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
  }
  if ((is_server ? SSL_accept(ssl_.get()) : SSL_connect(ssl_.get())) != 1) fail("no handshake");
}

TlsPeer::~TlsPeer() = default;

void TlsPeer::send(std::string_view bytes) {
  std::size_t count = 0;
  if (SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count) != 1) fail("cannot send");
}

bool TlsPeer::read_some() {
  std::array<char, 16 * 1024> bytes{};
  std::size_t count = 0;
  ERR_clear_error();
  const int result = SSL_read_ex(ssl_.get(), bytes.data(), bytes.size(), &count);
  read_.append(bytes.data(), count);
  if (result == 1) return true;
  was_truncated_ = SSL_get_error(ssl_.get(), result) != SSL_ERROR_ZERO_RETURN;
  return false;
}

std::string TlsPeer::take(std::size_t count) {
  std::string taken = read_.substr(0, count);
  read_.erase(0, count);
  return taken;
}

std::string TlsPeer::read_until(std::string_view mark) {
  for (;;) {
    if (const std::size_t at = read_.find(mark); at != read_.npos) return take(at + mark.size());
    if (!read_some()) fail("the stream ended behind \"" + read_ + "\"");
  }
}

std::string TlsPeer::read_exactly(std::size_t count) {
  while (read_.size() < count) {
    if (!read_some()) fail("the stream ended early");
  }
  return take(count);
}

std::string TlsPeer::read_to_end() {
  while (read_some()) {
  }
  return take(read_.size());
}

bool TlsPeer::change_keys() {
  ERR_clear_error();
  return SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_NOT_REQUESTED) == 1 && SSL_do_handshake(ssl_.get()) == 1;
}

void TlsPeer::close_notify() {
  SSL_shutdown(ssl_.get());
}

}  // namespace wayside::test
