#include "proxy/request_plan.hpp"

#include "support/parsed_head.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <string>
#include <string_view>

namespace wayside::proxy {
namespace {

// Every field of the plan.
std::string to_text(const RequestPlan& plan) {
  std::string text = fmt::format("{} 1.{}", method_label(plan.method), plan.is_http10 ? 0 : 1);
  if (plan.keeps_alive) text += ", keep-alive";
  if (plan.wants_upgrade) text += ", upgrade";
  if (plan.expects_continue) text += ", continue";
  text += ", " + test::to_text(plan.framing);
  if (plan.max_forwards) text += fmt::format(", {} hops", *plan.max_forwards);
  if (plan.violation) text += fmt::format(", {}", http::to_token(*plan.violation));
  return text;
}

std::string plan(std::string_view head, const http::Limits& limits = {}) {
  const test::ParsedRequest request(head);
  EXPECT_FALSE(request.violation) << head;
  return to_text(plan_request(request.head, limits));
}

struct Row {
  std::string_view request_line;
  std::string_view fields;
  std::string_view plan;
};

template <std::size_t size>
void expect_plans(const Row (&rows)[size], const http::Limits& limits = {}) {
  for (const Row& row : rows) {
    const std::string head = fmt::format("{}\r\nHost: a\r\n{}\r\n", row.request_line, row.fields);
    EXPECT_EQ(plan(head, limits), row.plan) << head;
  }
}

// RFC 9112 section 9.3.
TEST(RequestPlan, KeepsTheConnectionByVersionAndOption) {
  expect_plans({
      {"GET / HTTP/1.1", "", "GET 1.1, keep-alive, none"},
      {"GET / HTTP/1.1", "Connection: close\r\n", "GET 1.1, none"},
      {"GET / HTTP/1.1", "Connection: x, CLOSE\r\n", "GET 1.1, none"},
      {"GET / HTTP/1.1", "Connection: keep-alive\r\nConnection: close\r\n", "GET 1.1, none"},
      {"GET / HTTP/1.0", "", "GET 1.0, none"},
      {"GET / HTTP/1.0", "Connection: Keep-Alive\r\n", "GET 1.0, keep-alive, none"},
      {"GET / HTTP/1.0", "Connection: keep-alive, close\r\n", "GET 1.0, none"},
      {"GET / HTTP/1.0", "Keep-Alive: timeout=5\r\n", "GET 1.0, none"},
  });
}

TEST(RequestPlan, KnowsTheMethod) {
  expect_plans({
      {"HEAD / HTTP/1.1", "", "HEAD 1.1, keep-alive, none"},
      {"PATCH / HTTP/1.1", "", "PATCH 1.1, keep-alive, none"},
      {"get / HTTP/1.1", "", "OTHER 1.1, keep-alive, none"},
      {"PURGE / HTTP/1.1", "", "OTHER 1.1, keep-alive, none"},
  });
}

TEST(RequestPlan, KnowsTheFraming) {
  expect_plans({
      {"POST / HTTP/1.1", "Content-Length: 5\r\n", "POST 1.1, keep-alive, length 5"},
      {"POST / HTTP/1.1", "Content-Length: 0\r\n", "POST 1.1, keep-alive, length 0"},
      {"POST / HTTP/1.0", "Content-Length: 5\r\n", "POST 1.0, length 5"},
      {"POST / HTTP/1.1", "Transfer-Encoding: chunked\r\n", "POST 1.1, keep-alive, chunked"},
      {"POST / HTTP/1.1", "", "POST 1.1, keep-alive, none"},
      {"GET / HTTP/1.1", "Content-Length: 5\r\n", "GET 1.1, keep-alive, length 5"},
  });
}

// Its connection ends, whatever it asked for: where the next request begins is not known.
TEST(RequestPlan, OfARejectedFramingHasMethodAndVersionAlone) {
  expect_plans({
      {"POST / HTTP/1.1", "Content-Length: x\r\n", "POST 1.1, none, bad_content_length"},
      {"PUT / HTTP/1.1", "Content-Length: 5\r\nContent-Length: 6\r\n", "PUT 1.1, none, bad_content_length"},
      {"POST / HTTP/1.1", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
       "POST 1.1, none, length_and_transfer_encoding"},
      {"POST / HTTP/1.1", "Transfer-Encoding: gzip, chunked\r\nTE: trailers\r\n",
       "POST 1.1, none, bad_transfer_encoding"},
      {"DELETE / HTTP/1.0", "Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n",
       "DELETE 1.0, none, transfer_encoding_in_http10"},
      {"OPTIONS / HTTP/1.1", "Content-Length: -1\r\nMax-Forwards: 0\r\n",
       "OPTIONS 1.1, none, bad_content_length"},
  });
}

TEST(RequestPlan, RejectsALengthAboveTheLimit) {
  http::Limits limits;
  limits.body = 5;
  expect_plans(
      {
          {"PUT / HTTP/1.1", "Content-Length: 5\r\n", "PUT 1.1, keep-alive, length 5"},
          {"PUT / HTTP/1.1", "Content-Length: 6\r\n", "PUT 1.1, none, body_too_large"},
          {"PUT / HTTP/1.0", "Content-Length: 9223372036854775807\r\n", "PUT 1.0, none, body_too_large"},
          {"PUT / HTTP/1.1", "Transfer-Encoding: chunked\r\n", "PUT 1.1, keep-alive, chunked"},
      },
      limits);
}

// RFC 9110 section 7.8, and RFC 9113 section 3.1 for h2c.
TEST(RequestPlan, UpgradesWhereBothFieldsAskForIt) {
  expect_plans({
      {"GET / HTTP/1.1", "Connection: upgrade\r\nUpgrade: websocket\r\n",
       "GET 1.1, keep-alive, upgrade, none"},
      {"GET / HTTP/1.1", "Connection: keep-alive, Upgrade\r\nUpgrade: websocket, x/1\r\n",
       "GET 1.1, keep-alive, upgrade, none"},
      {"GET / HTTP/1.1", "Connection: upgrade, close\r\nUpgrade: websocket\r\n", "GET 1.1, upgrade, none"},
      {"GET / HTTP/1.1", "Connection: upgrade\r\n", "GET 1.1, keep-alive, none"},
      {"GET / HTTP/1.1", "Upgrade: websocket\r\n", "GET 1.1, keep-alive, none"},
      {"GET / HTTP/1.0", "Connection: upgrade, keep-alive\r\nUpgrade: websocket\r\n",
       "GET 1.0, keep-alive, none"},
      {"GET / HTTP/1.1", "Connection: upgrade\r\nUpgrade: h2c\r\n", "GET 1.1, keep-alive, none"},
      {"GET / HTTP/1.1", "Connection: upgrade\r\nUpgrade: websocket\r\nUpgrade: x, H2C\r\n",
       "GET 1.1, keep-alive, none"},
      {"GET / HTTP/1.1", "Connection: upgrade\r\nUpgrade: h2c-like\r\n",
       "GET 1.1, keep-alive, upgrade, none"},
      {"POST / HTTP/1.1", "Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n",
       "POST 1.1, keep-alive, upgrade, length 0"},
  });
}

TEST(RequestPlan, DoesNotUpgradeARequestWithABody) {
  expect_plans({
      {"POST / HTTP/1.1", "Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 1\r\n",
       "POST 1.1, keep-alive, length 1"},
      {"POST / HTTP/1.1", "Connection: upgrade\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked\r\n",
       "POST 1.1, keep-alive, chunked"},
  });
}

// RFC 9110 section 10.1.1: without a body there is nothing to wait with.
TEST(RequestPlan, ExpectsContinueForABody) {
  expect_plans({
      {"PUT / HTTP/1.1", "Expect: 100-continue\r\nContent-Length: 1\r\n",
       "PUT 1.1, keep-alive, continue, length 1"},
      {"PUT / HTTP/1.1", "Expect: x, 100-Continue\r\nTransfer-Encoding: chunked\r\n",
       "PUT 1.1, keep-alive, continue, chunked"},
      {"PUT / HTTP/1.1", "Expect: 100-continue\r\nContent-Length: 0\r\n", "PUT 1.1, keep-alive, length 0"},
      {"PUT / HTTP/1.1", "Expect: 100-continue\r\n", "PUT 1.1, keep-alive, none"},
      {"PUT / HTTP/1.1", "Expect: 100-continued\r\nContent-Length: 1\r\n", "PUT 1.1, keep-alive, length 1"},
  });
}

// RFC 9110 section 7.6.2.
TEST(RequestPlan, CountsTheHopsOfOptionsAndTrace) {
  expect_plans({
      {"OPTIONS * HTTP/1.1", "Max-Forwards: 0\r\n", "OPTIONS 1.1, keep-alive, none, 0 hops"},
      {"OPTIONS / HTTP/1.0", "Max-Forwards: 7\r\n", "OPTIONS 1.0, none, 7 hops"},
      {"TRACE / HTTP/1.1", "Max-Forwards: 18446744073709551615\r\n",
       "TRACE 1.1, keep-alive, none, 18446744073709551615 hops"},
      {"TRACE / HTTP/1.1", "", "TRACE 1.1, keep-alive, none"},
      {"TRACE / HTTP/1.1", "Max-Forwards: 18446744073709551616\r\n", "TRACE 1.1, keep-alive, none"},
      {"TRACE / HTTP/1.1", "Max-Forwards: -1\r\n", "TRACE 1.1, keep-alive, none"},
      {"TRACE / HTTP/1.1", "Max-Forwards: 1x\r\n", "TRACE 1.1, keep-alive, none"},
      {"TRACE / HTTP/1.1", "Max-Forwards:\r\n", "TRACE 1.1, keep-alive, none"},
      {"GET / HTTP/1.1", "Max-Forwards: 0\r\n", "GET 1.1, keep-alive, none"},
  });
}

TEST(RequestPlan, EndsHereOnTheLastHopAlone) {
  EXPECT_FALSE(RequestPlan{}.ends_here());
  EXPECT_FALSE(RequestPlan{.max_forwards = 1}.ends_here());
  EXPECT_TRUE(RequestPlan{.max_forwards = 0}.ends_here());
}

TEST(RequestPlan, OfAHeadThatWasNotUnderstoodEndsTheConnection) {
  EXPECT_EQ(to_text(RequestPlan{}), "OTHER 1.1, none");
}

}  // namespace
}  // namespace wayside::proxy
