// The requests of the demo's visitors, received by a listener in place of the proxy.
#include "demo/traffic.hpp"

#include "wayside/base/clock.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>

namespace wayside::demo {
namespace {

namespace net = boost::asio;
using net::ip::tcp;

class DemoTrafficTest : public testing::Test {
 protected:
  Address proxy() const { return Address{"127.0.0.1", listener_.local_endpoint().port(), {}}; }

  // The head of the next request on `visitor`.
  static std::string read_head(tcp::socket& visitor) {
    std::string head;
    const std::size_t size = net::read_until(visitor, net::dynamic_buffer(head), "\r\n\r\n");
    EXPECT_EQ(size, head.size()) << "a GET has no body";
    return head;
  }

  static void answer(tcp::socket& visitor, const std::string& response) {
    net::write(visitor, net::buffer(response));
  }

  // The connection of a visitor whose first request is for that target. Those of others are closed.
  tcp::socket accept_request_for(const std::string& target) {
    for (;;) {
      tcp::socket visitor = listener_.accept();
      if (read_head(visitor).starts_with("GET " + target + " ")) return visitor;
    }
  }

  // Waits for the visitor to close the connection. False: it sends something before.
  static bool has_left(tcp::socket& visitor) {
    error_code error;
    char byte = 0;
    visitor.read_some(net::buffer(&byte, 1), error);
    return static_cast<bool>(error);
  }

  net::io_context context_;
  tcp::acceptor listener_{context_, tcp::endpoint{net::ip::address_v4::loopback(), 0}};
};

TEST_F(DemoTrafficTest, SendsRequestAfterRequestOnOneConnection) {
  const Traffic traffic{proxy()};
  tcp::socket visitor = listener_.accept();
  for (int i = 0; i < 2; ++i) {
    const std::string head = read_head(visitor);
    EXPECT_THAT(head, testing::StartsWith("GET /"));
    EXPECT_THAT(head, testing::HasSubstr("Host: " + to_string(proxy()) + "\r\n"));
    answer(visitor, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
  }
}

TEST_F(DemoTrafficTest, ComesBackAfterAConnectionIsLost) {
  const Traffic traffic{proxy()};
  constexpr int kMoreConnectionsThanVisitors = 5;
  for (int i = 0; i < kMoreConnectionsThanVisitors; ++i) {
    tcp::socket visitor = listener_.accept();
    read_head(visitor);
    answer(visitor, i % 2 == 0 ? "not HTTP\r\n\r\n" : "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
  }
}

TEST_F(DemoTrafficTest, StopsAtOnceWhileAnAnswerIsPending) {
  std::optional<Traffic> traffic{std::in_place, proxy()};
  tcp::socket visitor = listener_.accept();
  read_head(visitor);
  const TimePoint start = Clock::now();
  traffic.reset();
  EXPECT_LT(Clock::now() - start, std::chrono::seconds{1});
}

TEST_F(DemoTrafficTest, FollowsAFewEventsAndLeaves) {
  const Traffic traffic{proxy()};
  tcp::socket visitor = accept_request_for("/events");
  std::string stream =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < kEventsOfAVisit; ++i)
    stream += "9\r\ndata: 1\n\n\r\n";
  answer(visitor, stream);
  EXPECT_TRUE(has_left(visitor));
}

TEST_F(DemoTrafficTest, LeavesBeforeASlowAnswer) {
  const Traffic traffic{proxy()};
  tcp::socket visitor = accept_request_for("/slow?leaves");
  EXPECT_TRUE(has_left(visitor)) << "no answer has come";
}

}  // namespace
}  // namespace wayside::demo
