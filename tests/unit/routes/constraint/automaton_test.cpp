#include "routes/constraint/automaton.hpp"

#include "routes/constraint/regex.hpp"

#include <gtest/gtest.h>

#include <random>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::routes {
namespace {

Automaton of(std::string_view regex) {
  const auto expression = parse_regex(regex);
  EXPECT_TRUE(expression.has_value()) << regex << ": " << expression.error().message;
  return *Automaton::from(*expression, false);
}

TEST(Automaton, AcceptsWhatTheExpressionDescribes) {
  const Automaton hex = of("[0-9a-f]{2,4}");
  for (const char* text : {"00", "abc", "ffff"})
    EXPECT_TRUE(hex.accepts(text)) << text;
  for (const char* text : {"", "a", "fffff", "0g", "AB"})
    EXPECT_FALSE(hex.accepts(text)) << text;
}

TEST(Automaton, NeverAcceptsTheEmptyText) {
  EXPECT_FALSE(of("a*").accepts(""));
  EXPECT_TRUE(of("a*").accepts("aa"));
  EXPECT_TRUE(of("").accepts_nothing());
  EXPECT_FALSE(of("").accepts("a"));
}

TEST(Automaton, DecodesPercentEncodedBytes) {
  EXPECT_TRUE(of("a b").accepts("a%20b"));
  EXPECT_TRUE(of("a.b").accepts("a%2Fb"));
  EXPECT_FALSE(of("a.b").accepts("a%20%20b"));
  EXPECT_TRUE(of("%.*").accepts("%zz")) << "no byte: the characters themselves";
  EXPECT_TRUE(of("%4").accepts("%4"));
}

TEST(Automaton, IsTheSameForTheSameTexts) {
  EXPECT_EQ(of("a|b"), of("[ab]"));
  EXPECT_EQ(of("(ab)*ab"), of("(?:ab)+"));
  EXPECT_EQ(of("a{2,3}"), of("aaa?"));
  EXPECT_EQ(of("a*"), of("a+?"));
  EXPECT_NE(of("a"), of("b"));
  EXPECT_NE(of("a"), of("a|b"));
  EXPECT_TRUE(of(".+").accepts_anything());
  EXPECT_FALSE(of(".").accepts_anything());
  EXPECT_FALSE(of("[^/]+").accepts_anything());
}

TEST(Automaton, KnowsWhatItIncludes) {
  EXPECT_TRUE(of("[0-9]+").includes(of("[0-9]{2}")));
  EXPECT_FALSE(of("[0-9]{2}").includes(of("[0-9]+")));
  EXPECT_FALSE(of("[0-9]+").includes(of("[0-9a-f]+")));
  EXPECT_TRUE(of("a").includes(of("")));
}

TEST(Automaton, FindsATextInCommon) {
  EXPECT_EQ(of(".+-.+").common_text(of(".+\\.json")), "0-.json");
  EXPECT_EQ(of(" +").common_text(of("[ a]{2}")), "%20%20");
  EXPECT_EQ(of("[a-m]+").common_text(of("[n-z]+")), std::nullopt);
}

TEST(Automaton, ListsItsShortestTexts) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(of("red|green|b").shortest_texts(10), (Texts{"b", "red", "green"}));
  EXPECT_EQ(of("[0-9]+").shortest_texts(3), (Texts{"0", "1", "2"}));
  EXPECT_EQ(of("[ab]{36}").shortest_texts(1), Texts{std::string(36, 'a')});
  EXPECT_EQ(of("").shortest_texts(1), Texts{});
}

TEST(Automaton, RefusesToGrowWithoutBound) {
  // "The 20th letter from the end is an a" takes a million states.
  EXPECT_FALSE(Automaton::from(*parse_regex("[ab]*a[ab]{20}"), false).has_value());
  EXPECT_FALSE(Automaton::from(*parse_regex("((a{1000}){1000}){1000}"), false).has_value());
}

TEST(Automaton, RefusesSetsThatAreLargeAndMany) {
  EXPECT_FALSE(Automaton::from(*parse_regex("(a?b?c?d?){900}"), false).has_value());
  EXPECT_TRUE(Automaton::from(*parse_regex("(a?){100}"), false).has_value());
}

TEST(Automaton, IsMinimal) {
  EXPECT_EQ(of("[ab]{900}").state_count(), 902U);  // beside those of the texts: the dead one, and the first
  EXPECT_EQ(of("a*(b|c)a*|a*ba*").state_count(), of("a*[bc]a*").state_count());
  EXPECT_EQ(of("(ab|cb|ad|cd)+"), of("([ac][bd])+"));
}

TEST(Automaton, MeansBothCasesWhereItIgnoresThem) {
  const auto automaton = Automaton::from(*parse_regex("[A-F]x\\W"), true);
  EXPECT_TRUE(automaton->accepts("ax-"));
  EXPECT_FALSE(automaton->accepts("gx-"));
}

// Random expressions against the standard library's engine.
TEST(Automaton, AgreesWithTheStandardLibrary) {
  std::mt19937 random(7);
  const auto below = [&random](std::size_t bound) { return random() % bound; };
  const auto make = [&](const auto& self, int depth) -> std::string {
    switch (depth == 0 ? below(3) : below(8)) {
      case 0:
      case 1:
        return std::string(1, static_cast<char>('a' + below(3)));
      case 2:
        return below(2) == 0 ? "[ab]" : "[^a]";
      case 3:
        return "(" + self(self, depth - 1) + "|" + self(self, depth - 1) + ")";
      case 4:
        return "(" + self(self, depth - 1) + ")" + std::string(1, "*+?"[below(3)]);
      case 5:
        return "(" + self(self, depth - 1) + "){1,2}";
      default:
        return self(self, depth - 1) + self(self, depth - 1);
    }
  };
  for (int round = 0; round < 200; ++round) {
    const std::string regex = make(make, 4);
    const Automaton automaton = of(regex);
    const std::regex reference(regex, std::regex::ECMAScript);
    for (int i = 0; i < 30; ++i) {
      std::string text;
      for (std::size_t length = 1 + below(6); length > 0; --length)
        text += static_cast<char>('a' + below(4));
      ASSERT_EQ(automaton.accepts(text), std::regex_match(text, reference)) << regex << " on " << text;
    }
  }
}

}  // namespace
}  // namespace wayside::routes
