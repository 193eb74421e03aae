#include "support/tls_pair.hpp"

#include <boost/asio/buffer.hpp>

#include <array>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace wayside::test {

std::shared_ptr<const tls::ServerContext> server_context(const tls::ServerOptions& options,
                                                         std::shared_ptr<tls::TicketKeys> tickets) {
  if (tickets == nullptr) tickets = std::make_shared<tls::TicketKeys>();
  auto loaded = tls::ServerContext::load(options, std::move(tickets));
  if (!loaded) throw std::runtime_error(loaded.error().message);
  return *std::move(loaded);
}

std::shared_ptr<const tls::ClientContext> client_context(const tls::ClientOptions& options) {
  auto loaded = tls::ClientContext::load(options);
  if (!loaded) throw std::runtime_error(loaded.error().message);
  return *std::move(loaded);
}

TlsPair::TlsPair(std::shared_ptr<const tls::ServerContext> for_server,
                 std::shared_ptr<const tls::ClientContext> for_client,
                 std::shared_ptr<tls::ClientSessions> sessions) {
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, sockets_) != 0)
    throw std::runtime_error("no sockets");
  server = std::make_unique<tls::Session>(std::move(for_server), sockets_[0]);
  client = std::make_unique<tls::Session>(std::move(for_client), std::move(sessions), sockets_[1]);
}

TlsPair::~TlsPair() {
  server.reset();
  client.reset();
  for (const int each : sockets_) {
    if (each >= 0) ::close(each);
  }
}

bool TlsPair::shake_hands() {
  const auto go_on = [](tls::Session& end, tls::Status& status) {
    if (status == tls::Status::kDone || status == tls::Status::kFailed) return;
    end.may_read(false);
    status = end.shake_hands();
  };
  constexpr int kMoreThanFlights = 10;
  for (int i = 0; i < kMoreThanFlights; ++i) {
    go_on(*client, client_status);
    go_on(*server, server_status);
  }
  return client_status == tls::Status::kDone && server_status == tls::Status::kDone;
}

void TlsPair::cut_client() {
  client.reset();
  ::close(std::exchange(sockets_[1], -1));
}

std::string read_all(tls::Session& session, tls::Status* last) {
  std::string text;
  std::array<char, 4096> bytes{};
  session.may_read(true);
  for (;;) {
    const tls::Transferred read = session.read(bytes);
    if (last != nullptr) *last = read.status;
    if (read.status != tls::Status::kDone) return text;
    text.append(bytes.data(), read.count);
  }
}

tls::Transferred write(tls::Session& session, std::string_view text) {
  const boost::asio::const_buffer piece(text.data(), text.size());
  return session.write({&piece, 1});
}

}  // namespace wayside::test
