// The metrics of the traffic that went through.
#include "support/proxy_fixture.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <fmt/format.h>
#include <string>

namespace wayside::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Metrics : public ProxyFixture {
 protected:
  void exchange(RawSocket& client, RawSocket& backend, std::string_view request_line,
                std::string_view status = "200 OK") {
    client.send(std::string(request_line) + " HTTP/1.1\r\nHost: a\r\n\r\n");
    backend.read_head();
    backend.send("HTTP/1.1 " + std::string(status) + "\r\nContent-Length: 0\r\n\r\n");
    client.read_head();
  }
  // The first exchange of a client, which makes the backend's connection.
  RawSocket first_exchange(RawSocket& client, std::string_view request_line) {
    client.send(std::string(request_line) + " HTTP/1.1\r\nHost: a\r\n\r\n");
    RawSocket backend = backend_.accept();
    backend.read_head();
    backend.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    client.read_head();
    return backend;
  }
};

TEST_F(Metrics, CountsByRouteMethodAndStatus) {
  start_with_routes({"/users/{id}", "/users/me", "/static/{path...}"});
  RawSocket client = connect();
  RawSocket backend = first_exchange(client, "GET /users/1");
  exchange(client, backend, "GET /users/2?q=1");
  exchange(client, backend, "GET /users/me");
  exchange(client, backend, "DELETE /users/2", "404 Not Found");
  exchange(client, backend, "GET /static/css/site.css");
  exchange(client, backend, "BREW /pot");
  const auto total = [](const std::string& endpoint, const std::string& status, const std::string& method) {
    return "http_requests_total{endpoint=\"" + endpoint + "\",http_status=\"" + status + "\",method=\"" +
           method + "\"}";
  };
  EXPECT_TRUE(wait_for_metric(total("unmatched", "200", "OTHER"), 1));
  EXPECT_EQ(metric(total("/users/{id}", "200", "GET")), 2);
  EXPECT_EQ(metric(total("/users/me", "200", "GET")), 1);
  EXPECT_EQ(metric(total("/users/{id}", "404", "DELETE")), 1);
  EXPECT_EQ(metric(total("/static/{path...}", "200", "GET")), 1);
  EXPECT_EQ(metric(R"(http_request_duration_seconds_count{endpoint="/users/{id}",method="GET"})"), 2);
}

TEST_F(Metrics, CountsTheRequestsOfARouteFromZero) {
  config::Settings settings;
  settings.routes = {{.path = "/orders", .methods = {}, .name = {}, .line = 0}};
  settings.routes.front().methods.insert(Method::post);
  start(settings);
  for (const char* const status : {"200", "500", "502", "503", "504"}) {
    EXPECT_EQ(metric(fmt::format(
                  R"(http_requests_total{{endpoint="/orders",http_status="{}",method="POST"}})", status)),
              0)
        << status;
  }
  EXPECT_EQ(metric(R"(http_requests_total{endpoint="/orders",http_status="200",method="GET"})"), -1);
}

TEST_F(Metrics, HasNoSeriesOfARouteBeforeItsFirstRequestWithZeroSeriesOff) {
  config::Settings settings;
  settings.routes = {{.path = "/orders", .methods = {}, .name = {}, .line = 0}};
  settings.measurement.zero_series = false;
  start(settings);
  EXPECT_EQ(metric(R"(http_requests_total{endpoint="/orders",http_status="200",method="GET"})"), -1);
}

TEST_F(Metrics, ShowsWhatIsInFlight) {
  start();
  RawSocket client = connect();
  const std::string in_flight = R"(http_requests_in_flight{endpoint="unmatched",method="GET"})";
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  RawSocket backend = backend_.accept();
  backend.read_head();
  EXPECT_EQ(metric(in_flight), 1);
  backend.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  client.read_head();
  EXPECT_TRUE(wait_for_metric(in_flight, 0));
}

TEST_F(Metrics, KeepsTheLengthOfAStreamOutOfTheLatencies) {
  using namespace std::chrono_literals;
  start();
  RawSocket client = connect();
  client.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
  client.read_head();
  // Silence for longer than a bucket is wide.
  EXPECT_FALSE(client.wait_for_input(300ms));
  backend.send("0\r\n\r\n");
  client.read_until("0\r\n\r\n");
  const std::string bucket =
      R"(http_request_duration_seconds_bucket{endpoint="unmatched",le="0.25",method="GET"})";
  EXPECT_TRUE(wait_for_metric(bucket, 1));
}

TEST_F(Metrics, PrintsTheLinesOfThePythonExtension) {
  config::Settings settings;
  settings.namings = {metrics::Naming::kFlask};
  settings.routes = {{.path = "/", .methods = {}, .name = {}, .line = 0}};
  start(settings);
  RawSocket client = connect();
  RawSocket backend = first_exchange(client, "GET /");
  for (int i = 0; i < 3; ++i)
    exchange(client, backend, "GET /");
  ASSERT_TRUE(wait_for_metric(R"(flask_request_count{endpoint="/",http_status="200",method="GET"})", 4));
  const std::string page = admin_get("/metrics");
  EXPECT_THAT(page,
              HasSubstr("# HELP flask_request_count Flask Request Count\n"
                        "# TYPE flask_request_count counter\n"
                        "flask_request_count{endpoint=\"/\",http_status=\"200\",method=\"GET\"} 4.0\n"
                        "# HELP flask_request_latency_seconds Flask Request Latency\n"
                        "# TYPE flask_request_latency_seconds histogram\n"
                        "flask_request_latency_seconds_bucket{endpoint=\"/\",le=\"0.005\",method=\"GET\"} "));
  EXPECT_THAT(
      page, HasSubstr("flask_request_latency_seconds_bucket{endpoint=\"/\",le=\"+Inf\",method=\"GET\"} 4.0\n"
                      "flask_request_latency_seconds_count{endpoint=\"/\",method=\"GET\"} 4.0\n"
                      "flask_request_latency_seconds_sum{endpoint=\"/\",method=\"GET\"} "));
}

TEST_F(Metrics, TellsWhetherTheProxyIsReady) {
  start();
  EXPECT_THAT(admin_get("/-/healthy"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(admin_get("/-/ready"), StartsWith("HTTP/1.1 200"));
}

}  // namespace
}  // namespace wayside::test
