// What a listener that speaks TLS needs for each connection: certificates by host name, algorithms, tickets.
//
// Immutable: certificates that changed are read into another context, and connections keep the one that they
// began with. A session (session.hpp) shares it. Any thread.
#pragma once

#include "wayside/base/result.hpp"
#include "wayside/tls/error.hpp"
#include "wayside/tls/options.hpp"
#include "wayside/tls/ticket_keys.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

typedef struct ssl_ctx_st SSL_CTX;

namespace wayside::tls {

class ServerContext {
 public:
  // Reads the files.
  // `tickets` are those of the context that this one replaces.
  static Checked<std::shared_ptr<const ServerContext>, LoadError> load(const ServerOptions& options,
                                                                       std::shared_ptr<TicketKeys> tickets);

  // A certificate that is in use.
  struct Certificate {
    std::string file;
    std::string name;  // the first name in it, or the file's where it has none
    std::chrono::system_clock::time_point expires;
  };
  const std::vector<Certificate>& certificates() const noexcept { return certificates_; }

  // ServerOptions::forward_client_cert
  bool forwards_client_cert() const noexcept { return forwards_client_cert_; }

  // For session.hpp. Where a client names a host with another certificate, OpenSSL goes over to its context.
  SSL_CTX* handle() const noexcept;

  class Impl;  // private to the source file
  ServerContext(std::unique_ptr<Impl> impl, std::vector<Certificate> certificates,
                bool forwards_client_cert) noexcept;
  ~ServerContext();

 private:
  const std::unique_ptr<Impl> impl_;
  const std::vector<Certificate> certificates_;
  const bool forwards_client_cert_;
};

}  // namespace wayside::tls
