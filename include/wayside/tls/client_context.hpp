// The settings of TLS connections to one peer: trusted authorities, the peer's name, wayside's certificate;
// and the sessions to resume.
//
// The context is immutable and for any thread; sessions are kept apart, by each user of it (ClientSessions).
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/tls/error.hpp"
#include "wayside/tls/options.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

typedef struct ssl_st SSL;
typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_session_st SSL_SESSION;

namespace wayside::tls {

class ClientContext {
 public:
  // Reads the files.
  static Checked<std::shared_ptr<const ClientContext>, LoadError> load(const ClientOptions& options);

  // For session.hpp.
  SSL_CTX* handle() const noexcept;
  // Has `ssl` ask for the peer's name and check it. False if memory ran out.
  bool name_peer(SSL* ssl) const noexcept;

  class Impl;  // private to the source file
  explicit ClientContext(std::unique_ptr<Impl> impl) noexcept;
  ~ClientContext();

 private:
  const std::unique_ptr<Impl> impl_;
};

// Sessions that the peer offers to resume, which saves both sides most of a handshake. One thread.
class ClientSessions {
 public:
  ClientSessions() = default;
  ~ClientSessions();
  ClientSessions(const ClientSessions&) = delete;
  ClientSessions& operator=(const ClientSessions&) = delete;

  // Copies it. Without memory, the session is dropped.
  void add(SSL_SESSION* session) noexcept;
  // Has `ssl` try the newest session. One of TLS 1.3 is tried once (RFC 8446 appendix C.4).
  void resume(SSL* ssl) noexcept;

 private:
  static constexpr std::size_t kKept = 16;
  std::vector<SSL_SESSION*> sessions_;  // the newest last
};

}  // namespace wayside::tls
