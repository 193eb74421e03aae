#include "wayside/http/token_list.hpp"

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
