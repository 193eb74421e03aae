// fixed_rate PORT TARGET RATE CONNECTIONS SECONDS: the latency of requests that come whether or not the last
// ones are answered.
//
// wrk sends a request when the one before is answered, so that a proxy which stalls is asked less often while
// it does, and its stall hardly shows. Here request number k is due k/RATE seconds after the start; it is
// sent on a free connection, or waits for one, and its latency counts from the moment it was due. The first
// tenth, in which connections are made, is sent but not counted.
//
// Prints one line of JSON: {"requests": n, "p50_us": x, "p99_us": x, "max_us": x}. A response other than 200,
// a connection that ends, or a request that is not answered within five seconds of the end is an error.
#include "bench/sockets.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <vector>

namespace wayside::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Nanoseconds = std::chrono::nanoseconds;

constexpr std::chrono::seconds kPatience{5};

// A connection and the response it waits for.
struct Connection {
  Fd fd;
  Clock::time_point due;     // of the request under way
  std::uint64_t number = 0;  // the same request's
  std::string head;          // what has come of the response's head
  std::size_t body_left = 0;
};

// The length that the complete head of a response announces.
std::size_t content_length(std::string_view head) {
  if (!head.starts_with("HTTP/1.1 200")) throw std::runtime_error("answered: " + std::string(head));
  for (const std::string_view name : {"\nContent-Length: ", "\ncontent-length: "}) {
    const std::size_t found = head.find(name);
    if (found == head.npos) continue;
    const std::string_view value = head.substr(found + name.size());
    return number<std::size_t>(value.substr(0, value.find('\r')));
  }
  throw std::runtime_error("a response without Content-Length");
}

class Load {
 public:
  Load(std::uint16_t port, std::string_view target, double rate, std::size_t connections, double seconds)
      : request_("GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        interval_(static_cast<std::int64_t>(1e9 / rate)),
        total_(static_cast<std::uint64_t>(rate * seconds)),
        uncounted_(total_ / 10) {
    latencies_.reserve(total_);
    for (std::size_t i = 0; i < connections; ++i) {
      auto& connection = *connections_.emplace_back(std::make_unique<Connection>());
      connection.fd = connect_to(Endpoint::loopback(port));
      poller_.add(connection.fd, EPOLLIN, &connection);
      free_.push_back(&connection);
    }
  }

  void run() {
    start_ = Clock::now();
    const Clock::time_point last_moment = due(total_) + kPatience;
    while (answered_ < total_) {
      const Clock::time_point now = Clock::now();
      if (now > last_moment) throw std::runtime_error("requests were not answered in time");
      while (sent_ < total_ && !free_.empty() && due(sent_) <= now)
        send_next();
      wait(now);
    }
  }

  void print() {
    std::sort(latencies_.begin(), latencies_.end());
    const auto quantile_us = [this](double q) {
      const auto rank = static_cast<std::size_t>(q * static_cast<double>(latencies_.size()));
      return static_cast<double>(latencies_.at(std::min(rank, latencies_.size() - 1)).count()) / 1e3;
    };
    std::printf(R"({"requests": %zu, "p50_us": %.1f, "p99_us": %.1f, "max_us": %.1f})"
                "\n",
                latencies_.size(), quantile_us(0.5), quantile_us(0.99), quantile_us(1));
  }

 private:
  Clock::time_point due(std::uint64_t number) const {
    return start_ + interval_ * static_cast<std::int64_t>(number);
  }

  void send_next() {
    // In turn, not the one that was free last: all connections are used, as a balancer's are.
    Connection& connection = *free_.front();
    free_.pop_front();
    connection.number = sent_;
    connection.due = due(sent_++);
    const ssize_t sent = ::send(connection.fd.get(), request_.data(), request_.size(), MSG_NOSIGNAL);
    // A request is smaller than any socket buffer, and this connection's is empty.
    if (sent != static_cast<ssize_t>(request_.size()))
      throw std::runtime_error("a request could not be sent");
  }

  // Until something comes or the next request is due.
  void wait(Clock::time_point now) {
    const bool is_sending = sent_ < total_ && !free_.empty();
    const Nanoseconds left = is_sending ? due(sent_) - now : Nanoseconds(kPatience);
    const std::int64_t nanoseconds = std::max(left, Nanoseconds(0)).count();
    const timespec timeout{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
    poller_.wait(&timeout, [this](Connection* connection, std::uint32_t) { on_readable(*connection); });
  }

  void on_readable(Connection& connection) {
    char buffer[64 * 1024];
    const ssize_t got = ::recv(connection.fd.get(), buffer, sizeof buffer, 0);
    if (got < 0 && would_block()) return;
    if (got <= 0) throw std::runtime_error("a connection was closed");
    std::size_t body = static_cast<std::size_t>(got);
    if (connection.body_left == 0) {
      connection.head.append(buffer, body);
      const std::size_t end = connection.head.find("\r\n\r\n");
      if (end == connection.head.npos) return;
      connection.body_left = content_length(std::string_view(connection.head).substr(0, end + 2));
      body = connection.head.size() - end - 4;
      connection.head.clear();
    }
    if (body > connection.body_left) throw std::runtime_error("more was answered than was asked for");
    connection.body_left -= body;
    if (connection.body_left == 0) on_answered(connection);
  }

  void on_answered(Connection& connection) {
    ++answered_;
    if (connection.number >= uncounted_) latencies_.push_back(Clock::now() - connection.due);
    free_.push_back(&connection);
  }

  std::string request_;
  Nanoseconds interval_;
  std::uint64_t total_;
  std::uint64_t uncounted_;
  std::uint64_t sent_ = 0;
  std::uint64_t answered_ = 0;
  Clock::time_point start_;
  Poller<Connection> poller_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::deque<Connection*> free_;
  std::vector<Nanoseconds> latencies_;
};

void run(std::span<char*> words) {
  if (words.size() != 6) {
    throw std::invalid_argument("usage: fixed_rate PORT TARGET RATE CONNECTIONS SECONDS");
  }
  // The kernel may be late by 50 µs with a timer, to save wake-ups. That would be half of what is measured.
  checked(::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL), "PR_SET_TIMERSLACK");
  Load load(number<std::uint16_t>(words[1]), words[2], number<double>(words[3]),
            number<std::size_t>(words[4]), number<double>(words[5]));
  load.run();
  load.print();
}

}  // namespace
}  // namespace wayside::bench

int main(int argc, char* argv[]) {
  return wayside::bench::run_program("fixed_rate", [words = std::span(argv, static_cast<std::size_t>(argc))] {
    wayside::bench::run(words);
  });
}
