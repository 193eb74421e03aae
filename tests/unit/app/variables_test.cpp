#include "app/variables.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>

namespace wayside::app {
namespace {

TEST(Variables, AreTakenOnce) {
  ::setenv("WAYSIDE_TEST_VARIABLE", "a b", 1);
  EXPECT_EQ(take_variable("WAYSIDE_TEST_VARIABLE"), "a b");
  EXPECT_EQ(take_variable("WAYSIDE_TEST_VARIABLE"), std::nullopt);
  EXPECT_EQ(std::getenv("WAYSIDE_TEST_VARIABLE"), nullptr);
}

TEST(Variables, HoldNumbersInDigitsAlone) {
  EXPECT_EQ(parse_number("0"), 0U);
  EXPECT_EQ(parse_number("18446744073709551615"), UINT64_MAX);
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "1s", "0x1", "18446744073709551616"})
    EXPECT_EQ(parse_number(text), std::nullopt) << text;
}

}  // namespace
}  // namespace wayside::app
