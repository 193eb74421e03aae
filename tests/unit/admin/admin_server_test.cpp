#include "wayside/admin/admin_server.hpp"

#include "wayside/base/direct_log.hpp"

#include "support/listening.hpp"
#include "support/sinks.hpp"
#include "unit/admin/admin_test_support.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <iterator>
#include <list>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace wayside::admin {
namespace {

using boost::asio::ip::tcp;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

// A server on free ports of the loopback interface, with a thread that runs it.
class Running {
 public:
  explicit Running(AdminPages pages, int sockets = 1) : server(io_context_, std::move(pages), logger_) {
    for (int i = 0; i < sockets; ++i) {
      const Address address = test::listen_at(server);
      endpoints.emplace_back(boost::asio::ip::make_address(address.host), address.port);
    }
    endpoint = endpoints.front();
    run_ = std::async(std::launch::async, [this] { io_context_.run(); });
  }

  // run() must end by itself once the server is stopped, and must not have thrown.
  ~Running() {
    stop();
    EXPECT_EQ(run_.wait_for(std::chrono::seconds(10)), std::future_status::ready);
    io_context_.stop();
    EXPECT_NO_THROW(run_.get());
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  void stop() {
    boost::asio::post(io_context_, [this] { server.stop(); });
  }

 private:
  DirectLog errors_{STDERR_FILENO};
  Logger logger_{LogLevel::kError, errors_};
  boost::asio::io_context io_context_;

 public:
  AdminServer server;
  std::vector<tcp::endpoint> endpoints;
  tcp::endpoint endpoint;  // the first

 private:
  std::future<void> run_;
};

std::string get(RawClient& client, const std::string& path) {
  client.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
  return client.read_response();
}

std::string get(const tcp::endpoint& endpoint, const std::string& path) {
  RawClient client(endpoint);
  return get(client, path);
}

TEST(AdminServer, ServesItsPages) {
  Fixture fixture;
  const Running running(fixture.pages());
  EXPECT_THAT(get(running.endpoint, "/metrics"), HasSubstr(kRequestsLine));
  EXPECT_THAT(get(running.endpoint, "/-/healthy"), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(get(running.endpoint, "/-/ready"), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(get(running.endpoint, "/"), HasSubstr("wayside 1.2.3: "));
  EXPECT_THAT(get(running.endpoint, "/nowhere"), StartsWith("HTTP/1.1 404 Not Found\r\n"));
}

TEST(AdminServer, ServesManyClientsAtOnce) {
  Fixture fixture;
  const Running running(fixture.pages());
  std::list<RawClient> idle;
  for (int i = 0; i < 20; ++i)
    idle.emplace_back(running.endpoint).send("GET /metr");
  std::vector<std::future<bool>> scrapes;
  for (int i = 0; i < 4; ++i) {
    scrapes.push_back(std::async(std::launch::async, [&] {
      RawClient client(running.endpoint);
      for (int j = 0; j < 20; ++j) {
        if (get(client, "/metrics").find(kRequestsLine) == std::string::npos) return false;
      }
      return true;
    }));
  }
  for (auto& scrape : scrapes)
    EXPECT_TRUE(scrape.get());
  for (RawClient& client : idle) {
    client.send("ics HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.read_response(), HasSubstr(kRequestsLine));
  }
}

TEST(AdminServer, GoesOnAfterAPageFails) {
  Fixture fixture;
  AdminPages pages = fixture.pages();
  pages.why_unready = []() -> std::string { throw std::runtime_error("not today"); };
  Running running(std::move(pages));
  RawClient client(running.endpoint);
  client.send("GET /-/ready HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_THAT(get(running.endpoint, "/-/healthy"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

// In the order of connecting, in which they are closed.
TEST(AdminServer, WhoeverHasWaitedLongestMakesRoom) {
  Fixture fixture;
  const Running running(fixture.pages());
  std::list<RawClient> clients;
  for (int i = 0; i < 128; ++i) {
    EXPECT_THAT(get(clients.emplace_back(running.endpoint), "/-/healthy"), StartsWith("HTTP/1.1 200 OK\r\n"));
  }
  EXPECT_THAT(get(clients.front(), "/-/healthy"), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(get(running.endpoint, "/metrics"), HasSubstr(kRequestsLine));
  EXPECT_THAT(std::next(clients.begin())->read_to_end(), testing::AnyOf("", "[reset]"));
  EXPECT_THAT(get(clients.front(), "/-/healthy"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

// As many reloads as there are places. They end when the object is destroyed.
class AllBusy {
 public:
  AllBusy() {
    fixture_.reload = [this]() -> net::Awaitable<Checked<void, ReloadError>> {
      ++under_way_;
      const net::Executor executor = co_await boost::asio::this_coro::executor;
      while (!is_over_) {
        net::Timer timer(executor, std::chrono::milliseconds(1));
        auto waiting = timer.async_wait(boost::asio::use_awaitable_t<net::Executor>());
        co_await std::move(waiting);
      }
      co_return ReloadError();
    };
    running_.emplace(fixture_.pages());
    for (int i = 0; i < 128; ++i)
      reload();
    wait_for(128);
  }
  ~AllBusy() { is_over_ = true; }
  AllBusy(const AllBusy&) = delete;
  AllBusy& operator=(const AllBusy&) = delete;

  RawClient& reload() {
    RawClient& client = clients_.emplace_back(running_->endpoint);
    client.send("POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    return client;
  }
  void wait_for(int count) const {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (under_way_ != count && std::chrono::steady_clock::now() < deadline)
      std::this_thread::yield();
    EXPECT_EQ(under_way_, count);
  }
  const tcp::endpoint& endpoint() const { return running_->endpoint; }

 private:
  std::atomic<int> under_way_ = 0;
  std::atomic<bool> is_over_ = false;
  Fixture fixture_;
  std::optional<Running> running_;
  std::list<RawClient> clients_;
};

TEST(AdminServer, ProbesAreAnsweredWhileAllPlacesAreBusy) {
  AllBusy busy;
  for (int i = 0; i < 20; ++i) {
    const std::string healthy = get(busy.endpoint(), "/-/healthy");
    EXPECT_THAT(healthy, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(healthy, HasSubstr("\r\nConnection: close\r\n"));
  }
  EXPECT_THAT(get(busy.endpoint(), "/metrics"), StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  // Silent clients do not keep a probe out, however many they are.
  std::list<RawClient> silent;
  for (int i = 0; i < 200; ++i)
    silent.emplace_back(busy.endpoint());
  EXPECT_THAT(get(busy.endpoint(), "/-/ready"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST(AdminServer, ReloadsLeaveHalfOfTheReserveToProbes) {
  AllBusy busy;
  for (int i = 0; i < 8; ++i)
    busy.reload();
  busy.wait_for(136);
  EXPECT_THAT(busy.reload().read_response(), StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_THAT(get(busy.endpoint(), "/-/healthy"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST(AdminServer, StopEndsEveryConnection) {
  Fixture fixture;
  Running running(fixture.pages());
  RawClient idle(running.endpoint);
  EXPECT_THAT(get(idle, "/-/healthy"), StartsWith("HTTP/1.1 200 OK\r\n"));
  RawClient half(running.endpoint);
  half.send("GET /metrics HT");
  EXPECT_THAT(get(running.endpoint, "/-/healthy"), StartsWith("HTTP/1.1 200 OK\r\n"));
  running.stop();
  EXPECT_THAT(idle.read_to_end(), testing::AnyOf("", "[reset]"));
  EXPECT_THAT(half.read_to_end(), testing::AnyOf("", "[reset]"));
  EXPECT_THROW(RawClient(running.endpoint), boost::system::system_error);
}

// Answers under way must not use destroyed objects, whether the io_context runs again or is destroyed.
TEST(AdminServer, MayBeDestroyedWhileConnectionsAreOpen) {
  for (const bool runs_again : {true, false}) {
    Fixture fixture;
    boost::asio::io_context io_context;
    DirectLog errors(STDERR_FILENO);
    const Logger logger(LogLevel::kError, errors);
    std::optional<AdminServer> server(std::in_place, io_context, fixture.pages(), logger);
    const Address address = test::listen_at(*server);
    RawClient client({boost::asio::ip::make_address(address.host), address.port});
    client.send("GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n");
    while (!client.has_bytes())
      ASSERT_GT(io_context.run_one_for(std::chrono::seconds(10)), 0U);
    client.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    server.reset();
    if (runs_again) io_context.run();
  }
}

TEST(AdminServer, ListensOnSeveralSockets) {
  Fixture fixture;
  const Running running(fixture.pages(), 3);
  ASSERT_EQ(running.endpoints.size(), 3U);
  for (const tcp::endpoint& endpoint : running.endpoints)
    EXPECT_THAT(get(endpoint, "/-/healthy"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST(AdminServer, WaitsWithoutSpinningWhileThereIsNoDescriptor) {
  Fixture fixture;
  boost::asio::io_context io_context;
  DirectLog errors(STDERR_FILENO);
  const Logger logger(LogLevel::kError, errors);
  AdminServer server(io_context, fixture.pages(), logger);
  const Address address = test::listen_at(server);
  RawClient client({boost::asio::ip::make_address(address.host), address.port});
  client.send("GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n");
  {
    const test::NoDescriptors none;
    const std::size_t handlers = io_context.run_for(std::chrono::milliseconds(200));
    EXPECT_GT(handlers, 0U);
    EXPECT_LT(handlers, 20U) << "one failed accept, then a timer";
  }
  std::thread thread([&] { io_context.run(); });
  EXPECT_THAT(client.read_response(), EndsWith("\r\n\r\nwayside is healthy.\n"));
  boost::asio::post(io_context, [&] { server.stop(); });
  thread.join();
}

}  // namespace
}  // namespace wayside::admin
