// Helpers of the metrics listener's tests: pages of a used registry, and a client that sends raw bytes.
#pragma once

#include "wayside/admin/admin_server.hpp"
#include "wayside/inspector/inspector.hpp"
#include "wayside/metrics/exposition.hpp"
#include "wayside/metrics/history.hpp"
#include "wayside/metrics/registry.hpp"
#include "wayside/routes/route_table.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wayside::admin {

// Pages of a registry that has counted one request.
class Fixture {
 public:
  explicit Fixture(metrics::RegistryOptions options = {})
      : registry(std::move(options)), exposition(registry, {}) {
    metrics::Shard& shard = registry.shard(0);
    const metrics::EndpointId hello = registry.intern("/hello");
    shard.exchange_finished(
        shard.exchange_started(hello, Method::get),
        {.endpoint = hello, .method = Method::get, .status = 200, .duration = std::chrono::milliseconds(3)});
  }

  AdminPages pages() {
    return {.exposition = exposition,
            .why_unready = [this] { return why_unready; },
            .inspector = inspector,
            .reload = reload,
            .version = "1.2.3",
            .listen = {"0.0.0.0:8080"},
            .backend = "http://app:5000/<b>&\"",
            .history = history,
            .configuration = configuration,
            .warnings = warnings,
            .started = std::chrono::system_clock::from_time_t(1767268800),
            .backend_is_up = [this] { return backend_is_up; },
            .backend_outage = [this] { return backend_outage; },
            .shows_page = shows_page,
            .shows_routes = shows_routes};
  }

  void show_route(const routes::RouteSpec& spec) {
    const std::span specs(&spec, 1);
    auto table = routes::RouteTable::build(specs);
    if (table.has_error()) throw std::logic_error(table.error().message);
    inspector.show(inspector.prepare(std::make_shared<const routes::RouteTable>(*std::move(table)), specs));
  }

  metrics::Registry registry;
  metrics::Exposition exposition;
  metrics::History history{registry, Clock::now()};
  metrics::ConfigurationState configuration;
  std::vector<std::string> warnings;
  inspector::Inspector inspector{1};
  AdminPages::Reload reload;
  std::string why_unready;
  std::optional<bool> backend_is_up;
  std::optional<BackendOutage> backend_outage;
  bool shows_page = true;
  bool shows_routes = true;
};

inline constexpr std::string_view kRequestsLine =
    "\nhttp_requests_total{endpoint=\"/hello\",http_status=\"200\",method=\"GET\"} 1.0\n";

// A blocking client with a time limit on everything, so that a test fails rather than hangs.
class RawClient {
 public:
  explicit RawClient(const boost::asio::ip::tcp::endpoint& server) { socket_.connect(server); }

  void send(std::string_view bytes) { boost::asio::write(socket_, boost::asio::buffer(bytes)); }

  // Sends as much as the server takes before it closes the connection.
  void send_what_goes(std::string_view bytes) {
    boost::system::error_code ignored;
    boost::asio::write(socket_, boost::asio::buffer(bytes), ignored);
  }

  void send_end() { socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send); }

  bool has_bytes() const { return socket_.available() > 0; }
  void close() { socket_.close(); }

  // Reads until the server closes the connection. Appends "…[timeout]" or "…[reset]" if it does not.
  std::string read_to_end() {
    while (receive_some()) {
    }
    return std::exchange(received_, {}) + ending_;
  }

  // Reads one response: its head and, unless `is_head`, a body of the length that the head gives. Later bytes
  // are kept.
  std::string read_response(bool is_head = false) {
    constexpr std::string_view kLength = "Content-Length: ";
    std::size_t end = std::string::npos;
    for (;;) {
      const std::size_t head_end = received_.find("\r\n\r\n");
      if (head_end != std::string::npos) {
        end = head_end + 4;
        const std::size_t length = received_.find(kLength);
        if (!is_head && length < head_end) end += std::stoul(received_.substr(length + kLength.size()));
        if (received_.size() >= end) break;
      }
      if (!receive_some()) return std::exchange(received_, {}) + ending_;
    }
    std::string response = received_.substr(0, end);
    received_.erase(0, end);
    return response;
  }

 private:
  // Reads once, on a private io_context, until the time is up.
  bool receive_some() {
    constexpr std::chrono::seconds kLimit{10};
    std::array<char, 4096> piece;
    boost::system::error_code error = boost::asio::error::would_block;
    std::size_t size = 0;
    socket_.async_read_some(boost::asio::buffer(piece), [&](boost::system::error_code e, std::size_t n) {
      error = e;
      size = n;
    });
    io_context_.restart();
    io_context_.run_for(kLimit);
    if (error == boost::asio::error::would_block) {
      socket_.close();
      io_context_.run();
      ending_ = "[timeout]";
      return false;
    }
    received_.append(piece.data(), size);
    if (error && error != boost::asio::error::eof) ending_ = "[reset]";
    return !error;
  }

  boost::asio::io_context io_context_;
  boost::asio::ip::tcp::socket socket_{io_context_};
  std::string received_;
  std::string ending_;
};

}  // namespace wayside::admin
