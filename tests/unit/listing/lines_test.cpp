#include "listing/lines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wayside::listing {
namespace {

using testing::ElementsAre;
using testing::Field;

TEST(Lines, LeavesOutWhatATerminalAdded) {
  EXPECT_THAT(
      split_lines("\xef\xbb\xbfone \r\n\n\x1b[32mGET\x1b[39m  /x\x1b["),
      ElementsAre(testing::AllOf(Field(&Line::number, 1), Field(&Line::text, "one")), Field(&Line::text, ""),
                  testing::AllOf(Field(&Line::number, 3), Field(&Line::text, "GET  /x"))));
  EXPECT_TRUE(split_lines("").empty());
}

TEST(Lines, SplitsWords) {
  EXPECT_THAT(split_words("  a\tbc "),
              ElementsAre(testing::AllOf(Field(&Word::offset, 2), Field(&Word::text, "a")),
                          testing::AllOf(Field(&Word::offset, 4), Field(&Word::text, "bc"))));
  EXPECT_TRUE(split_words("  ").empty());
}

}  // namespace
}  // namespace wayside::listing
