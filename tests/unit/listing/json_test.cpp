#include "listing/json.hpp"

#include <gtest/gtest.h>

#include <string>

namespace wayside::listing {
namespace {

TEST(ListingJson, TellsTheLineOfANode) {
  const auto document = parse_json("{\"a\":\n [1,\n {\"b\": 2}]}");
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(line_of((*document)["a"][1]), 3U);
}

TEST(ListingJson, TellsWhereItIsBroken) {
  const auto document = parse_json("{\"a\":\n [1, }");
  ASSERT_TRUE(document.has_error());
  EXPECT_EQ(document.error().line, 2U);
  EXPECT_GT(document.error().column, 1U);
}

TEST(ListingJson, RefusesDepthBeforeItRecurses) {
  const auto document = parse_json("\n" + std::string(1'000'000, '['));
  ASSERT_TRUE(document.has_error());
  EXPECT_EQ(document.error().line, 2U);
}

}  // namespace
}  // namespace wayside::listing
