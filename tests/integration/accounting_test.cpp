// The metrics of exchanges that do not run from request to response, and the sum over all exchanges.
#include "support/plain_messages.hpp"
#include "support/proxy_fixture.hpp"

#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <future>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace wayside::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kGetUser = "GET /users/1 HTTP/1.1\r\nHost: a\r\n\r\n";

class Accounting : public ProxyFixture {
 protected:
  // Adds up the samples of a family.
  double total(const std::string& family) const {
    const std::string page = admin_get("/metrics");
    double sum = 0;
    for (std::size_t at = page.find("\n" + family + "{"); at != std::string::npos;
         at = page.find("\n" + family + "{", at + 1)) {
      const std::size_t value = page.find("} ", at) + 2;
      sum += std::stod(page.substr(value, page.find('\n', value) - value));
    }
    return sum;
  }
};

TEST_F(Accounting, CountsTheBytesOfBodiesWithoutTheirFraming) {
  start_with_routes({"/users"});
  RawSocket client = connect();
  client.send("POST /users HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
  RawSocket backend = backend_.accept();
  backend.read_until("0\r\n\r\n");
  backend.send(kOk);
  client.read_until("ok");
  EXPECT_TRUE(wait_for_metric(R"(http_request_bytes_total{endpoint="/users",method="POST"})", 5));
  EXPECT_EQ(metric(R"(http_response_bytes_total{endpoint="/users",method="POST"})"), 2);
}

TEST_F(Accounting, TellsHowFarAnAbortedRequestWas) {
  config::Settings settings = unbuffered();
  settings.routes = {{.path = "/users/{id}", .methods = {}, .name = {}, .line = 0}};
  start(settings);
  const auto aborts = [](const std::string& phase) {
    return "wayside_client_aborts_total{endpoint=\"/users/{id}\",phase=\"" + phase + "\"}";
  };
  {
    RawSocket client = connect();
    client.send("POST /users/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
    RawSocket backend = backend_.accept();
    backend.read_until("half");
    client.close();
    EXPECT_TRUE(wait_for_metric(aborts("request"), 1));
  }
  {
    RawSocket client = connect();
    client.send(kGetUser);
    RawSocket backend = backend_.accept();
    backend.read_head();
    client.close();
    EXPECT_TRUE(wait_for_metric(aborts("waiting"), 1));
  }
  {
    RawSocket client = connect();
    client.send(kGetUser);
    RawSocket backend = backend_.accept();
    backend.read_head();
    backend.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    client.read_until("half");
    client.close();
    EXPECT_TRUE(wait_for_metric(aborts("response"), 1));
  }
  EXPECT_EQ(total("http_requests_total"), 3);
}

TEST_F(Accounting, BlamesAClientThatStopsReading) {
  config::Settings settings;
  settings.routes = {{.path = "/users/{id}", .methods = {}, .name = {}, .line = 0}};
  settings.timeouts.response_body = std::chrono::milliseconds(200);
  start(settings);
  RawSocket client = connect();
  client.send(kGetUser);
  RawSocket backend = backend_.accept();
  backend.read_head();
  // More than the sockets' buffers hold. It is made in advance, since that takes longer than the timeout.
  constexpr std::size_t kSize = 64 << 20;
  const std::string body(kSize, 'x');
  const auto flood = std::async(std::launch::async, [&] {
    try {
      backend.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kSize) + "\r\n\r\n");
      backend.send(body);
    } catch (const std::runtime_error&) {
      // The proxy closed the connection, as expected.
    }
  });
  EXPECT_TRUE(wait_for_metric(R"(wayside_client_aborts_total{endpoint="/users/{id}",phase="response"})", 1));
  EXPECT_EQ(total("wayside_backend_errors_total"), 0);
}

TEST_F(Accounting, CountsNoErrorAtTheEndOfAnEventStream) {
  config::Settings settings;
  settings.routes = {{.path = "/users/{id}", .methods = {}, .name = {}, .line = 0}};
  settings.timeouts.tunnel = std::chrono::milliseconds(200);
  start(settings);
  const auto open_stream = [&] {
    RawSocket client = connect();
    client.send(kGetUser);
    RawSocket backend = backend_.accept();
    backend.read_head();
    backend.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\ndata: 1\n\n");
    client.read_until("data: 1\n\n");
    return std::pair(std::move(client), std::move(backend));
  };
  constexpr auto kEnded = R"(wayside_stream_duration_seconds_count{endpoint="/users/{id}",kind="events"})";
  {
    auto [client, backend] = open_stream();
    client.read_to_end();  // the idle stream times out
    EXPECT_TRUE(wait_for_metric(kEnded, 1));
  }
  {
    auto [client, backend] = open_stream();
    client.close();
    EXPECT_TRUE(wait_for_metric(kEnded, 2));
  }
  EXPECT_EQ(total("wayside_backend_errors_total"), 0);
  EXPECT_EQ(total("wayside_client_aborts_total"), 0);
}

TEST_F(Accounting, TakesNoResponseWithoutABodyForAStream) {
  start_with_routes({"/users/{id}"});
  RawSocket client = connect();
  client.send("HEAD /users/1 HTTP/1.1\r\nHost: a\r\n\r\n");
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
  client.read_head();
  EXPECT_TRUE(wait_for_metric("wayside_overhead_seconds_count", 1));
  EXPECT_EQ(total("wayside_stream_duration_seconds_count"), 0);
}

TEST_F(Accounting, TellsBackendErrorsAndRefusedRequestsApart) {
  start();
  RawSocket client = connect();
  client.send(kGetUser);
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.close();
  client.read_head();
  EXPECT_TRUE(wait_for_metric(R"(wayside_backend_errors_total{reason="backend_closed"})", 1));
  RawSocket other = connect();
  other.send("GET / HTTP/1.1\r\n\r\n");
  other.read_head();
  EXPECT_TRUE(wait_for_metric(R"(wayside_rejected_requests_total{reason="missing_host"})", 1));
  EXPECT_EQ(total("wayside_backend_errors_total"), 1);
  EXPECT_EQ(total("wayside_rejected_requests_total"), 1);
}

// The head is valid, so the method is known.
TEST_F(Accounting, CountsARequestWithFaultyFramingUnderItsMethod) {
  start();
  for (const char* fields : {"Content-Length: 5\r\nTransfer-Encoding: chunked",
                             "Transfer-Encoding: chunked\r\nContent-Length: 5", "Content-Length: x"}) {
    RawSocket client = connect();
    client.send("PUT / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n\r\n");
    client.read_head();
  }
  EXPECT_TRUE(
      wait_for_metric(R"(http_requests_total{endpoint="unmatched",http_status="400",method="PUT"})", 3));
  EXPECT_TRUE(
      wait_for_metric(R"(wayside_rejected_requests_total{reason="length_and_transfer_encoding"})", 2));
  EXPECT_TRUE(wait_for_metric(R"(wayside_rejected_requests_total{reason="bad_content_length"})", 1));
}

TEST_F(Accounting, KnowsTheConnections) {
  start();
  RawSocket client = connect();
  client.send(kGetUser);
  RawSocket backend = backend_.accept();
  backend.read_head();
  EXPECT_EQ(metric("wayside_client_connections"), 1);
  EXPECT_EQ(metric(R"(wayside_backend_connections{state="active"})"), 1);
  EXPECT_EQ(metric("wayside_backend_connects_total"), 1);
  backend.send(kOk);
  client.read_until("ok");
  EXPECT_TRUE(wait_for_metric(R"(wayside_backend_connections{state="idle"})", 1));
  EXPECT_EQ(metric(R"(wayside_backend_connections{state="active"})"), 0);
  client.close();
  EXPECT_TRUE(wait_for_metric("wayside_client_connections", 0));
  backend.close();
  EXPECT_TRUE(wait_for_metric(R"(wayside_backend_connections{state="idle"})", 0));
}

TEST_F(Accounting, KeepsStreamsApart) {
  start_with_routes({"/chat"});
  RawSocket client = connect();
  client.send("GET /chat HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nhello");
  client.read_until("hello");
  EXPECT_TRUE(wait_for_metric(R"(wayside_streams_active{endpoint="/chat",kind="upgrade"})", 1));
  EXPECT_EQ(metric(R"(wayside_streams_total{endpoint="/chat",kind="upgrade"})"), 1) << "while it is open";
  client.send("hi");
  backend.read_exactly(2);
  client.shutdown_send();
  backend.close();
  EXPECT_TRUE(wait_for_metric(R"(wayside_streams_active{endpoint="/chat",kind="upgrade"})", 0));
  EXPECT_EQ(metric(R"(wayside_stream_duration_seconds_count{endpoint="/chat",kind="upgrade"})"), 1);
  EXPECT_EQ(metric(R"(wayside_stream_bytes_total{direction="from_client",endpoint="/chat",kind="upgrade"})"),
            2);
  EXPECT_EQ(metric(R"(wayside_stream_bytes_total{direction="from_backend",endpoint="/chat",kind="upgrade"})"),
            5);
  EXPECT_TRUE(wait_for_metric(R"(http_requests_total{endpoint="/chat",http_status="101",method="GET"})", 1));
  EXPECT_EQ(metric(R"(http_request_duration_seconds_count{endpoint="/chat",method="GET"})"), 1);
  EXPECT_EQ(metric("wayside_overhead_seconds_count"), 0);
}

TEST_F(Accounting, AGuessGetsSeriesOnceAResponseShowsThatThePathExists) {
  for (const routes::UnmatchedPolicy mode :
       {routes::UnmatchedPolicy::kGuess, routes::UnmatchedPolicy::kPath}) {
    config::Settings settings;
    settings.unmatched = mode;
    start(settings);
    RawSocket client = connect();
    std::optional<RawSocket> backend;
    const auto exchange = [&](const std::string& path, int status) {
      client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
      if (!backend) backend.emplace(backend_.accept());
      backend->read_head();
      backend->send("HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: 0\r\n\r\n");
      client.read_head();
    };
    const auto counted = [](const std::string& label, int status) {
      return "http_requests_total{endpoint=\"" + label + "\",http_status=\"" + std::to_string(status) +
             "\",method=\"GET\"}";
    };
    for (const int status : {400, 401, 403, 404, 405, 410, 500, 503}) {
      exchange("/word", status);
      EXPECT_TRUE(wait_for_metric(counted("unmatched", status), 1)) << status;
      EXPECT_EQ(metric(counted("/word", status)), -1) << status;
    }
    exchange("/word", 302);
    EXPECT_TRUE(wait_for_metric(counted("/word", 302), 1));
    for (const int status : {200, 401, 403, 404, 500}) {
      exchange("/word?q", status);
      EXPECT_TRUE(wait_for_metric(counted("/word", status), 1)) << status;
    }
  }
}

// Failures are counted under a known guess, since the backend may be down for a while.
TEST_F(Accounting, CountsAFailureUnderAKnownGuess) {
  config::Settings settings;
  settings.unmatched = routes::UnmatchedPolicy::kGuess;
  start(settings);
  RawSocket client = connect();
  client.send("GET /known HTTP/1.1\r\nHost: a\r\n\r\n");
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  client.read_head();
  backend.close();
  backend_.stop_listening();
  for (const std::string path : {"/known", "/unknown"}) {
    client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_THAT(client.read_head(), HasSubstr("HTTP/1.1 502 "));
    client = connect();
  }
  EXPECT_TRUE(wait_for_metric(R"(http_requests_total{endpoint="/known",http_status="502",method="GET"})", 1));
  EXPECT_TRUE(
      wait_for_metric(R"(http_requests_total{endpoint="unmatched",http_status="502",method="GET"})", 1));
}

TEST_F(Accounting, TakesTheRouteThatTheBackendDeclares) {
  config::Settings settings;
  settings.measurement.route_header = "X-Route-Template";
  settings.unmatched = routes::UnmatchedPolicy::kFold;
  start(settings);
  RawSocket client = connect();
  client.send(kGetUser);
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send("HTTP/1.1 200 OK\r\nx-route-template: /users/<id>\r\nContent-Length: 0\r\nX-Kept: 1\r\n\r\n");
  const std::string head = client.read_head();
  EXPECT_THAT(head, Not(HasSubstr("emplate")));
  EXPECT_THAT(head, HasSubstr("X-Kept: 1\r\n"));
  EXPECT_TRUE(
      wait_for_metric(R"(http_requests_total{endpoint="/users/<id>",http_status="200",method="GET"})", 1));
  client.send(kGetUser);
  backend.read_head();
  backend.send("HTTP/1.1 200 OK\r\nX-Route-Template: no path\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(client.read_head(), Not(HasSubstr("emplate")));
  EXPECT_TRUE(
      wait_for_metric(R"(http_requests_total{endpoint="unmatched",http_status="200",method="GET"})", 1));
}

// The size of the first chunk is written over the end of the head that was read, however long it is.
TEST_F(Accounting, TakesADeclaredRouteThatABodyFollowsAtOnce) {
  config::Settings settings;
  settings.measurement.route_header = "X-Route";
  start(settings);
  RawSocket client = connect();
  client.send(kGetUser);
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send("HTTP/1.0 200 OK\r\nX-Route: /users/:id\r\n\r\n" + std::string(5000, 'x'));
  backend.close();
  client.read_until("\r\n0\r\n\r\n");
  EXPECT_TRUE(
      wait_for_metric(R"(http_requests_total{endpoint="/users/:id",http_status="200",method="GET"})", 1));
}

TEST_F(Accounting, KeepsTheMatchedRouteWhereADeclaredOneHasNoRoom) {
  config::Settings settings;
  settings.measurement.route_header = "X-Route";
  settings.measurement.max_series = 500;
  settings.routes = {{.path = "/users/{id}", .methods = {}, .name = {}, .line = 0}};
  start(settings);
  RawSocket client = connect();
  client.send(kGetUser);
  RawSocket backend = backend_.accept();
  constexpr int kRequests = 30;
  for (int i = 0; i < kRequests; ++i) {
    backend.read_head();
    backend.send("HTTP/1.1 200 OK\r\nX-Route: /raw/" + std::to_string(i) + "\r\nContent-Length: 0\r\n\r\n");
    client.read_head();
    client.send(kGetUser);
  }
  backend.read_head();
  EXPECT_GT(metric(R"(http_requests_total{endpoint="/users/{id}",http_status="200",method="GET"})"), 0);
  EXPECT_EQ(metric("wayside_series_overflow_total"), 0);
  EXPECT_EQ(total("http_requests_total"), kRequests);
}

TEST_F(Accounting, LabelsByHeaderFromAClosedList) {
  config::Settings settings;
  settings.unmatched = routes::UnmatchedPolicy::kFold;
  settings.measurement.labels = {{"X-Tenant", {.name = "tenant", .values = {"a", "b"}}}};
  start(settings);
  RawSocket client = connect();
  const auto exchange = [&](RawSocket& backend, const std::string& field) {
    backend.read_head();
    backend.send(kOk);
    client.read_until("ok");
    const std::string label = field.ends_with("b") ? "b" : "other";
    EXPECT_TRUE(wait_until([&] {
      return metric(R"(http_requests_total{endpoint="unmatched",http_status="200",method="GET",tenant=")" +
                    label + "\"}") >= 1;
    }));
  };
  client.send("GET / HTTP/1.1\r\nHost: a\r\nx-tenant: b\r\n\r\n");
  RawSocket backend = backend_.accept();
  exchange(backend, "b");
  client.send("GET / HTTP/1.1\r\nHost: a\r\nX-Tenant: made-up\r\n\r\n");
  exchange(backend, "made-up");
  EXPECT_THAT(admin_get("/metrics"), Not(HasSubstr("made-up")));
}

TEST_F(Accounting, CountsNothingOfAnExcludedRoute) {
  config::Settings settings;
  settings.routes = {{.path = "/users/{id}", .methods = {}, .name = {}, .line = 0}};
  settings.routes.front().is_excluded = true;
  start(settings);
  RawSocket client = connect();
  client.send(kGetUser);
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send(kOk);
  client.read_until("ok");
  client.send(kGetUser);
  backend.read_head();
  backend.send("nonsense\r\n\r\n");
  client.read_head();
  EXPECT_EQ(total("http_requests_total"), 0);
  EXPECT_THAT(admin_get("/metrics"), Not(HasSubstr("/users/{id}")));
  EXPECT_EQ(total("wayside_backend_errors_total"), 0);
}

TEST_F(Accounting, MeasuresWhatARouteAsksFor) {
  config::Settings settings = unbuffered();
  settings.routes = {{.path = "/users/{id}", .methods = {}, .name = {}, .line = 0}};
  settings.routes.front().histograms = {"backend_ttfb", "queue", "request_size", "response_size"};
  start(settings);
  RawSocket client = connect();
  client.send("POST /users/1 HTTP/1.1\r\nHost: a\r\nX-Request-Start: t=1.5\r\nContent-Length: 3\r\n\r\nabc");
  RawSocket backend = backend_.accept();
  backend.read_until("abc");
  backend.send(kOk);
  client.read_until("ok");
  const auto count = [](const std::string& family) {
    return family + R"(_count{endpoint="/users/{id}",method="POST"})";
  };
  EXPECT_TRUE(wait_for_metric(count("http_request_backend_ttfb_seconds"), 1));
  EXPECT_EQ(metric(R"(http_request_size_bytes_sum{endpoint="/users/{id}",method="POST"})"), 3);
  EXPECT_EQ(metric(R"(http_response_size_bytes_sum{endpoint="/users/{id}",method="POST"})"), 2);
  // A queue time of fifty years is not plausible, so it is not counted.
  EXPECT_EQ(metric(count("http_request_queue_seconds")), 0);
  // A response that comes before the request is complete does not measure the backend's time.
  client.send("POST /users/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
  backend.read_head();
  backend.send(kOk);
  client.read_until("ok");
  client.send("abc");
  EXPECT_TRUE(wait_for_metric(count("http_request_duration_seconds"), 2));
  EXPECT_EQ(metric(count("http_request_backend_ttfb_seconds")), 1);
}

// Holds on a machine of any speed: each part is longer than zero, and their sum is not longer than the whole.
TEST_F(Accounting, SplitsADurationIntoItsParts) {
  using namespace std::chrono_literals;
  config::Settings settings;
  settings.routes = {{.path = "/users/{id}", .methods = {}, .name = {}, .line = 0}};
  settings.routes.front().histograms = {"backend_ttfb"};
  start(settings);
  RawSocket client = connect();
  client.send(kGetUser);
  RawSocket backend = backend_.accept();
  constexpr int kExchanges = 3;
  constexpr auto kPause = 10ms;
  for (int i = 1; i <= kExchanges; ++i) {
    backend.read_head();
    EXPECT_FALSE(client.wait_for_input(kPause));
    backend.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    client.read_head();
    EXPECT_FALSE(client.wait_for_input(kPause));
    backend.send("ok");
    client.read_exactly(2);
    if (i != kExchanges) client.send(kGetUser);
  }
  const std::string labels = R"({endpoint="/users/{id}",method="GET"})";
  ASSERT_TRUE(wait_for_metric("http_request_duration_seconds_count" + labels, kExchanges));
  const double duration = metric("http_request_duration_seconds_sum" + labels);
  const double ttfb = metric("http_request_backend_ttfb_seconds_sum" + labels);
  const double overhead = metric("wayside_overhead_seconds_sum");
  EXPECT_EQ(metric("wayside_overhead_seconds_count"), kExchanges);
  EXPECT_GE(duration, 2 * kExchanges * std::chrono::duration<double>(kPause).count());
  EXPECT_GT(ttfb, 0);
  EXPECT_GT(overhead, 0);
  EXPECT_LE(overhead + ttfb, duration);
}

TEST_F(Accounting, SaysWhichExchangesMetTheTarget) {
  using namespace std::chrono_literals;
  config::Settings settings;
  settings.routes = {{.path = "/users/{id}", .methods = {}, .name = {}, .line = 0}};
  settings.routes.front().slo = 1h;
  start(settings);
  RawSocket client = connect();
  client.send(kGetUser);
  RawSocket backend = backend_.accept();
  backend.read_head();
  backend.send(kOk);
  client.read_until("ok");
  client.send(kGetUser);
  backend.read_head();
  backend.send("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n");
  client.read_head();
  constexpr auto kTotal = R"(http_request_slo_total{endpoint="/users/{id}",method="GET"})";
  constexpr auto kGood = R"(http_request_slo_good_total{endpoint="/users/{id}",method="GET"})";
  EXPECT_TRUE(wait_for_metric(kTotal, 2));
  EXPECT_EQ(metric(kGood), 1);
  // A body that breaks off misses the objective, whatever the status.
  client.send(kGetUser);
  backend.read_head();
  backend.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  backend.close();
  client.read_to_end();
  EXPECT_TRUE(wait_for_metric(kTotal, 3));
  EXPECT_EQ(metric(kGood), 1);
  // An aborted exchange is not counted, since its result is unknown.
  {
    RawSocket impatient = connect();
    impatient.send(kGetUser);
    RawSocket its_backend = backend_.accept();
    its_backend.read_head();
    impatient.close();
    EXPECT_TRUE(wait_for_metric(R"(wayside_client_aborts_total{endpoint="/users/{id}",phase="waiting"})", 1));
  }
  EXPECT_EQ(metric(kTotal), 3);
}

TEST_F(Accounting, ShowsTheTraceBehindABucket) {
  start();
  RawSocket client = connect();
  constexpr std::string_view kTrace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  client.send("GET / HTTP/1.1\r\nHost: a\r\nTraceParent: " + std::string(kTrace) + "\r\n\r\n");
  RawSocket backend = backend_.accept();
  EXPECT_THAT(backend.read_head(), HasSubstr("TraceParent: " + std::string(kTrace) + "\r\n"));
  backend.send(kOk);
  client.read_until("ok");
  RawSocket scraper = RawSocket::connect(daemon().metrics_addresses().front());
  const auto scrape = [&] {
    scraper.send("GET /metrics HTTP/1.1\r\nHost: m\r\nAccept: application/openmetrics-text\r\n\r\n");
    return scraper.read_until("# EOF\n");
  };
  EXPECT_TRUE(wait_until([&] {
    return scrape().find(R"( # {span_id="b7ad6b7169203331",trace_id="0af7651916cd43dd8448eb211c80319c"} )") !=
           std::string::npos;
  }));
}

// The exchanges that clients saw, or that were counted, by method and first digit of the status.
using Account = std::map<std::pair<std::string, char>, int>;

class Conservation : public Accounting {
 protected:
  // Answers one request per connection: most with some status, some with a short body, some not at all.
  void serve_until(const std::atomic<bool>& is_over) {
    for (int number = 1; !is_over;) {
      if (!backend_.wait_for_connection(std::chrono::milliseconds(10))) continue;
      RawSocket backend = backend_.accept();
      try {
        backend.read_head();
        ++number;
        if (number % 5 == 0) continue;  // closes without an answer
        backend.send("HTTP/1.1 " + std::to_string(200 + number % 300) + " X\r\nX-Route: /declared/" +
                     std::to_string(number) + "\r\nConnection: close\r\nContent-Length: " +
                     (number % 7 == 0 ? "9" : "2") + "\r\n\r\nok");
      } catch (const std::runtime_error&) {
        // The client left.
      }
    }
  }

  // Sends one request after the other and returns the responses. Requests that are reset have none.
  Account visit(int first, int count) {
    Account seen;
    for (int number = first; number < first + count; ++number) {
      constexpr std::array kMethods = {"GET", "POST", "DELETE", "OTHER"};
      const std::string method = kMethods[static_cast<std::size_t>(number) % kMethods.size()];
      RawSocket client = connect();
      client.send(method == "OTHER" ? "BAD\r\n\r\n"
                                    : method + " /users/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      if (method == "DELETE") {
        client.reset();
        continue;
      }
      const std::string answer = client.read_to_end();
      constexpr std::string_view kBegin = "HTTP/1.1 ";
      if (!answer.starts_with(kBegin)) throw std::runtime_error("no answer: " + answer);
      ++seen[{method, answer[kBegin.size()]}];
    }
    return seen;
  }

  // The exchanges in http_requests_total.
  Account counted() const {
    Account account;
    std::istringstream page(admin_get("/metrics"));
    for (std::string line; std::getline(page, line);) {
      if (!line.starts_with("http_requests_total{")) continue;
      const auto label = [&](const std::string& name) {
        const std::size_t begin = line.find(name + "=\"") + name.size() + 2;
        return line.substr(begin, line.find('"', begin) - begin);
      };
      account[{label("method"), label("http_status").front()}] += std::stoi(line.substr(line.find("} ") + 2));
    }
    return account;
  }
};

// Clients finish, abort and break the rules, on two workers, with a backend that fails now and then and
// declares more routes than there is room for, while the configuration is reloaded again and again: the
// counts equal the clients' responses, and no counter goes down.
TEST_F(Conservation, CountsEveryExchangeOnce) {
  constexpr int kClients = 8;
  constexpr int kRequests = 60;
  config::Settings settings;
  settings.workers = 2;
  settings.measurement.max_series = 400;
  settings.measurement.route_header = "X-Route";
  settings.routes = {{.path = "/users/{id}", .methods = {}, .name = {}, .line = 0}};
  std::atomic<int> reloads = 0;
  set_source([settings, &reloads]() mutable {
    settings.routes.front().path = ++reloads % 2 == 0 ? "/users/{id}" : "/users/{number}";
    return settings;
  });
  start(settings);

  std::atomic<bool> is_over = false;
  std::thread service([&] { serve_until(is_over); });
  std::thread observer([&] {
    for (double before = 0; !is_over;) {
      daemon().reload();
      const double now = total("http_requests_total");
      EXPECT_GE(now, before);
      before = now;
    }
  });
  std::vector<std::future<Account>> clients;
  for (int i = 0; i < kClients; ++i)
    clients.push_back(std::async(std::launch::async, [this, i] { return visit(i, kRequests); }));
  Account seen;
  for (auto& client : clients) {
    for (const auto& [key, count] : client.get())
      seen[key] += count;
  }
  EXPECT_TRUE(wait_until([this] { return total("http_requests_in_flight") == 0; }));
  EXPECT_TRUE(wait_for_metric("wayside_client_connections", 0));
  is_over = true;
  service.join();
  observer.join();

  Account account = counted();
  // A request that is reset is not counted if it is gone before wayside reads it.
  int resets = 0;
  std::erase_if(account, [&](const auto& entry) {
    const bool is_reset = entry.first.first == "DELETE";
    if (is_reset) resets += entry.second;
    return is_reset;
  });
  EXPECT_LE(resets, kClients * kRequests / 4);
  EXPECT_EQ(account, seen);
  EXPECT_GT(reloads, 1);
  EXPECT_LE(metric("wayside_series"), metric("wayside_series_limit"));
  EXPECT_GT(metric("wayside_series_overflow_total"), 0);
  EXPECT_EQ(total("wayside_rejected_requests_total"), kClients * kRequests / 4);
}

}  // namespace
}  // namespace wayside::test
