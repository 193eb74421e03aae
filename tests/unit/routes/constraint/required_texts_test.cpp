#include "routes/constraint/required_texts.hpp"

#include "routes/template.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wayside::routes {
namespace {

using Texts = std::vector<std::string>;

Texts required_by(const std::string& segment) {
  return required_texts(parse_template("/" + segment)->front().segments.front().automaton);
}

TEST(RequiredTexts, AreTheStaticTextBesideParameters) {
  EXPECT_EQ(required_by("{a}:action1"), Texts{":action1"});
  EXPECT_EQ(required_by("action1-{a}"), Texts{"action1-"});
  EXPECT_EQ(required_by("{a}.15.{b}"), Texts{".15."});
  EXPECT_EQ(required_by("v{a:int}-{b:int}.json"), (Texts{"v", "-", ".json"}));
}

TEST(RequiredTexts, AreReadFromExpressions) {
  EXPECT_EQ(required_by("{a:(x|y)foo[0-9]+bar}"), (Texts{"foo", "bar"}));
  EXPECT_EQ(required_by("{a:(one|two)}"), Texts{});
  EXPECT_EQ(required_by("{a:(foo1|bar1)}"), Texts{"1"});
  EXPECT_EQ(required_by("{a:(ab)+}"), Texts{"ab"});
  EXPECT_EQ(required_by("{a:x(ab)*}"), Texts{"x"});
  EXPECT_EQ(required_by("{a:x(ab)*c}"), (Texts{"x", "c"}));
  EXPECT_EQ(required_by("{a:[0-9]+}"), Texts{});
  EXPECT_EQ(required_by("{a:a+}"), Texts{"a"});
}

TEST(RequiredTexts, AreInAllTextsThatAreAccepted) {
  for (const char* segment : {"{a}:action1", "{a}-1-{b}", "aab{x}aab", "{x}aab", "{x}abab{y}ab",
                              "{a:(aa|ab)*c(aa)?}", "{a:a?b+a}", "{a:(abc|bc)+}", "{a:a[ab]a(b|aa)}",
                              "{a:uuid}", "{a:(a|b(c|da)*)e}", "{a:a(b|cb)a}", "{a:x{2,4}y}"}) {
    const Automaton automaton =
        parse_template("/" + std::string(segment))->front().segments.front().automaton;
    for (const std::string& required : required_texts(automaton)) {
      EXPECT_FALSE(required.empty());
      for (const std::string& text : automaton.shortest_texts(500))
        ASSERT_NE(text.find(required), text.npos)
            << segment << " requires " << required << ", not in " << text;
    }
  }
}

}  // namespace
}  // namespace wayside::routes
