#include "metrics/label_value.hpp"

#include <gtest/gtest.h>

namespace wayside::metrics {
namespace {

TEST(LabelValue, EscapesTheThreeCharactersAndNoOther) {
  EXPECT_EQ(escaped_label_value("/users/{id}"), "/users/{id}");
  EXPECT_EQ(escaped_label_value("a\\b\"c\nd"), "a\\\\b\\\"c\\nd");
  EXPECT_EQ(escaped_label_value("\t\r'"), "\t\r'");
  EXPECT_NE(escaped_label_value("\n"), escaped_label_value("\\n"));
}

}  // namespace
}  // namespace wayside::metrics
