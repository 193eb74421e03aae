// One thread, one io_context, one coroutine per connection. Unlike the proxy's data path, this code uses
// exceptions: a client that leaves is a system_error, which ends the coroutine of its connection.
#include "demo/service.hpp"

#include "wayside/base/escape.hpp"
#include "wayside/base/target_path.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <chrono>
#include <fmt/format.h>
#include <random>
#include <string_view>
#include <thread>
#include <utility>

namespace wayside::demo {
namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
using net::ip::tcp;
using std::chrono::milliseconds;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;
template <class T>
using Awaitable = net::awaitable<T>;

// Room for forms, not for uploads.
constexpr std::uint64_t kRequestBodyLimitBytes = 8 * 1024 * 1024;
constexpr std::size_t kChunkBytes = 64 * 1024;
static_assert(Service::kDownloadBytes % kChunkBytes == 0);
constexpr std::chrono::seconds kEventInterval{1};
constexpr milliseconds kAcceptBackOff{100};

constexpr std::array<std::string_view, 7> kTemplates = {
    "/", "/users/{id}", "/orders/{order}/items/{item}", "/slow", "/flaky", "/events", "/download"};

// Takes the first segment of "/segment/rest" off `path` and returns it without its slash; empty if there is
// none.
std::string_view take_segment(std::string_view& path) {
  if (!path.starts_with('/')) return {};
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

std::string json_string(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

Response make_response(const Request& request, http::status status, std::string_view type, std::string body) {
  Response response{status, request.version()};
  response.set(http::field::server, "wayside-demo");
  response.set(http::field::content_type, type);
  response.keep_alive(request.keep_alive());
  response.body() = std::move(body);
  response.prepare_payload();
  if (request.method() == http::verb::head)
    response.body().clear();  // the length stays: RFC 9110 section 9.3.2
  return response;
}

// The head of a response whose body is written chunk by chunk afterwards.
Awaitable<void> write_chunked_head(tcp::socket& socket, const Request& request, std::string_view type) {
  http::response<http::empty_body> head{http::status::ok, request.version()};
  head.set(http::field::server, "wayside-demo");
  head.set(http::field::content_type, type);
  head.keep_alive(request.keep_alive());
  head.chunked(true);
  http::response_serializer<http::empty_body> serializer{head};
  co_await http::async_write_header(socket, serializer, net::use_awaitable);
}

Awaitable<void> write_chunk(tcp::socket& socket, std::string_view data) {
  const auto chunk = http::make_chunk(net::buffer(data));
  co_await net::async_write(socket, chunk, net::use_awaitable);
}

}  // namespace

class Service::Server {
 public:
  Server() : acceptor_(context_, tcp::endpoint{net::ip::address_v4::loopback(), 0}) {
    const tcp::endpoint endpoint = acceptor_.local_endpoint();
    address_ = Address{endpoint.address().to_string(), endpoint.port(), {}};
    net::co_spawn(context_, accept_clients(), net::detached);
    thread_ = std::thread{[this] { context_.run(); }};
  }

  ~Server() {
    context_.stop();
    thread_.join();
  }

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  Address address() const { return address_; }

 private:
  Awaitable<void> accept_clients() {
    for (;;) {
      error_code error;
      tcp::socket socket = co_await acceptor_.async_accept(net::redirect_error(net::use_awaitable, error));
      if (error) {
        co_await pause(kAcceptBackOff);  // most likely no descriptor is free until a connection closes
        continue;
      }
      net::co_spawn(context_, serve(std::move(socket)), net::detached);
    }
  }

  // One connection, from its first request to its last. An exception ends it in the detached handler.
  Awaitable<void> serve(tcp::socket socket) {
    socket.set_option(tcp::no_delay{true});
    boost::beast::flat_buffer buffer;
    for (bool keep_alive = true; keep_alive;) {
      http::request_parser<http::string_body> parser;
      parser.body_limit(kRequestBodyLimitBytes);
      co_await http::async_read_header(socket, buffer, parser, net::use_awaitable);
      if (parser.get()[http::field::expect] == "100-continue") {
        const http::response<http::empty_body> go_on{http::status::continue_, 11};
        co_await http::async_write(socket, go_on, net::use_awaitable);
      }
      co_await http::async_read(socket, buffer, parser, net::use_awaitable);
      const Request request = parser.release();
      keep_alive = request.keep_alive();
      co_await answer(socket, request);
    }
    socket.shutdown(tcp::socket::shutdown_send);
  }

  Awaitable<void> answer(tcp::socket& socket, const Request& request) {
    const std::string_view path = path_of(request.target());
    const bool may_stream = request.method() != http::verb::head && request.version() >= 11;
    if (may_stream && path == "/events") {
      co_await stream_events(socket, request);
      co_return;
    }
    if (may_stream && path == "/download") {
      co_await stream_download(socket, request);
      co_return;
    }
    const milliseconds service_time = path == "/slow" ? between(200, 1500) : between(1, 12);
    co_await pause(service_time);
    const Response response = plain_answer(request, path);
    co_await http::async_write(socket, response, net::use_awaitable);
  }

  Response plain_answer(const Request& request, std::string_view path) {
    constexpr std::string_view kJson = "application/json";
    constexpr std::string_view kText = "text/plain; charset=utf-8";
    if (path == "/") return make_response(request, http::status::ok, kText, front_page());
    if (path == "/slow") return make_response(request, http::status::ok, kText, "worth the wait\n");
    if (path == "/flaky") {
      const http::status status = next_flaky_status();
      const bool is_fine = status == http::status::ok;
      return make_response(request, status, kText, is_fine ? "fine, this time\n" : "not this time\n");
    }
    // HEAD and HTTP/1.0 get no chunks, but one event or the download with its length.
    if (path == "/events")
      return make_response(request, http::status::ok, "text/event-stream", "data: 1\n\n");
    if (path == "/download") {
      return make_response(request, http::status::ok, "application/octet-stream",
                           std::string(kDownloadBytes, '.'));
    }

    std::string_view rest = path;
    const std::string_view kind = take_segment(rest);
    const std::string_view id = take_segment(rest);
    if (kind == "users" && !id.empty() && rest.empty()) {
      std::string body = fmt::format("{{\"user\":{}}}\n", json_string(id));
      return make_response(request, http::status::ok, kJson, std::move(body));
    }
    const std::string_view items = take_segment(rest);
    const std::string_view item = take_segment(rest);
    if (kind == "orders" && !id.empty() && items == "items" && !item.empty() && rest.empty()) {
      std::string body = fmt::format("{{\"order\":{},\"item\":{}}}\n", json_string(id), json_string(item));
      return make_response(request, http::status::ok, kJson, std::move(body));
    }
    return make_response(request, http::status::not_found, kText, "no such page\n");
  }

  Awaitable<void> stream_events(tcp::socket& socket, const Request& request) {
    co_await write_chunked_head(socket, request, "text/event-stream");
    for (unsigned number = 1;; ++number) {
      const std::string event = fmt::format("data: {}\n\n", number);
      co_await write_chunk(socket, event);
      co_await pause(kEventInterval);
    }
  }

  Awaitable<void> stream_download(tcp::socket& socket, const Request& request) {
    co_await write_chunked_head(socket, request, "application/octet-stream");
    const std::string piece(kChunkBytes, '.');
    for (std::size_t sent = 0; sent < kDownloadBytes; sent += kChunkBytes) {
      co_await write_chunk(socket, piece);
    }
    const auto last = http::make_chunk_last();
    co_await net::async_write(socket, last, net::use_awaitable);
  }

  Awaitable<void> pause(milliseconds duration) {
    net::steady_timer timer{context_, duration};
    co_await timer.async_wait(net::use_awaitable);
  }

  milliseconds between(int low, int high) {
    return milliseconds{std::uniform_int_distribution<int>{low, high}(random_)};
  }

  http::status next_flaky_status() {
    constexpr std::array kStatuses = {http::status::ok, http::status::internal_server_error, http::status::ok,
                                      http::status::service_unavailable};
    return kStatuses[flaky_requests_++ % kStatuses.size()];
  }

  static std::string front_page() {
    return fmt::format("The example service of wayside. It serves\n  {}\n", fmt::join(kTemplates, "\n  "));
  }

  net::io_context context_{1};
  tcp::acceptor acceptor_;
  Address address_;                 // set once, before the thread starts
  std::minstd_rand random_;         // of the thread; not seeded: the same service times in every run
  std::size_t flaky_requests_ = 0;  // of the thread
  std::thread thread_;
};

Service::Service() : server_(std::make_unique<Server>()) {}
Service::~Service() = default;

Address Service::address() const {
  return server_->address();
}

std::vector<std::string> Service::route_templates() {
  return {kTemplates.begin(), kTemplates.end()};
}

}  // namespace wayside::demo
