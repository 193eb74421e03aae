#include "wayside/base/escape.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace wayside {
namespace {

std::string json(std::string_view text) {
  std::string out = "x";
  append_json_string(out, text);
  return out.substr(1);
}

TEST(EscapeJson, LeavesUtf8AsItIs) {
  EXPECT_EQ(json(""), R"("")");
  EXPECT_EQ(json("/users/{id}"), R"("/users/{id}")");
  EXPECT_EQ(json("\u00fc \u20ac \U0001F600 \u00a0"), "\"\u00fc \u20ac \U0001F600 \u00a0\"");
}

TEST(EscapeJson, EscapesWhatAStringMayNotHold) {
  EXPECT_EQ(json("\"\\"), R"("\"\\")");
  EXPECT_EQ(json(std::string_view("\0\n\x1f", 3)), R"("\u0000\u000a\u001f")");
  EXPECT_EQ(json("a\"b"), R"("a\"b")");
}

// RFC 8259 does not require these escapes, but a terminal may obey the characters.
TEST(EscapeJson, EscapesTheOtherControlCharacters) {
  EXPECT_EQ(json("\x7f"), R"("\u007f")");
  EXPECT_EQ(json("a\u0080\u009fb\u00a0"), "\"a\\u0080\\u009fb\u00a0\"");
}

TEST(EscapeJson, WritesBytesThatAreNoUtf8AsTheirValues) {
  EXPECT_EQ(json("\xff"), R"("\u00ff")");
  EXPECT_EQ(json("\xc3"), R"("\u00c3")") << "cut off";
  EXPECT_EQ(json("\xc3("), R"("\u00c3(")");
  EXPECT_EQ(json("\xc0\xaf"), R"("\u00c0\u00af")") << "overlong";
  EXPECT_EQ(json("\xed\xa0\x80"), R"("\u00ed\u00a0\u0080")") << "a surrogate";
  EXPECT_EQ(json("\xff\u00fc\xff"), "\"\\u00ff\u00fc\\u00ff\"");
}

TEST(EscapeJson, WritesPlainTextInOnePiece) {
  int pieces = 0;
  escape_json("/b\u00fccher/1", [&](std::string_view) { ++pieces; });
  EXPECT_EQ(pieces, 1);
  escape_json("", [&](std::string_view) { ++pieces; });
  EXPECT_EQ(pieces, 1);
}

}  // namespace
}  // namespace wayside
