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

// Each level stands for ten of the one before.
TEST(ListingJson, RefusesAliases) {
  std::string text = "{\"a0\": &a0 [\"/*\", \"&\"]";
  for (int i = 1; i < 8; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += ",\n\"a" + std::to_string(i) + "\": &a" + std::to_string(i) + " [" + before;
    for (int times = 1; times < 10; ++times)
      text += ", " + before;
    text += "]";
  }
  const auto document = parse_json(text + "}");
  ASSERT_TRUE(document.has_error());
  EXPECT_EQ(document.error().line, 2U);
  EXPECT_EQ(document.error().column, 12U);
  EXPECT_EQ(document.error().message, "expected JSON, found a mistake: an alias of YAML");

  EXPECT_TRUE(parse_json("{\"a\": [\"*b\", \"/*\", \"&c\"]}").has_value()) << "texts are no aliases";
}

}  // namespace
}  // namespace wayside::listing
