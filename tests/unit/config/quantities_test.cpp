#include "config/quantities.hpp"

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

TEST(Duration, IsZeroOnlyWhereThatIsAllowed) {
  EXPECT_TRUE(parse_duration("0s").has_error());
  EXPECT_EQ(*parse_duration("0s", 0ms), 0ms);
  EXPECT_EQ(*parse_duration("0h", 0ms), 0ms);
  EXPECT_EQ(parse_duration("721h", 0ms).error().text, "expected a duration from 0s to 720h, found \"721h\"");
  EXPECT_TRUE(parse_duration("0", 0ms).has_error());
  EXPECT_EQ(print_duration(0ms), "0s");
}

TEST(Duration, PrintsWithTheLargestUnitThatDivides) {
  for (const char* text : {"1ms", "250ms", "1001ms", "3s", "90s", "5m", "90m", "1h", "720h"}) {
    EXPECT_EQ(print_duration(*parse_duration(text)), text);
  }
  EXPECT_EQ(print_duration(60s), "1m");
  EXPECT_EQ(print_duration(3600000ms), "1h");
}

constexpr std::uint64_t kMax = std::uint64_t{1} << 40U;

TEST(Size, ReadsAndWritesEveryUnit) {
  for (const auto& [text, bytes] : {std::pair{"1B", std::uint64_t{1}},
                                    {"1023B", 1023},
                                    {"8KiB", 8192},
                                    {"3MiB", 3145728},
                                    {"2GiB", std::uint64_t{1} << 31U}}) {
    const auto size = parse_size(text, kMax);
    ASSERT_TRUE(size.has_value()) << text;
    EXPECT_EQ(*size, bytes);
    EXPECT_EQ(print_size(bytes), text);
  }
}

TEST(Size, RefusesWhatItCannotBeSureOf) {
  for (const char* text :
       {"", "8", "8 KiB", "8k", "8KB", "-1B", "+1B", "0B", "1.5MiB", "KiB", "99999999999999999999B"}) {
    EXPECT_FALSE(parse_size(text, kMax).has_value()) << text;
  }
  EXPECT_FALSE(parse_size("18014398509481984KiB", kMax).has_value());  // 2^64 bytes
}

TEST(Size, NamesTheMaximum) {
  const auto size = parse_size("61KiB", 60 * 1024);
  ASSERT_FALSE(size.has_value());
  EXPECT_EQ(size.error().text, "expected at most 60KiB, found \"61KiB\"");
}

}  // namespace
}  // namespace wayside::config
