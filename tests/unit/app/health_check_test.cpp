#include "app/health_check.hpp"

#include "support/fake_backend.hpp"
#include "support/io_loop.hpp"
#include "support/raw_socket.hpp"
#include "support/sinks.hpp"
#include "support/stuck_resolver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::app {
namespace {

using namespace std::chrono_literals;
using test::run_until;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class HealthCheckTest : public testing::Test {
 protected:
  void make() {
    check_.emplace(loop_.io, address_, settings_, [this](const HealthCheck::Result& result) {
      results_.push_back(result.why);
      verdicts_.push_back(result.verdict);
    });
  }
  void start() {
    make();
    check_->start();
  }
  test::RawSocket accept() {
    EXPECT_TRUE(run_until(loop_, [&] { return backend_.wait_for_connection(0ms); }));
    return backend_.accept();
  }
  // The request of the check.
  std::string receive(test::RawSocket& connection) {
    std::string all;
    EXPECT_TRUE(run_until(loop_, [&] {
      all += connection.read_available();
      return all.ends_with("\r\n\r\n");
    }));
    return all;
  }
  // Runs one check whose response is `response`, in the given pieces, and returns its result.
  std::string result_of(const std::vector<std::string_view>& pieces, bool closes = false) {
    const std::size_t before = results_.size();
    test::RawSocket connection = accept();
    receive(connection);
    for (const std::string_view piece : pieces) {
      connection.send(piece);
      test::run_ready(loop_);
    }
    if (closes) connection.close();
    EXPECT_TRUE(run_until(loop_, [&] { return results_.size() != before; }));
    return results_.back();
  }

  test::IoLoop loop_;
  test::FakeBackend backend_;
  Address address_ = backend_.address();
  config::HealthCheck settings_{.path = "/healthz?deep=1", .interval = 5ms, .timeout = 10s};
  std::vector<std::string> results_;  // empty texts for a healthy backend
  std::vector<HealthCheck::Result::Verdict> verdicts_;
  std::optional<HealthCheck> check_;
};

TEST_F(HealthCheckTest, AsksForThePath) {
  start();
  test::RawSocket connection = accept();
  const std::string request = receive(connection);
  EXPECT_THAT(request, StartsWith("GET /healthz?deep=1 HTTP/1.1\r\nHost: " + to_string(backend_.address()) +
                                  "\r\nUser-Agent: wayside\r\n"));
  EXPECT_THAT(request, EndsWith("\r\nConnection: close\r\n\r\n"));
  connection.send("HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_TRUE(run_until(loop_, [&] { return !results_.empty(); }));
  EXPECT_THAT(results_, ElementsAre(""));
  EXPECT_EQ(connection.read_to_end(), "") << "each check has a connection of its own";
}

TEST_F(HealthCheckTest, GoesByTheStatus) {
  start();
  EXPECT_EQ(result_of({"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"}), "");
  EXPECT_EQ(result_of({"HTTP/1.0 302 Found\r\nLocation: /\r\n\r\n"}), "");
  EXPECT_EQ(result_of({"HTTP/1.1 404 Not Found\r\n\r\n"}), "status 404");
  EXPECT_EQ(result_of({"HTTP/1.1 503 Service Unavailable\r\n\r\n"}), "status 503");
  EXPECT_EQ(result_of({"HTTP/1.1 101 Switching Protocols\r\n\r\n"}), "status 101");
}

TEST_F(HealthCheckTest, ReadsTheResponseInPieces) {
  start();
  EXPECT_EQ(result_of({"H", "TTP/1.1 103 Early Hints\r\nLink: </a>\r", "\n\r\nHTTP/1.1 500 ", "No\r\n\r\n"}),
            "status 500");
  EXPECT_EQ(result_of({"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"}), "");
}

TEST_F(HealthCheckTest, FailsWithoutAResponse) {
  start();
  EXPECT_EQ(result_of({}, true), "the connection ended before the response");
  EXPECT_EQ(result_of({"HTTP/1.1 200 OK\r\n"}, true), "the connection ended before the response");
  EXPECT_EQ(result_of({"SSH-2.0-OpenSSH_9.2\r\n"}), "the message head is malformed");
  EXPECT_EQ(result_of({"HTTP/1.1 200 OK\r\nX: " + std::string(33 * 1024, 'x')}),
            "the message head is too large");
}

TEST_F(HealthCheckTest, FailsWhereTheBackendRefuses) {
  backend_.stop_listening();
  start();
  EXPECT_TRUE(run_until(loop_, [&] { return results_.size() == 2; })) << "and goes on";
  EXPECT_EQ(results_.front(), "Connection refused");
  EXPECT_EQ(verdicts_.front(), HealthCheck::Result::Verdict::kUnhealthy);
}

TEST_F(HealthCheckTest, IsNotMadeWithoutDescriptors) {
  make();
  {
    const test::NoDescriptors no_descriptors;
    check_->start();
    EXPECT_TRUE(run_until(loop_, [&] { return !results_.empty(); }));
  }
  EXPECT_EQ(results_.front(), std::strerror(EMFILE));
  EXPECT_EQ(verdicts_.front(), HealthCheck::Result::Verdict::kNotMade);
  test::RawSocket connection = accept();  // of the next check
}

TEST_F(HealthCheckTest, FailsWhereTheResponseIsLate) {
  settings_.timeout = 30ms;
  start();
  test::RawSocket connection = accept();
  EXPECT_TRUE(run_until(loop_, [&] { return !results_.empty(); }));
  EXPECT_THAT(results_, ElementsAre("no response in time"));
  EXPECT_THAT(connection.read_to_end(), HasSubstr("GET /healthz")) << "and the connection is closed";
}

// A backend that sends faster than the check reads would keep the loop for itself.
TEST_F(HealthCheckTest, FailsWhereInformationalResponsesHaveNoEnd) {
  start();
  std::string many;
  for (int i = 0; i != 16; ++i)
    many += "HTTP/1.1 102 Processing\r\n\r\n";
  EXPECT_EQ(result_of({many + "HTTP/1.1 200 OK\r\n\r\n"}), "");
  EXPECT_EQ(result_of({many + "HTTP/1.1 102 Processing\r\n\r\n"}),
            "too many informational responses precede the final one");
}

// Each look-up that hangs has a thread, and may have a descriptor.
TEST_F(HealthCheckTest, LooksUpAFewTimesAtOnceWhereLookUpsHang) {
  address_.host = test::kStuckHost;
  settings_.timeout = 10ms;
  {
    test::StuckResolver resolver;
    start();
    EXPECT_TRUE(run_until(loop_, [&] { return results_.size() >= 20; }));
    EXPECT_THAT(results_, testing::Each("no response in time"));
    EXPECT_LE(resolver.stuck_count(), 4);
  }
  // The name is found again.
  test::RawSocket connection = accept();
}

TEST_F(HealthCheckTest, MakesNoSecondCheckBesideOneUnderWay) {
  start();
  test::RawSocket connection = accept();
  test::run_for(loop_, 50ms);
  EXPECT_FALSE(backend_.wait_for_connection(0ms));
  EXPECT_THAT(results_, ElementsAre());
}

TEST_F(HealthCheckTest, LeavesTheLoopWithoutWorkOnceStopped) {
  start();
  test::RawSocket connection = accept();
  check_->stop();
  EXPECT_TRUE(test::run_dry(loop_));
  EXPECT_THAT(results_, ElementsAre());
}

}  // namespace
}  // namespace wayside::app
