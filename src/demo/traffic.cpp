// One thread, one io_context, one coroutine per visitor. A visitor holds one connection and one request at a
// time; several of them keep the trickle going while one waits for a slow answer.
#include "demo/traffic.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <cstddef>
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

// Less than /slow takes.
constexpr milliseconds kPatience{100};
constexpr milliseconds kBetweenVisits{5000};
constexpr std::size_t kMaxEventBytes = 64UL * 1024;

}  // namespace

class Traffic::Visitors {
 public:
  explicit Visitors(Address proxy) : proxy_(std::move(proxy)) {
    for (int i = 0; i < kVisitors; ++i)
      net::co_spawn(context_, repeat(&Visitors::browse), net::detached);
    net::co_spawn(context_, repeat(&Visitors::follow_events), net::detached);
    net::co_spawn(context_, repeat(&Visitors::leave_early), net::detached);
    thread_ = std::thread{[this] { context_.run(); }};
  }

  ~Visitors() {
    context_.stop();
    thread_.join();
  }

  Visitors(const Visitors&) = delete;
  Visitors& operator=(const Visitors&) = delete;

 private:
  // One connection.
  using Visit = Awaitable<void> (Visitors::*)();

  // Connects again after every connection, also after a failed one.
  Awaitable<void> repeat(Visit visit) {
    for (;;) {
      try {
        co_await (this->*visit)();
      } catch (const boost::system::system_error&) {
        // The proxy refused or closed the connection; the next round connects again. A catch block cannot
        // await.
      }
      co_await pause();
    }
  }

  // Requests over one connection, until the proxy closes it.
  Awaitable<void> browse() {
    tcp::socket socket = co_await connect();
    boost::beast::flat_buffer buffer;
    for (bool keep_alive = true; keep_alive;) {
      const http::request<http::empty_body> request = request_for(next_target());
      co_await http::async_write(socket, request, net::use_awaitable);
      http::response_parser<http::string_body> parser;
      co_await http::async_read(socket, buffer, parser, net::use_awaitable);
      keep_alive = parser.keep_alive();
      co_await pause();
    }
  }

  // The response may be no stream: then its connection ends at some time.
  Awaitable<void> follow_events() {
    tcp::socket socket = co_await connect();
    const http::request<http::empty_body> request = request_for("/events");
    co_await http::async_write(socket, request, net::use_awaitable);
    std::string received;
    for (int i = 0; i < kEventsOfAVisit; ++i) {
      const std::size_t size = co_await net::async_read_until(
          socket, net::dynamic_buffer(received, kMaxEventBytes), "\n\n", net::use_awaitable);
      received.erase(0, size);
    }
    socket.close();
    co_await wait(kBetweenVisits);
  }

  Awaitable<void> leave_early() {
    tcp::socket socket = co_await connect();
    const http::request<http::empty_body> request = request_for("/slow?leaves");
    co_await http::async_write(socket, request, net::use_awaitable);
    co_await wait(kPatience);
    socket.close();
    co_await wait(kBetweenVisits);
  }

  Awaitable<tcp::socket> connect() {
    tcp::resolver resolver{context_};
    const auto endpoints =
        co_await resolver.async_resolve(proxy_.host, std::to_string(proxy_.port), net::use_awaitable);
    tcp::socket socket{context_};
    co_await net::async_connect(socket, endpoints, net::use_awaitable);
    socket.set_option(tcp::no_delay{true});
    co_return socket;
  }

  http::request<http::empty_body> request_for(const std::string& target) const {
    http::request<http::empty_body> request{http::verb::get, target, 11};
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

  Awaitable<void> pause() { return wait(milliseconds{between(kPauseMinMs, kPauseMaxMs)}); }

  Awaitable<void> wait(milliseconds duration) {
    net::steady_timer timer{context_, duration};
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
