#include "http/appender.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

namespace wayside::http {
namespace {

TEST(Appender, FillsItsSpanToTheLastByte) {
  std::array<char, 8> out{};
  Appender appender(out);
  appender.text("abc");
  appender.text("");
  appender.number(12345);
  EXPECT_EQ(appender.size(), 8U);
  EXPECT_EQ(std::string_view(out.data(), out.size()), "abc12345");
}

TEST(Appender, WritesTheLargestNumber) {
  std::array<char, 20> out{};
  Appender appender(out);
  appender.number(std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(appender.size(), 20U);
  EXPECT_EQ(std::string_view(out.data(), out.size()), "18446744073709551615");
}

// A short piece behind one that did not fit would leave a gap in the text.
TEST(Appender, WritesNothingBehindAPieceThatDoesNotFit) {
  std::array<char, 6> out = {'.', '.', '.', '.', '.', '.'};
  Appender appender(std::span<char>(out).first(5));
  appender.text("abc");
  appender.text("def");
  appender.text("g");
  appender.number(1);
  EXPECT_EQ(appender.size(), std::nullopt);
  EXPECT_EQ(std::string_view(out.data(), out.size()), "abc...");
}

TEST(Appender, TakesNothingIntoAnEmptySpan) {
  Appender appender({});
  appender.text("");
  EXPECT_EQ(appender.size(), 0U);
  appender.text("a");
  EXPECT_EQ(appender.size(), std::nullopt);
}

}  // namespace
}  // namespace wayside::http
