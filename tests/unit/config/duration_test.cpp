#include "config/duration.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace wayside::config {
namespace {

using namespace std::chrono_literals;

TEST(Duration, Reads) {
  EXPECT_EQ(*parse_duration("1ms"), 1ms);
  EXPECT_EQ(*parse_duration("250ms"), 250ms);
  EXPECT_EQ(*parse_duration("3s"), 3s);
  EXPECT_EQ(*parse_duration("5m"), 5min);
  EXPECT_EQ(*parse_duration("1h"), 1h);
  EXPECT_EQ(*parse_duration("720h"), 720h);
  EXPECT_EQ(*parse_duration("007s"), 7s);
}

TEST(Duration, SaysWhatIsWrong) {
  for (const char* text :
       {"", "10", "s", "ms", "3 s", " 3s", "3s ", "1.5s", "-3s", "+3s", "3S", "3d", "1m30s", "0x1s"}) {
    const auto duration = parse_duration(text);
    ASSERT_TRUE(duration.has_error()) << text;
    EXPECT_EQ(duration.error().text,
              "expected a duration such as 250ms, 3s, 5m or 1h, found \"" + std::string(text) + "\"");
  }
  for (const char* text : {"0s", "0ms", "721h", "2592000001ms", "99999999999999999999h"}) {
    const auto duration = parse_duration(text);
    ASSERT_TRUE(duration.has_error()) << text;
    EXPECT_EQ(duration.error().text,
              "expected a duration from 1ms to 720h, found \"" + std::string(text) + "\"");
  }
}

TEST(Duration, PrintsWithTheLargestUnitThatDivides) {
  for (const char* text : {"1ms", "250ms", "1001ms", "3s", "90s", "5m", "90m", "1h", "720h"}) {
    EXPECT_EQ(to_string(*parse_duration(text)), text);
  }
  EXPECT_EQ(to_string(60s), "1m");
  EXPECT_EQ(to_string(3600000ms), "1h");
}

}  // namespace
}  // namespace wayside::config
