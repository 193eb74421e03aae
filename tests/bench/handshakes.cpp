// handshakes PORT TARGET CONNECTIONS SECONDS full|resumed: connections by TLS 1.3 for one GET each.
//
// So many connections are under way at any time; the next begins when one has its response and its end. With
// "resumed", each resumes the session of the one before, and one that the proxy does not resume is an error.
// No certificate is verified.
//
// Prints one line of JSON: {"requests": n}. A response other than 200, or a connection that fails, is an
// error.
#include "bench/sockets.hpp"

#include <chrono>
#include <memory>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{5};

struct Free {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
  void operator()(SSL_SESSION* session) const noexcept { SSL_SESSION_free(session); }
};

// What one of the places for connections has under way, and the session that its last one left.
struct Connection {
  Fd fd;
  std::unique_ptr<SSL, Free> ssl;
  std::unique_ptr<SSL_SESSION, Free> session;
  bool has_asked = false;
  std::string answer;
};

[[noreturn]] void fail(const std::string& what) {
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  throw std::runtime_error(reason == nullptr ? what : what + ": " + reason);
}

class Load {
 public:
  Load(std::uint16_t port, std::string_view target, std::size_t connections, double seconds, bool is_resuming)
      : endpoint_(Endpoint::loopback(port)),
        request_("GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
        is_resuming_(is_resuming),
        context_(SSL_CTX_new(TLS_client_method())),
        end_(Clock::now() +
             std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds))) {
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_3_VERSION);
    for (std::size_t i = 0; i < connections; ++i)
      begin(*connections_.emplace_back(std::make_unique<Connection>()));
  }

  void run() {
    const timespec timeout{kPatience.count(), 0};
    while (under_way_ > 0) {
      if (Clock::now() > end_ + kPatience) throw std::runtime_error("responses did not come in time");
      poller_.wait(&timeout, [this](Connection* connection, std::uint32_t) { advance(*connection); });
    }
  }

  void print() const { std::printf("{\"requests\": %zu}\n", requests_); }

 private:
  void begin(Connection& connection) {
    connection.fd = connect_to(endpoint_);
    connection.ssl.reset(SSL_new(context_.get()));
    connection.has_asked = false;
    connection.answer.clear();
    SSL* const ssl = connection.ssl.get();
    SSL_set_connect_state(ssl);
    SSL_set_fd(ssl, connection.fd.get());
    if (connection.session) SSL_set_session(ssl, connection.session.get());
    poller_.add(connection.fd, EPOLLIN, &connection);
    ++under_way_;
    advance(connection);
  }

  // Goes on as far as what has come allows.
  void advance(Connection& connection) {
    SSL* const ssl = connection.ssl.get();
    std::size_t count = 0;
    ERR_clear_error();
    if (!connection.has_asked) {
      const int result = SSL_write_ex(ssl, request_.data(), request_.size(), &count);
      if (result != 1) return expect_more(ssl, result, "a handshake failed");
      connection.has_asked = true;
    }
    char buffer[16 * 1024];
    int result = 0;
    while ((result = SSL_read_ex(ssl, buffer, sizeof buffer, &count)) == 1)
      connection.answer.append(buffer, count);
    if (SSL_get_error(ssl, result) != SSL_ERROR_ZERO_RETURN)
      return expect_more(ssl, result, "a connection was cut");
    finish(connection);
  }

  static void expect_more(const SSL* ssl, int result, const char* failure) {
    // A connection has room for all that it sends, which is little.
    if (SSL_get_error(ssl, result) != SSL_ERROR_WANT_READ) fail(failure);
  }

  void finish(Connection& connection) {
    SSL* const ssl = connection.ssl.get();
    if (!connection.answer.starts_with("HTTP/1.1 200"))
      throw std::runtime_error("answered: " + connection.answer);
    if (connection.session && SSL_session_reused(ssl) != 1)
      throw std::runtime_error("a session was not resumed");
    if (is_resuming_) connection.session.reset(SSL_get1_session(ssl));
    ++requests_;
    --under_way_;
    // Both ends are over, as far as the session is concerned: it stays good.
    SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    connection.fd = Fd();
    if (Clock::now() < end_) begin(connection);
  }

  const Endpoint endpoint_;
  const std::string request_;
  const bool is_resuming_;
  const std::unique_ptr<SSL_CTX, Free> context_;
  const Clock::time_point end_;
  Poller<Connection> poller_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::size_t under_way_ = 0;
  std::size_t requests_ = 0;
};

void run(std::span<char*> words) {
  if (words.size() != 6 || (std::string_view(words[5]) != "full" && std::string_view(words[5]) != "resumed"))
    throw std::invalid_argument("usage: handshakes PORT TARGET CONNECTIONS SECONDS full|resumed");
  Load load(number<std::uint16_t>(words[1]), words[2], number<std::size_t>(words[3]),
            number<double>(words[4]), std::string_view(words[5]) == "resumed");
  load.run();
  load.print();
}

}  // namespace
}  // namespace wayside::bench

int main(int argc, char* argv[]) {
  return wayside::bench::run_program("handshakes", [words = std::span(argv, static_cast<std::size_t>(argc))] {
    wayside::bench::run(words);
  });
}
