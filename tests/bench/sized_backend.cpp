// sized_backend UNIX_PATH: a backend that is cheaper than any proxy, so that the proxy is what is measured.
//
// One thread that knows just enough HTTP/1.1 to answer a proxy: it reads a head, throws the body away, and
// answers with as many bytes as the last segment of the path says, from a response that was made before.
// Whatever is wrong with a request, a pipelined second one included, ends its connection: a benchmark must
// notice.
//
// Listens on a port of the loopback and on the unix socket UNIX_PATH. Prints "listening on PORT".
#include "bench/sockets.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace wayside::bench {
namespace {

constexpr std::size_t kMaxBodyBytes = 64 << 20;
constexpr std::size_t kMaxHeadBytes = 16 * 1024;

// Complete responses, made at their first use.
class Responses {
 public:
  const std::string& of_size(std::size_t body_bytes) {
    std::string& response = by_size_[body_bytes];
    if (response.empty()) {
      response =
          "HTTP/1.1 200 OK\r\nServer: bench\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
          "Content-Type: application/octet-stream\r\nContent-Length: " +
          std::to_string(body_bytes) + "\r\n\r\n" + std::string(body_bytes, 'x');
    }
    return response;
  }

 private:
  std::map<std::size_t, std::string> by_size_;
};

// The last segment of the path of a request line: "GET /items/7/60 HTTP/1.1" asks for 60 bytes.
std::size_t wanted_bytes(std::string_view head) {
  const std::string_view line = head.substr(0, head.find('\r'));
  const std::string_view target = line.substr(0, line.rfind(' '));
  const auto bytes = number<std::size_t>(target.substr(target.rfind('/') + 1));
  if (bytes > kMaxBodyBytes) throw std::invalid_argument("too large a body was asked for");
  return bytes;
}

// The value of Content-Length, 0 without. Proxies differ in how they spell the name.
std::size_t body_bytes(std::string_view head) {
  constexpr std::string_view kName = "\ncontent-length:";
  const auto same = [](char a, char b) { return a == b || (a >= 'A' && a <= 'Z' && a - 'A' + 'a' == b); };
  const auto found = std::search(head.begin(), head.end(), kName.begin(), kName.end(), same);
  if (found == head.end()) return 0;
  std::string_view value(found + kName.size(), head.end());
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  return number<std::size_t>(value.substr(0, value.find('\r')));
}

class Connection {
 public:
  Connection(Fd fd, bool is_tcp) noexcept : fd_(std::move(fd)), is_tcp_(is_tcp) {}

  const Fd& fd() const noexcept { return fd_; }
  bool is_sending() const noexcept { return response_ != nullptr && body_left_ == 0; }

  // Does what can be done now. Whether the connection lives on.
  bool on_ready(Responses& responses) {
    if (is_sending()) return send_rest();
    if (body_left_ == 0 && !receive_head(responses)) return false;
    while (body_left_ > 0) {
      const ssize_t got = discard();
      if (got < 0 && would_block()) return true;
      if (got <= 0) return false;
      body_left_ -= static_cast<std::size_t>(got);
    }
    return response_ == nullptr || send_rest();
  }

 private:
  // Whether there may be more to come: false at the end of the connection.
  bool receive_head(Responses& responses) {
    char buffer[kMaxHeadBytes];
    const ssize_t got = ::recv(fd_.get(), buffer, sizeof buffer, 0);
    if (got <= 0) return got < 0 && would_block();
    std::string_view data(buffer, static_cast<std::size_t>(got));
    if (!partial_.empty()) data = partial_.append(data);

    const std::size_t end = data.find("\r\n\r\n");
    if (end == data.npos) {
      if (data.size() > kMaxHeadBytes) return false;
      if (partial_.empty()) partial_ = data;
      return true;
    }
    const std::string_view head = data.substr(0, end + 2);
    const std::size_t behind_head = data.size() - end - 4;
    const std::size_t body = head.starts_with("P") ? body_bytes(head) : 0;  // POST, PUT
    if (behind_head > body) return false;
    response_ = &responses.of_size(wanted_bytes(head));
    body_left_ = body - behind_head;
    partial_.clear();
    return true;
  }

  // Bytes of the body, taken from the socket and not copied where the protocol allows it: TCP does (tcp(7),
  // MSG_TRUNC).
  ssize_t discard() {
    if (is_tcp_) return ::recv(fd_.get(), nullptr, body_left_, MSG_TRUNC);
    char buffer[64 * 1024];
    return ::recv(fd_.get(), buffer, std::min(sizeof buffer, body_left_), 0);
  }

  bool send_rest() {
    const std::string_view rest = std::string_view(*response_).substr(sent_);
    const ssize_t sent = ::send(fd_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0) return would_block();
    sent_ += static_cast<std::size_t>(sent);
    if (sent_ == response_->size()) {
      response_ = nullptr;
      sent_ = 0;
    }
    return true;
  }

  Fd fd_;
  bool is_tcp_;
  std::string partial_;                    // of a head
  std::size_t body_left_ = 0;              // to be thrown away before the response leaves
  const std::string* response_ = nullptr;  // to the request that was read
  std::size_t sent_ = 0;                   // of *response_
};

class Backend {
 public:
  explicit Backend(std::string_view path)
      : tcp_(listen_on(Endpoint::loopback(0))), unix_(listen_on(Endpoint::unix_socket(path))) {
    poller_.add(tcp_, EPOLLIN, nullptr);
    poller_.add(unix_, EPOLLIN, nullptr);
    std::printf("listening on %u\n", unsigned{port_of(tcp_)});
    std::fflush(stdout);
  }

  [[noreturn]] void run() {
    for (;;) {
      poller_.wait(nullptr, [this](Connection* connection, std::uint32_t) {
        if (connection == nullptr) {
          accept_all(tcp_, true);
          accept_all(unix_, false);
        } else {
          on_ready(connection);
        }
      });
    }
  }

 private:
  void accept_all(const Fd& listener, bool is_tcp) {
    for (Fd fd = accept_from(listener); fd.get() >= 0; fd = accept_from(listener)) {
      auto connection = std::make_unique<Connection>(std::move(fd), is_tcp);
      poller_.add(connection->fd(), EPOLLIN, connection.get());
      connections_.emplace(connection.get(), std::move(connection));
    }
  }

  // Each connection has one event per wait at most, so it may go at once.
  void on_ready(Connection* connection) {
    const bool was_sending = connection->is_sending();
    bool lives = false;
    try {
      lives = connection->on_ready(responses_);
    } catch (const std::invalid_argument& error) {
      std::fprintf(stderr, "sized_backend: %s\n", error.what());
    }
    if (!lives) {
      connections_.erase(connection);
    } else if (connection->is_sending() != was_sending) {
      poller_.modify(connection->fd(), was_sending ? EPOLLIN : EPOLLOUT, connection);
    }
  }

  Fd tcp_;
  Fd unix_;
  Poller<Connection> poller_;
  std::unordered_map<const Connection*, std::unique_ptr<Connection>> connections_;
  Responses responses_;
};

}  // namespace
}  // namespace wayside::bench

int main(int argc, char* argv[]) {
  return wayside::bench::run_program("sized_backend", [argc, argv] {
    if (argc != 2) throw std::invalid_argument("usage: sized_backend UNIX_PATH");
    wayside::bench::Backend(argv[1]).run();
  });
}
