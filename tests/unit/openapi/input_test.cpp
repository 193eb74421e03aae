#include "openapi/input.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace wayside::openapi {
namespace {

std::string read_all(std::string_view text, std::size_t room) {
  Input input(text);
  std::string all;
  std::array<unsigned char, 4096> buffer{};
  for (;;) {
    const std::size_t size = input.read(std::span(buffer).first(room));
    if (size == 0) return all;
    all.append(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size));
  }
}

struct Case {
  std::string text;
  std::string read;
};

const std::array kCases = {
    Case{"", ""},
    Case{"plain \xC3\xBC \xE2\x82\xAC", "plain \xC3\xBC \xE2\x82\xAC"},
    Case{R"(\ud83d\ude00 \uD83D\uDE00)", R"(\U0001F600 \U0001F600)"},
    Case{R"(\\ud83d\ude00)", R"(\\ud83d\uFFFD)"},
    Case{R"(\ud83d! \ude00 \ud83d\u0041 \u12 \)", R"(\uFFFD! \uFFFD \uFFFD\u0041 \u12 \)"},
    Case{"\xEF\xBB\xBF"
         "a\xEF\xBB\xBF"
         "b",
         "a\xEF\xBF\xBD"
         "b"},
    Case{"a\x7F"
         "b\xC2\x85"
         "c\xC2\x9F"
         "d\xC2\xA0",
         "a\xEF\xBF\xBD"
         "b\xEF\xBF\xBD"
         "c\xEF\xBF\xBD"
         "d\xC2\xA0"},
    Case{"\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAA", "\xEF\xBF\xBD\xEF\xBF\xBD\xE2\x80\xAA"},
    Case{"\xEF\xBF\xBE\xEF\xBF\xBF\xEF\xBF\xBD", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
    Case{"\xFF\xFEx\x7Fy", "\xFF\xFEx\x7Fy"},
};

TEST(Input, ReplacesThatWhichLibyamlCannotRead) {
  for (const Case& each : kCases) {
    EXPECT_EQ(read_all(each.text, 4096), each.read) << each.text;
    EXPECT_EQ(read_all(each.text, 16), each.read) << each.text << " in pieces";
  }
  const std::string many(1000, '\x7F');
  EXPECT_EQ(read_all(many, 100).size(), 3000U);
}

TEST(Input, FindsThePlaceOfACharacter) {
  const std::string text =
      "\xEF\xBB\xBF"
      "a\xC3\xBC\r\n\\ud83d\\ude00b\n\rc";
  const Input input(text);
  EXPECT_EQ(input.place_of({0, 0, 0}), (Place{1, 1}));
  EXPECT_EQ(input.place_of({2, 0, 2}), (Place{1, 4})) << "behind a character of two bytes";
  EXPECT_EQ(input.place_of({4, 1, 0}), (Place{2, 1}));
  EXPECT_EQ(input.place_of({14, 1, 10}), (Place{2, 13})) << "behind twelve bytes that are read as ten";
  EXPECT_EQ(input.place_of({17, 3, 0}), (Place{4, 1}));
  EXPECT_EQ(input.place_of({1000, 9, 9}), (Place{4, 2})) << "the end";
  EXPECT_EQ(input.place_of_byte(5), (Place{2, 1}));
  EXPECT_EQ(Input("\xFF\xFE{").place_of({7, 1, 3}), (Place{2, 4}));
}

}  // namespace
}  // namespace wayside::openapi
