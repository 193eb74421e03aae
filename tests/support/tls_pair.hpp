// Both ends of a TLS connection over a pair of sockets, driven by one thread.
#pragma once

#include "wayside/tls/session.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace wayside::test {

// The contexts of both ends; throws std::runtime_error where they cannot be loaded.
std::shared_ptr<const tls::ServerContext> server_context(const tls::ServerOptions& options,
                                                         std::shared_ptr<tls::TicketKeys> tickets = nullptr);
std::shared_ptr<const tls::ClientContext> client_context(const tls::ClientOptions& options);

class TlsPair {
 public:
  TlsPair(std::shared_ptr<const tls::ServerContext> server_context,
          std::shared_ptr<const tls::ClientContext> client_context,
          std::shared_ptr<tls::ClientSessions> sessions = nullptr);
  ~TlsPair();
  TlsPair(const TlsPair&) = delete;
  TlsPair& operator=(const TlsPair&) = delete;

  // Has both ends shake hands until neither can go on. True: both have completed.
  bool shake_hands();

  tls::Status server_status = tls::Status::kNeedsRead;
  tls::Status client_status = tls::Status::kNeedsRead;
  std::unique_ptr<tls::Session> server;
  std::unique_ptr<tls::Session> client;

  int server_socket() const noexcept { return sockets_[0]; }
  int client_socket() const noexcept { return sockets_[1]; }
  // Closes the socket of an end, without a close_notify.
  void cut_client();

 private:
  int sockets_[2] = {-1, -1};
};

// Reads until nothing more comes; `last` is the status that ended it.
std::string read_all(tls::Session& session, tls::Status* last = nullptr);
tls::Transferred write(tls::Session& session, std::string_view text);

}  // namespace wayside::test
