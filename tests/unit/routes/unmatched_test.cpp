#include "wayside/routes/unmatched.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

namespace wayside::routes {
namespace {

std::string guess(std::string_view target) {
  std::array<char, 256> buffer;
  return std::string(guess_template(target, buffer));
}

TEST(Unmatched, IsGuessedFromTheLooksOfThePath) {
  EXPECT_EQ(guess("/users/42?x=1"), "/users/{id}");
  EXPECT_EQ(guess("/users/42/orders/2024-01-31/"), "/users/{id}/orders/{id}");
  EXPECT_EQ(guess("http://host/a/%37"), "/a/{id}") << "in its normal form";
  EXPECT_EQ(guess("//a/./b/../c"), "/a/c");
  EXPECT_EQ(guess("/orders/1.json"), "/orders/{id}.json") << "the extension tells the format";
  EXPECT_EQ(guess("/orders/1.7.json"), "/orders/1.7.json") << "a version";
  EXPECT_EQ(guess("/dumps/20260101.tar.gz"), "/dumps/{id}.tar.gz");
  EXPECT_EQ(guess("/users/jane@example.ps"), "/users/{id}") << "an e-mail address";
  EXPECT_EQ(guess("/"), "/");
  EXPECT_EQ(guess("*"), "");
  EXPECT_EQ(guess("/" + std::string(300, 'a')), "/{id}");
}

TEST(Unmatched, IsNotGuessedWhereThereIsNoRoom) {
  std::array<char, 8> buffer;
  EXPECT_EQ(guess_template("/users/42", buffer), "");
  EXPECT_EQ(guess_template("/ab/cde/", buffer), "/ab/cde");
  EXPECT_EQ(guess_template("/1.json", buffer), "") << "/{id} fits, its extension does not";
  EXPECT_EQ(guess_template("/", std::span<char>()), "");
}

TEST(Unmatched, HasALabelInEveryMode) {
  std::array<char, 64> buffer;
  EXPECT_EQ(unmatched_label(UnmatchedPolicy::kFold, "/users/42?x", buffer), "unmatched");
  EXPECT_EQ(unmatched_label(UnmatchedPolicy::kPath, "/users//42?x", buffer), "/users//42");
  EXPECT_EQ(unmatched_label(UnmatchedPolicy::kGuess, "/users//42?x", buffer), "/users/{id}");
  EXPECT_EQ(unmatched_label(UnmatchedPolicy::kPath, "*", buffer), "unmatched");
  EXPECT_EQ(unmatched_label(UnmatchedPolicy::kGuess, "host:1", buffer), "unmatched");
}

TEST(Unmatched, OnlyAnAnswerThatIsNoErrorShowsExistence) {
  for (const unsigned status : {101U, 200U, 204U, 206U, 301U, 304U, 399U})
    EXPECT_TRUE(shows_existence(status)) << status;
  for (const unsigned status : {0U, 400U, 401U, 403U, 404U, 405U, 410U, 499U, 500U, 502U, 504U, 999U})
    EXPECT_FALSE(shows_existence(status)) << status;
}

TEST(Unmatched, ModesHaveNames) {
  EXPECT_EQ(to_string(UnmatchedPolicy::kFold), "fold");
  EXPECT_EQ(to_string(UnmatchedPolicy::kPath), "path");
  EXPECT_EQ(to_string(UnmatchedPolicy::kGuess), "guess");
}

}  // namespace
}  // namespace wayside::routes
