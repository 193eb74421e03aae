#include "wayside/routes/unmatched.hpp"

#include "wayside/routes/route_table.hpp"

#include "support/routes.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::routes {
namespace {

using test::guess;

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

std::string suggest(std::string_view target) {
  std::array<char, 256> buffer;
  return std::string(suggest_template(target, buffer));
}

TEST(Unmatched, IsSuggestedInTheSpellingOfARoute) {
  EXPECT_EQ(suggest("/users/42?x=1"), "/users/{id}");
  EXPECT_EQ(suggest("/users/42/orders/7/8"), "/users/{id}/orders/{id2}/{id3}") << "a name stands once";
  EXPECT_EQ(suggest("/v1/things/7:cancel"), R"(/v1/things/7\:cancel)");
  EXPECT_EQ(suggest("/a:b/*"), R"(/a\:b/\*)");
  EXPECT_EQ(suggest("/:id/a(/b)"), R"(/\:id/a\(/b))");
  EXPECT_EQ(suggest("/%7bid%7d/%3A"), "/%7Bid%7D/%3A");
}

// A client is to encode these, and a template stands for their encoded form.
TEST(Unmatched, IsNotSuggestedWhereNoTemplateMatches) {
  for (const std::string_view path :
       {"/{id}", "/<id>", "/a\\b", "/a|b", "/50%", "/%a%41", "/\xc3\xbc", "/\xff"})
    EXPECT_EQ(suggest(path), "") << path;
}

TEST(Unmatched, IsAnEntryOfRoutes) {
  EXPECT_EQ(entry_for("/users/{id}"), "- /users/{id}");
  EXPECT_EQ(entry_for(R"(/it's\:)"), R"(- '/it''s\:')");
}

// Of the paths of clients.
std::string random_client_path(std::mt19937& random) {
  constexpr std::array<std::string_view, 34> kParts = {
      "/", "/",   "/",  "a", "b",    "word", "7",        "1234", ":",   "*",   "(",   ")",
      "{", "}",   "<",  ">", "{id}", ".",    "-",        "+",    "%3a", "%2F", "%41", "%7b",
      "%", ".js", "\\", "=", "$",    "\xff", "\xc3\xbc", "'",    "@",   "\x01"};
  std::string path = "/";
  for (std::size_t left = random() % 8; left > 0; --left)
    path += kParts[random() % kParts.size()];
  return path;
}

bool matches(const std::string& path_template, const std::string& path) {
  RouteSpec spec;
  spec.path = path_template;
  const auto table = RouteTable::build(std::vector{spec});
  if (table.has_error()) throw std::runtime_error(path_template + ": " + table.error().message);
  return table->match(Method::get, path) != kUnmatched;
}

TEST(Unmatched, ASuggestionMatchesItsPathAndWithoutParametersNoOther) {
  std::mt19937 random(1);  // NOLINT(bugprone-random-generator-seed): the same paths in each run
  std::string last = "/";
  int suggestions = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string path = random_client_path(random);
    const std::string suggestion = suggest(path);
    if (suggestion.empty()) continue;
    ++suggestions;
    EXPECT_TRUE(matches(suggestion, path)) << suggestion << " for " << path;
    const bool has_parameters = suggestion.find('{') != std::string::npos;
    EXPECT_TRUE(has_parameters || !matches(suggestion, last) || guess(last) == guess(path))
        << suggestion << " for " << path << " matches " << last;
    last = path;
  }
  EXPECT_GT(suggestions, 5'000);
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
