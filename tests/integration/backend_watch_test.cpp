// What wayside tells of its backend: wayside_backend_up, /-/ready, and the reason of a refused response.
#include "support/fake_backend.hpp"
#include "support/plain_messages.hpp"
#include "support/proxy_fixture.hpp"
#include "support/raw_socket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace wayside {
namespace {

using namespace std::chrono_literals;
using test::FakeBackend;
using test::kGet;
using test::kOk;
using test::RawSocket;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kReady = "HTTP/1.1 200 OK\r\n";
constexpr std::string_view kUnready = "HTTP/1.1 503 Service Unavailable\r\n";

class BackendWatch : public test::ProxyFixture {
 protected:
  void start_with(config::Settings settings) {
    settings.backend = server_->address();
    settings.readiness = config::Readiness::kBackend;
    start(std::move(settings));
  }
  // The backend goes away, and comes back under the same address.
  void stop_backend() { server_.reset(); }
  void start_backend() { server_.emplace("127.0.0.1", address_.port); }
  std::string get(RawSocket& client) {
    client.send(kGet);
    return client.read_head();
  }
  // The backend answers the next connection.
  void respond(std::string_view response) {
    RawSocket connection = server_->accept();
    connection.read_head();
    connection.send(response);
    connection.read_to_end();
  }

  std::optional<FakeBackend> server_{std::in_place};
  const Address address_ = server_->address();
};

TEST_F(BackendWatch, FollowsTheRequestsWithoutAHealthCheck) {
  start_with({});
  EXPECT_THAT(admin_get("/metrics"), Not(HasSubstr("wayside_backend_up"))) << "not known yet";
  EXPECT_THAT(admin_get("/-/ready"), StartsWith(kReady));
  stop_backend();
  RawSocket client = connect();
  EXPECT_THAT(get(client), StartsWith("HTTP/1.1 502 "));
  EXPECT_TRUE(wait_for_metric("wayside_backend_up", 0));
  EXPECT_THAT(admin_get("/-/ready"), StartsWith(kUnready));
  EXPECT_THAT(admin_get("/-/healthy"), StartsWith(kReady));

  start_backend();
  RawSocket other = connect();
  other.send(kGet);
  RawSocket backend = server_->accept();
  backend.read_head();
  backend.send(kOk);
  EXPECT_THAT(other.read_until("ok"), StartsWith("HTTP/1.1 200 "));
  EXPECT_TRUE(wait_for_metric("wayside_backend_up", 1));
  EXPECT_THAT(admin_get("/-/ready"), StartsWith(kReady));
}

TEST_F(BackendWatch, FollowsTheHealthCheck) {
  config::Settings settings;
  settings.health = {.path = "/healthz", .interval = 10ms, .timeout = 10s};
  start_with(settings);
  EXPECT_THAT(admin_get("/-/ready"), StartsWith(kUnready)) << "no check has succeeded";
  respond("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(wait_for_metric("wayside_backend_up", 1));
  EXPECT_THAT(admin_get("/-/ready"), StartsWith(kReady));
  respond("HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(wait_for_metric("wayside_backend_up", 0));
  EXPECT_THAT(admin_get("/-/ready"), StartsWith(kUnready));
  EXPECT_EQ(metric(R"(http_requests_total{endpoint="unmatched",http_status="200",method="GET"})"), 0)
      << "a check is no request";
  EXPECT_EQ(metric("wayside_backend_connects_total"), 0);
}

TEST_F(BackendWatch, LeavesReadinessToTheProcessByDefault) {
  config::Settings settings;
  settings.backend = server_->address();
  start(settings);
  stop_backend();
  RawSocket client = connect();
  EXPECT_THAT(get(client), StartsWith("HTTP/1.1 502 "));
  EXPECT_TRUE(wait_for_metric("wayside_backend_up", 0));
  EXPECT_THAT(admin_get("/-/ready"), StartsWith(kReady));
}

TEST_F(BackendWatch, DrainsWithACheckUnderWay) {
  config::Settings settings;
  settings.health = {.path = "/healthz", .interval = 1s, .timeout = 10s};
  start_with(settings);
  RawSocket check = server_->accept();
  check.read_head();
  stop();
  EXPECT_EQ(check.read_to_end(), "");
}

}  // namespace
}  // namespace wayside
