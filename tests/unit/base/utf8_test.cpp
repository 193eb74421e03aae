#include "wayside/base/utf8.hpp"

#include <gtest/gtest.h>

namespace wayside {
namespace {

#define REPLACEMENT "\xEF\xBF\xBD"

TEST(Utf8, PassesUnchanged) {
  for (const std::string_view text :
       {"", "/users/{id}", "gr\xC3\xBC\xC3\x9F", "\xE2\x82\xAC", "\xF0\x9F\x9A\x80", "\x7F", "\xED\x9F\xBF",
        "\xEE\x80\x80", "\xF4\x8F\xBF\xBF", "\xC2\x80", "\xE0\xA0\x80", "\xF0\x90\x80\x80"}) {
    EXPECT_EQ(valid_utf8(text), text);
  }
  using namespace std::string_view_literals;
  EXPECT_EQ(valid_utf8("a\0b"sv), "a\0b"sv);
}

TEST(Utf8, IsWhatTheOtherBytesBecome) {
  const struct {
    std::string_view text;
    std::string_view valid;
  } rows[] = {
      {"\x80", REPLACEMENT},  // a continuation alone
      {"a\xFF"
       "b",
       "a" REPLACEMENT "b"},                                                  // never a byte of UTF-8
      {"\xC3", REPLACEMENT},                                                  // cut off
      {"\xE2\x82", REPLACEMENT REPLACEMENT},                                  // cut off
      {"\xF0\x9F\x9A", REPLACEMENT REPLACEMENT REPLACEMENT},                  // cut off
      {"\xC3(", REPLACEMENT "("},                                             // not continued
      {"\xE2\x82(", REPLACEMENT REPLACEMENT "("},                             // not continued
      {"\xC0\xAF", REPLACEMENT REPLACEMENT},                                  // overlong "/"
      {"\xE0\x80\xAF", REPLACEMENT REPLACEMENT REPLACEMENT},                  // overlong "/"
      {"\xF0\x80\x80\xAF", REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT},  // overlong "/"
      {"\xED\xA0\x80", REPLACEMENT REPLACEMENT REPLACEMENT},                  // a surrogate
      {"\xF4\x90\x80\x80", REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT},  // past U+10FFFF
      {"\xF5\x80\x80\x80", REPLACEMENT REPLACEMENT REPLACEMENT REPLACEMENT},  // past U+10FFFF
  };
  for (const auto& row : rows)
    EXPECT_EQ(valid_utf8(row.text), row.valid);
}

TEST(Utf8, IsKnown) {
  EXPECT_TRUE(is_valid_utf8(""));
  EXPECT_TRUE(is_valid_utf8("gr\xC3\xBC\xC3\x9F"));
  EXPECT_FALSE(is_valid_utf8("gr\xC3"));
}

}  // namespace
}  // namespace wayside
