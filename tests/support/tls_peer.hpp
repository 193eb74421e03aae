// A blocking end of a TLS connection, as RawSocket is of a plain one. It verifies nothing.
#pragma once

#include "wayside/tls/options.hpp"

#include "support/raw_socket.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

typedef struct ssl_st SSL;
typedef struct ssl_ctx_st SSL_CTX;

namespace wayside::test {

class TlsPeer {
 public:
  // Takes part in the handshake. Throws std::runtime_error where it fails.
  static TlsPeer client(RawSocket socket, const std::string& server_name = "a.test");
  static TlsPeer server(RawSocket socket, const tls::CertificateFiles& files);
  TlsPeer(TlsPeer&&) noexcept = default;
  ~TlsPeer();

  void send(std::string_view bytes);
  // Reads up to and including `mark`; throws std::runtime_error at the end of the stream.
  std::string read_until(std::string_view mark);
  std::string read_head() { return read_until("\r\n\r\n"); }
  std::string read_exactly(std::size_t count);
  // Reads to the end of the stream; was_truncated() tells whether it was one.
  std::string read_to_end();
  // Whether the peer ended without a close_notify.
  bool was_truncated() const noexcept { return was_truncated_; }
  // Encrypts with other keys from now on (RFC 8446 section 4.6.3); false where the connection has ended.
  bool change_keys();
  // Says that nothing more will be sent.
  void close_notify();

 private:
  struct Closer {
    explicit Closer(int its_descriptor) noexcept : descriptor(its_descriptor) {}
    Closer(const Closer&) = delete;
    Closer& operator=(const Closer&) = delete;
    ~Closer();
    const int descriptor;
  };
  struct Free {
    void operator()(SSL* ssl) const noexcept;
    void operator()(SSL_CTX* context) const noexcept;
  };
  TlsPeer(int descriptor, bool is_server, const std::string& server_name, const tls::CertificateFiles& files);
  // False at the end.
  bool read_some();
  std::string take(std::size_t count);

  std::unique_ptr<Closer> socket_;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> ssl_;
  std::string read_;
  bool was_truncated_ = false;
};

}  // namespace wayside::test
