#include "routes/trie.hpp"

#include "support/routes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <ctime>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wayside::routes {
namespace {

using test::repeated_text;

std::vector<Template> templates(const std::vector<std::string>& texts) {
  std::vector<Template> all;
  for (const std::string& text : texts)
    all.push_back(parse_template(text)->front());
  return all;
}

Trie::Leaf find(const Trie& trie, std::string_view path, TrieCost* cost = nullptr) {
  return trie.find(PathSegments(path, trie.depth(), false), cost);
}

TEST(Trie, GivesTemplatesThatMatchTheSameOneLeaf) {
  const Trie trie(
      templates({"/a/{x}", "/a/{x...}", "/a/:y", "/a/{y}/", "/a/**", "/a", "/a/{z:int}", "/a/{y:-?\\d+}"}),
      false);
  const std::vector<Trie::Leaf> expected = {0, 1, 0, 0, 1, 2, 3, 3};
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(trie.leaf_of(i), expected[i]) << i;
}

TEST(Trie, TellsASlashAtTheEndWhereItMatters) {
  const Trie trie(templates({"/a", "/a/", "/b/{x...}"}), true);
  EXPECT_EQ(find(trie, "/a"), 0U);
  EXPECT_EQ(find(trie, "/a/"), 1U);
  EXPECT_EQ(find(trie, "/b/"), 2U);
  EXPECT_EQ(find(trie, "/b"), Trie::kNoLeaf);
}

TEST(Trie, SharesPrefixes) {
  const Trie trie(
      templates({"/a/b/c", "/a/b/d", "/a/{x}", "/a/{y}/e", "/a/{z...}", "/a/{i:int}", "/a/{j:int}/f"}),
      false);
  EXPECT_EQ(trie.node_count(), 9U);  // the root, a, a/b, c, d, {}, e, {int}, f
}

TEST(Trie, IsEmptyWithoutTemplates) {
  const Trie trie({}, false);
  for (const char* path : {"/", "/a/b", "", "*"})
    EXPECT_EQ(find(trie, path), Trie::kNoLeaf) << path;
}

TEST(Trie, MatchesPathsFarDeeperThanAnyTemplate) {
  const Trie trie(templates({"/a/{rest...}", repeated_text("/a", kMaxSegments)}), false);
  EXPECT_EQ(find(trie, repeated_text("/a", kMaxSegments)), 1U);
  EXPECT_EQ(find(trie, repeated_text("/a", kMaxSegments + 1)), 0U);
  EXPECT_EQ(find(trie, repeated_text("/a", 10000)), 0U);
  EXPECT_EQ(find(trie, repeated_text("/b", 10000)), Trie::kNoLeaf);
}

TEST(Trie, TellsLongTextsApart) {
  const std::string common(100, 'x');
  const Trie trie(templates({"/" + common + "1", "/" + common + "2", "/" + common}), false);
  EXPECT_EQ(find(trie, "/" + common + "2"), 1U);
  EXPECT_EQ(find(trie, "/" + common), 2U);
  EXPECT_EQ(find(trie, "/" + common + "3"), Trie::kNoLeaf);
}

// What is allowed less wins; where neither is part of the other, what has more static text.
TEST(Trie, TriesConstraintsInAnOrderOfTheirOwn) {
  std::vector<std::string> texts = {"/{a:[0-9]+}", "/{a:[0-9]{2}}", "/{a:[0-9a-f]+}",
                                    "/{a}.json",   "/{a}-{b}",      "/{a}"};
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"/1", "/{a:[0-9]+}"},      {"/12", "/{a:[0-9]{2}}"}, {"/1f", "/{a:[0-9a-f]+}"},
      {"/x-y.json", "/{a}.json"}, {"/x-y", "/{a}-{b}"},     {"/x", "/{a}"},
  };
  std::mt19937 random(1);
  for (int round = 0; round < 30; ++round) {
    std::ranges::shuffle(texts, random);
    const Trie trie(templates(texts), false);
    for (const auto& [path, winner] : expected)
      EXPECT_EQ(texts[find(trie, path)], winner) << path;
  }
}

TEST(Trie, FindsTheOthersInTheOrderInWhichTheyWouldHaveWon) {
  const std::vector<std::string> texts = {"/{rest...}",   "/a/*rest", "/{x}/b", "/a/{x}",
                                          "/a/{x:[a-z]}", "/a/b",     "/b"};
  const Trie trie(templates(texts), false);
  EXPECT_EQ(trie.find_all(PathSegments("/a/b", trie.depth(), false)),
            (std::vector<Trie::Leaf>{5, 4, 3, 1, 2, 0}));
}

// Every level offers a static and a parameter child, and the only difference comes at the end: the most that
// a path can make the walk turn back.
TEST(Trie, EntersNoNodeTwiceOnTheWorstPath) {
  constexpr std::size_t kLevels = 10;
  std::vector<std::string> texts;
  for (std::size_t bits = 0; bits < (std::size_t{1} << kLevels); ++bits) {
    std::string text;
    for (std::size_t level = 0; level < kLevels; ++level) {
      text += ((bits >> level) & 1U) != 0 ? "/a" : "/{p" + std::to_string(level) + "}";
    }
    texts.push_back(text + "/end");
  }
  const Trie trie(templates(texts), false);
  TrieCost cost;
  EXPECT_EQ(find(trie, repeated_text("/a", kLevels) + "/other", &cost), Trie::kNoLeaf);
  EXPECT_LE(cost.nodes, trie.node_count());
  EXPECT_EQ(cost.nodes, (std::size_t{2} << kLevels) - 1) << "a full binary tree, each node once";

  EXPECT_NE(find(trie, repeated_text("/a", kLevels) + "/end", &cost), Trie::kNoLeaf);
  EXPECT_EQ(cost.nodes, kLevels + 2) << "the straight way down";
}

// The same with few templates and great depth: what costs 2^60 steps where each template is tried by itself
// with backtracking is a walk of a few nodes here.
TEST(Trie, IsNotExponentialInTheDepthOfThePath) {
  std::vector<std::string> texts;
  for (std::size_t depth = 1; depth + 2 <= kMaxSegments; ++depth) {
    std::string parameters;
    for (std::size_t i = 0; i < depth; ++i)
      parameters += "/{p" + std::to_string(i) + "}";
    texts.push_back(parameters + "/end");
    texts.push_back(repeated_text("/a", depth) + "/{p}/end");
  }
  const Trie trie(templates(texts), false);
  TrieCost cost;
  EXPECT_EQ(find(trie, repeated_text("/a", kMaxSegments), &cost), Trie::kNoLeaf);
  EXPECT_LE(cost.nodes, trie.node_count());
}

// Comparing all pairs took more than 40 s for 19,000 in an optimised build.
TEST(Trie, OrdersThousandsOfConstraintsOfOneNodeInTime) {
  std::vector<Template> all;
  for (int i = 0; i < 3'000; ++i)
    all.push_back(parse_template("/{a}:action" + std::to_string(i))->front());
  const std::clock_t start = std::clock();  // of processor time
  const Trie trie(all, false);
  EXPECT_LT((std::clock() - start) / CLOCKS_PER_SEC, 5) << "seconds, under a sanitizer";
  EXPECT_EQ(find(trie, "/x:action2711"), trie.leaf_of(2711));
}

// (a|aa)*b and its kin send a backtracking engine round for ever on aaaa…c.
TEST(Trie, LooksAtEachByteOnceForEachConstraint) {
  const Trie trie(templates({"/{x:(a|aa)+b}", "/{x:(a*)*b}", "/{x:(a|a?)+c}"}), false);
  TrieCost cost;
  const std::string path = "/" + std::string(8000, 'a') + "d";
  EXPECT_EQ(find(trie, path, &cost), Trie::kNoLeaf);
  EXPECT_LE(cost.bytes, 3 * path.size());
  EXPECT_NE(find(trie, "/" + std::string(8000, 'a') + "b"), Trie::kNoLeaf);
}

}  // namespace
}  // namespace wayside::routes
