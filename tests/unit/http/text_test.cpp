#include "wayside/http/text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace wayside::http {
namespace {

using Tokens = std::vector<std::string>;

Tokens tokens_of(std::string_view list) {
  Tokens tokens;
  for_each_token(list, [&](std::string_view token) {
    tokens.emplace_back(token);
    return true;
  });
  return tokens;
}

// RFC 9110 section 5.6.2: every byte there is, against the list as the RFC prints it.
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
  EXPECT_FALSE(equals_ignoring_case("\xc4", "\xe4")) << "no locale has a say";
}

TEST(Trim, RemovesSpacesAndTabsFromBothEnds) {
  EXPECT_EQ(trim(" \t a \t b\t "), "a \t b");
  EXPECT_EQ(trim(" \t "), "");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim("\va\r"), "\va\r") << "only what RFC 9110 calls white space";
}

// RFC 9110 section 5.6.1.2: a recipient ignores empty elements.
TEST(ForEachToken, VisitsTrimmedElementsAndLeavesEmptyOnesOut) {
  EXPECT_EQ(tokens_of("close"), Tokens({"close"}));
  EXPECT_EQ(tokens_of("a,b"), Tokens({"a", "b"}));
  EXPECT_EQ(tokens_of(" ,, a\t,\t,b c ,"), Tokens({"a", "b c"}));
  EXPECT_EQ(tokens_of(""), Tokens());
  EXPECT_EQ(tokens_of(","), Tokens());
  EXPECT_EQ(tokens_of(" \t"), Tokens());
}

TEST(ForEachToken, StopsWhenToldTo) {
  int visits = 0;
  for_each_token("a, b, c", [&](std::string_view token) {
    ++visits;
    return token != "b";
  });
  EXPECT_EQ(visits, 2);
}

}  // namespace
}  // namespace wayside::http
