#include "wayside/http/keep_alive.hpp"

#include "support/parsed_head.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <fmt/format.h>
#include <optional>
#include <string_view>

namespace wayside::http {
namespace {

using namespace std::chrono_literals;

std::optional<std::chrono::seconds> timeout_of(std::string_view fields) {
  const test::ParsedResponse response(fmt::format("HTTP/1.1 200 OK\r\n{}\r\n", fields));
  EXPECT_FALSE(response.violation) << fields;
  return keep_alive_timeout(response.head.fields);
}

TEST(KeepAlive, GivesTheTimeout) {
  EXPECT_EQ(timeout_of("Keep-Alive: timeout=5\r\n"), 5s);
  EXPECT_EQ(timeout_of("Keep-Alive: timeout=5, max=100\r\n"), 5s);
  EXPECT_EQ(timeout_of("keep-alive: max=100,Timeout = 65\r\n"), 65s);
  EXPECT_EQ(timeout_of("Keep-Alive: timeout=0\r\n"), 0s);
}

TEST(KeepAlive, GivesTheLeastOfSeveral) {
  EXPECT_EQ(timeout_of("Keep-Alive: timeout=5, timeout=3\r\n"), 3s);
  EXPECT_EQ(timeout_of("Keep-Alive: timeout=2\r\nKeep-Alive: timeout=9\r\n"), 2s);
}

TEST(KeepAlive, CutsALongTime) {
  EXPECT_EQ(timeout_of("Keep-Alive: timeout=86401\r\n"), 24h);
  EXPECT_EQ(timeout_of("Keep-Alive: timeout=99999999999999999999\r\n"), 24h);
}

TEST(KeepAlive, IgnoresWhatIsNoNumberOfSeconds) {
  for (const std::string_view fields :
       {"", "Keep-Alive: \r\n", "Keep-Alive: 5\r\n", "Keep-Alive: timeout\r\n", "Keep-Alive: timeout=\r\n",
        "Keep-Alive: timeout=-5\r\n", "Keep-Alive: timeout=5s\r\n", "Keep-Alive: timeout=5.5\r\n",
        "Keep-Alive: my-timeout=5\r\n", "Connection: keep-alive\r\n"}) {
    EXPECT_EQ(timeout_of(fields), std::nullopt) << fields;
  }
}

}  // namespace
}  // namespace wayside::http
