#include "wayside/base/quote.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace wayside {
namespace {

using namespace std::literals;

TEST(Quote, EscapesWhatIsNotPrintableAscii) {
  EXPECT_EQ(in_quotes("plain text"), R"("plain text")");
  EXPECT_EQ(in_quotes(""), R"("")");
  EXPECT_EQ(in_quotes("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(in_quotes("a\r\n\tb"), R"("a\r\n\tb")");
  EXPECT_EQ(in_quotes("\x1b[31m\0\x7f\xff"sv), R"("\x1b[31m\x00\x7f\xff")");
}

TEST(Quote, NeverExceedsItsLimit) {
  const std::string text = "\n\x01" + std::string(40, 'x');
  for (std::size_t limit = 5; limit < 60; ++limit) {
    std::string out = "before";
    append_quoted(out, text, limit);
    const std::string_view added = std::string_view(out).substr(6);
    EXPECT_LE(added.size(), limit);
    EXPECT_TRUE(added.starts_with('"') && added.ends_with('"')) << added;
  }
}

TEST(Quote, MarksACut) {
  std::string out;
  append_quoted(out, "abcdefgh", 8);
  EXPECT_EQ(out, R"("abc...")");
}

}  // namespace
}  // namespace wayside
