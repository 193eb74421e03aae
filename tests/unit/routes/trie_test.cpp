#include "routes/trie.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::routes {
namespace {

std::vector<Template> templates(const std::vector<std::string>& texts) {
  std::vector<Template> all;
  for (const std::string& text : texts)
    all.push_back(*parse_template(text));
  return all;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i)
    out += text;
  return out;
}

TEST(Trie, GivesTemplatesThatMatchTheSameOneLeaf) {
  const Trie trie(templates({"/a/{x}", "/a/{x...}", "/a/{y}", "/a/{y}/", "/a/{y...}", "/a"}));
  EXPECT_EQ(trie.leaf_of(0), 0U);
  EXPECT_EQ(trie.leaf_of(1), 1U);
  EXPECT_EQ(trie.leaf_of(2), 0U);
  EXPECT_EQ(trie.leaf_of(3), 0U);
  EXPECT_EQ(trie.leaf_of(4), 1U);
  EXPECT_EQ(trie.leaf_of(5), 2U);
}

TEST(Trie, SharesPrefixes) {
  const Trie trie(templates({"/a/b/c", "/a/b/d", "/a/{x}", "/a/{y}/e", "/a/{z...}"}));
  EXPECT_EQ(trie.node_count(), 7U);  // the root, a, a/b, c, d, {}, e
}

TEST(Trie, IsEmptyWithoutTemplates) {
  const Trie trie({});
  EXPECT_EQ(trie.find("/"), Trie::kNoLeaf);
  EXPECT_EQ(trie.find("/a/b"), Trie::kNoLeaf);
  EXPECT_EQ(trie.find(""), Trie::kNoLeaf);
}

TEST(Trie, MatchesPathsFarDeeperThanAnyTemplate) {
  const Trie trie(templates({"/a/{rest...}", repeated("/a", kMaxSegments)}));
  EXPECT_EQ(trie.find(repeated("/a", kMaxSegments)), 1U);
  EXPECT_EQ(trie.find(repeated("/a", kMaxSegments + 1)), 0U);
  EXPECT_EQ(trie.find(repeated("/a", 10000)), 0U);
  EXPECT_EQ(trie.find(repeated("/b", 10000)), Trie::kNoLeaf);
}

// Every level offers a static and a parameter child, and the only difference comes at the end: the most that
// a path can make the walk turn back.
TEST(Trie, EntersNoNodeTwiceOnTheWorstPath) {
  constexpr std::size_t kLevels = 12;
  std::vector<std::string> texts;
  for (std::size_t bits = 0; bits < (std::size_t{1} << kLevels); ++bits) {
    std::string text;
    for (std::size_t level = 0; level < kLevels; ++level) {
      text += ((bits >> level) & 1U) != 0 ? "/a" : "/{p" + std::to_string(level) + "}";
    }
    texts.push_back(text + "/end");
  }
  const Trie trie(templates(texts));
  std::size_t visits = 0;
  EXPECT_EQ(trie.find(repeated("/a", kLevels) + "/other", &visits), Trie::kNoLeaf);
  EXPECT_LE(visits, trie.node_count());
  EXPECT_EQ(visits, (std::size_t{2} << kLevels) - 1) << "a full binary tree, each node once";

  EXPECT_NE(trie.find(repeated("/a", kLevels) + "/end", &visits), Trie::kNoLeaf);
  EXPECT_EQ(visits, kLevels + 2) << "the straight way down";
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
    texts.push_back(repeated("/a", depth) + "/{p}/end");
  }
  const Trie trie(templates(texts));
  std::size_t visits = 0;
  EXPECT_EQ(trie.find(repeated("/a", kMaxSegments), &visits), Trie::kNoLeaf);
  EXPECT_LE(visits, trie.node_count());
}

}  // namespace
}  // namespace wayside::routes
