#include "wayside/base/text.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace wayside {
namespace {

// RFC 9110 section 5.6.2: every byte against the list as the RFC prints it.
TEST(IsTokenChar, IsTcharAndNothingElse) {
  const std::string_view tchars =
      "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    EXPECT_EQ(is_token_char(c), tchars.find(c) != tchars.npos) << byte;
  }
}

TEST(ToLower, ChangesAsciiLettersAlone) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool is_upper = byte >= 'A' && byte <= 'Z';
    EXPECT_EQ(to_lower(c), is_upper ? static_cast<char>(byte + 32) : c) << byte;
  }
}

TEST(EqualsIgnoringCase, ComparesAsciiLettersWithoutCase) {
  EXPECT_TRUE(equals_ignoring_case("", ""));
  EXPECT_TRUE(equals_ignoring_case("Content-Length", "cONTENT-lENGTH"));
  EXPECT_FALSE(equals_ignoring_case("Content-Length", "Content-Lengt"));
  EXPECT_FALSE(equals_ignoring_case("a-b", "a_b"));
  EXPECT_FALSE(equals_ignoring_case("[", "{")) << "32 apart, like a letter and its lower case";
  EXPECT_FALSE(equals_ignoring_case("\xc4", "\xe4")) << "independent of the locale";
}

TEST(Trim, RemovesSpacesAndTabsFromBothEnds) {
  EXPECT_EQ(trim(" \t a \t b\t "), "a \t b");
  EXPECT_EQ(trim(" \t "), "");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim("\va\r"), "\va\r") << "only what RFC 9110 calls white space";
}

TEST(StartsWithIgnoringCase, ComparesAsManyBytesAsThePrefixHas) {
  EXPECT_TRUE(starts_with_ignoring_case("HTTP://host", "http://"));
  EXPECT_TRUE(starts_with_ignoring_case("a", ""));
  EXPECT_FALSE(starts_with_ignoring_case("htt", "http"));
  EXPECT_FALSE(starts_with_ignoring_case("ftp://host", "http://"));
}

TEST(HexValue, IsThatOfADigitInEitherCase) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const std::size_t digit = kDigits.find(to_lower(c));
    EXPECT_EQ(hex_value(c), digit == kDigits.npos ? -1 : static_cast<int>(digit)) << byte;
    EXPECT_EQ(is_hex_digit(c), digit != kDigits.npos) << byte;
  }
}

}  // namespace
}  // namespace wayside
