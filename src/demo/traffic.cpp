// One thread, one io_context, one coroutine per visitor. A visitor holds one keep-alive connection and one
// request at a time; several of them keep the trickle going while one waits for a slow answer.
#include "demo/traffic.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <fmt/format.h>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>

namespace wayside::demo {
namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
using net::ip::tcp;
using std::chrono::milliseconds;
template <class T>
using Awaitable = net::awaitable<T>;

// Three visitors that pause half a second on average make about five requests per second, /slow included.
constexpr int kVisitors = 3;
constexpr int kPauseMinMs = 300;
constexpr int kPauseMaxMs = 700;

}  // namespace

class Traffic::Visitors {
 public:
  explicit Visitors(Address proxy) : proxy_(std::move(proxy)) {
    for (int i = 0; i < kVisitors; ++i)
      net::co_spawn(context_, visit(), net::detached);
    thread_ = std::thread{[this] { context_.run(); }};
  }

  ~Visitors() {
    context_.stop();
    thread_.join();
  }

  Visitors(const Visitors&) = delete;
  Visitors& operator=(const Visitors&) = delete;

 private:
  // Connects again after every connection, also after a failed one.
  Awaitable<void> visit() {
    for (;;) {
      try {
        co_await browse();
      } catch (const boost::system::system_error&) {
        // The proxy refused or closed the connection; the next round connects again. A catch block cannot
        // await.
      }
      co_await pause();
    }
  }

  // Requests over one connection, until the proxy closes it.
  Awaitable<void> browse() {
    tcp::resolver resolver{context_};
    const auto endpoints =
        co_await resolver.async_resolve(proxy_.host, std::to_string(proxy_.port), net::use_awaitable);
    tcp::socket socket{context_};
    co_await net::async_connect(socket, endpoints, net::use_awaitable);
    socket.set_option(tcp::no_delay{true});

    boost::beast::flat_buffer buffer;
    for (bool keep_alive = true; keep_alive;) {
      const http::request<http::empty_body> request = next_request();
      co_await http::async_write(socket, request, net::use_awaitable);
      http::response_parser<http::string_body> parser;
      co_await http::async_read(socket, buffer, parser, net::use_awaitable);
      keep_alive = parser.keep_alive();
      co_await pause();
    }
  }

  http::request<http::empty_body> next_request() {
    http::request<http::empty_body> request{http::verb::get, next_target(), 11};
    request.set(http::field::host, to_string(proxy_));
    request.set(http::field::user_agent, "wayside-demo");
    return request;
  }

  // The widths of the ranges are percentages.
  std::string next_target() {
    const int draw = between(0, 99);
    if (draw < 25) return "/";
    if (draw < 60) return fmt::format("/users/{}", between(1, 10'000));
    if (draw < 75) {
      return fmt::format("/orders/{}/items/{}", between(1, 10'000), between(1, 20));
    }
    if (draw < 82) return "/slow";
    if (draw < 92) return "/flaky";
    if (draw < 97) return "/download";
    return "/favicon.ico";
  }

  Awaitable<void> pause() {
    net::steady_timer timer{context_, milliseconds{between(kPauseMinMs, kPauseMaxMs)}};
    co_await timer.async_wait(net::use_awaitable);
  }

  int between(int low, int high) { return std::uniform_int_distribution<int>{low, high}(random_); }

  const Address proxy_;
  net::io_context context_{1};
  std::minstd_rand random_;  // of the thread
  std::thread thread_;
};

Traffic::Traffic(Address proxy) : visitors_(std::make_unique<Visitors>(std::move(proxy))) {}
Traffic::~Traffic() = default;

}  // namespace wayside::demo
