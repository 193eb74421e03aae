// A steady-state keep-alive exchange allocates nothing, whatever it carries.
#include "allocation/allocations.hpp"
#include "proxy/backend_pool.hpp"
#include "support/proxy_fixture.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace wayside::test {
namespace {

struct Case {
  const char* name;
  std::string_view request;
  std::string_view response;
};

// Whether all threads but this one wait for something (proc(5), /proc/[pid]/stat: the state follows the
// name).
bool others_sleep() {
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    if (task.path().filename() == std::to_string(::gettid())) continue;
    std::string stat;
    std::getline(std::ifstream(task.path() / "stat"), stat);
    const std::size_t name_end = stat.rfind(')');
    if (name_end != stat.npos && stat.substr(name_end, 3) != ") S") return false;
  }
  return true;
}

class Exchange : public ProxyFixture {
 protected:
  // What the admin thread does at first is none of an exchange's doing: it is over when the thread has
  // answered and sleeps.
  void start_quietly(config::Settings settings) {
    start(std::move(settings));
    admin_get("/-/healthy");
    ASSERT_TRUE(wait_until(others_sleep));
  }
  void start_quietly(std::initializer_list<const char*> templates) {
    config::Settings settings;
    for (const char* path : templates)
      settings.routes.push_back({.path = path, .methods = {}, .name = {}, .line = 0});
    start_quietly(std::move(settings));
  }

  // Allocations of the whole process over one exchange; the test's own part in it allocates nothing.
  std::size_t allocations_of(RawSocket& client, RawSocket& backend, std::string_view request,
                             std::size_t forwarded_size, std::string_view response,
                             std::size_t relayed_size) {
    const std::size_t before = allocation_count();
    client.send(request);
    backend.skip_exactly(forwarded_size);
    backend.send(response);
    client.skip_exactly(relayed_size);
    return allocation_count() - before;
  }

  void repeat(const Case& test_case) {
    RawSocket client = connect();
    client.send(test_case.request);
    RawSocket backend = backend_.accept();
    // The first exchange tells how long the messages are that come out.
    const bool has_chunks = test_case.request.find("chunked") != std::string_view::npos;
    const bool has_length = test_case.request.find("Content-Length: 5") != std::string_view::npos;
    std::size_t forwarded_size = backend.read_head().size();
    if (has_length) forwarded_size += backend.read_exactly(5).size();
    if (has_chunks) forwarded_size += backend.read_until("0\r\n\r\n").size();
    backend.send(test_case.response);
    std::size_t relayed_size = client.read_head().size();
    if (test_case.response.ends_with("ok")) relayed_size += client.read_exactly(2).size();
    if (has_chunks) relayed_size += client.read_until("0\r\n\r\n").size();

    for (int i = 0; i < 20; ++i) {
      allocations_of(client, backend, test_case.request, forwarded_size, test_case.response, relayed_size);
    }
    std::size_t allocations = 0;
    for (int i = 0; i < 200; ++i) {
      allocations += allocations_of(client, backend, test_case.request, forwarded_size, test_case.response,
                                    relayed_size);
    }
    EXPECT_EQ(allocations, 0U) << test_case.name << ", over 200 exchanges";
  }
};

constexpr std::array kCases = {
    Case{"small GET", "GET /users/42 HTTP/1.1\r\nHost: a\r\n\r\n",
         "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"},
    Case{"GET with browser-like fields",
         "GET /users/42?tab=1 HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: Mozilla/5.0\r\nAccept: "
         "text/html\r\n"
         "Accept-Language: en\r\nAccept-Encoding: gzip\r\nCookie: session=0123456789abcdef\r\nDNT: 1\r\n"
         "Connection: keep-alive\r\nX-Forwarded-For: 10.1.2.3\r\nCache-Control: no-cache\r\n\r\n",
         "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: a=b\r\n\r\nok"},
    Case{"POST with a body", "POST /users HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
         "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"},
    Case{"chunked both ways",
         "POST /users HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nworld\r\n0\r\n\r\n"},
    Case{"unmatched path and unknown method", "BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n",
         "HTTP/1.1 418 I'm a teapot\r\nContent-Length: 0\r\n\r\n"},
};

TEST_F(Exchange, AllocatesNothingInSteadyState) {
  start_quietly({"/users", "/users/{id}"});
  for (const Case& test_case : kCases)
    repeat(test_case);
}

TEST_F(Exchange, AllocatesNothingWithAllThatCanBeMeasured) {
  config::Settings settings;
  settings.namings = {metrics::Naming::kHttp, metrics::Naming::kOtel};
  settings.access_log = config::AccessLog::kJson;
  settings.measurement.native_histograms = true;
  settings.measurement.route_header = "X-Route";
  settings.measurement.labels = {{"X-Tenant", {.name = "tenant", .values = {"a", "b"}}}};
  settings.routes = {{.path = "/users/{id}", .methods = {}, .name = {}, .line = 0}};
  settings.routes.front().slo = std::chrono::seconds(1);
  settings.routes.front().histograms = {"backend_ttfb", "queue", "request_size", "response_size"};
  start_quietly(settings);
  repeat({"GET with all that is measured",
          "GET /users/42 HTTP/1.1\r\nHost: a\r\nX-Tenant: b\r\nX-Request-Start: t=1700000000.5\r\n"
          "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n",
          "HTTP/1.1 200 OK\r\nX-Route: /users/<int:id>\r\nContent-Length: 2\r\n\r\nok"});
}

TEST_F(Exchange, AllocatesNothingWhereRoutesAreGuessed) {
  start_quietly(config::Settings{});
  for (const Case& test_case : kCases)
    repeat(test_case);
  repeat({"a guess that earns no series", "GET /made-up HTTP/1.1\r\nHost: a\r\n\r\n",
          "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nok"});
}

TEST_F(Exchange, AllocatesNothingWithManyConnectionsInTurn) {
  start_quietly({"/users/{id}"});
  constexpr std::size_t kConnections = 50;
  constexpr std::string_view kRequest = "GET /users/42 HTTP/1.1\r\nHost: a\r\n\r\n";
  constexpr std::string_view kResponse = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  std::vector<RawSocket> clients;
  std::vector<RawSocket> backends;
  std::size_t forwarded_size = 0;
  // All in flight at once, so that each has a backend connection of its own.
  for (std::size_t i = 0; i < kConnections; ++i) {
    clients.push_back(connect());
    clients.back().send(kRequest);
    backends.push_back(backend_.accept());
    forwarded_size = backends.back().read_head().size();
  }
  const auto answer_all = [&] {
    for (RawSocket& backend : backends)
      backend.send(kResponse);
    for (RawSocket& client : clients)
      client.skip_exactly(kResponse.size());
  };
  answer_all();
  // Until each has passed its probation, a client may take the connection of another one, which then makes a
  // new one.
  std::this_thread::sleep_for(2 * proxy::BackendPool::kProbation);
  const auto round = [&] {
    for (RawSocket& client : clients)
      client.send(kRequest);
    for (RawSocket& backend : backends)
      backend.skip_exactly(forwarded_size);
    answer_all();
  };
  for (int i = 0; i < 5; ++i)
    round();
  const std::size_t before = allocation_count();
  for (int i = 0; i < 20; ++i)
    round();
  EXPECT_EQ(allocation_count() - before, 0U) << "over " << 20 * kConnections << " exchanges";
}

TEST(AllocationCount, SeesWhatIsAllocated) {
  const std::size_t before = allocation_count();
  void* volatile storage = std::malloc(100);  // volatile, or the pair is optimised away
  std::free(storage);
  EXPECT_GT(allocation_count(), before);
}

}  // namespace
}  // namespace wayside::test
