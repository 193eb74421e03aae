#include "routes/reachability.hpp"

#include "routes/trie.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::routes {
namespace {

// Every path of up to three segments of these texts, which are all that the templates below tell apart.
std::vector<std::string> all_paths(bool with_slash) {
  constexpr std::array<std::string_view, 7> kTexts = {"a", "b", "c", "aa", "ab", "cc", "a%2F"};
  std::vector<std::string> paths{"/"};
  std::vector<std::string> level{""};
  for (int depth = 0; depth < 3; ++depth) {
    std::vector<std::string> deeper;
    for (const std::string& path : level) {
      for (const std::string_view text : kTexts)
        deeper.push_back(path + "/" + std::string(text));
    }
    for (const std::string& path : deeper) {
      paths.push_back(path);
      if (with_slash) paths.push_back(path + "/");
    }
    level = std::move(deeper);
  }
  return paths;
}

class Reachability : public testing::TestWithParam<unsigned> {};

// The search through all short paths shares no code with the automata.
TEST_P(Reachability, AgreesWithAllShortPaths) {
  constexpr std::array<std::string_view, 10> kSegments = {
      "a",    "b", "{x}", "{x:[ab]}", "{x:a.*}", "{x:[^a].*}", "{x:[abc]+}", "<any(a,b,c,aa,ab,cc):x>",
      "{x}b", "**"};
  constexpr std::array<std::string_view, 5> kOfFastify = {"a", "b", ":x", ":x(^[ab]$)", ":x(^.*b$)"};
  std::mt19937 random(GetParam());
  const MatchOptions options{.trailing_slash_matters = GetParam() % 2 == 0, .ignores_case = false};
  const std::vector<std::string> paths = all_paths(options.trailing_slash_matters);
  for (int round = 0; round < 30; ++round) {
    const Dialect dialect = round < 20 ? Dialect::kAuto : Dialect::kFastify;
    std::vector<Template> templates;
    for (int i = 0; i < 8; ++i) {
      std::string text;
      for (std::size_t depth = random() % 3 + 1; depth > 0; --depth) {
        std::string segment(dialect == Dialect::kAuto ? kSegments[random() % kSegments.size()]
                                                      : kOfFastify[random() % kOfFastify.size()]);
        if (const std::size_t name = segment.find('x'); name != std::string::npos)
          segment.insert(name, "p" + std::to_string(depth));
        text += "/" + segment;
      }
      if (random() % 5 == 0) text += "/";
      const auto read = parse_template(text, dialect, options);
      ASSERT_TRUE(read.has_value()) << text << ": " << read.error().message;
      templates.push_back(read->front());
    }
    const Trie trie(templates, options.trailing_slash_matters);
    std::vector<bool> is_reached(templates.size());
    for (const std::string& path : paths) {
      const Trie::Leaf leaf = trie.find(PathSegments(path, trie.depth(), false));
      for (std::size_t i = 0; i < templates.size(); ++i)
        is_reached[i] = is_reached[i] || trie.leaf_of(i) == leaf;
    }
    const auto taken = find_unreached(templates, options);
    for (std::size_t i = 0; i < templates.size(); ++i) {
      // A longer path may reach what no short one does, so the converse does not hold.
      EXPECT_FALSE(is_reached[i] && taken[i].has_value()) << "seed " << GetParam() << " template " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Reachability, testing::Range(1U, 13U));

std::vector<Template> templates_of(const std::vector<std::string>& texts, MatchOptions options) {
  std::vector<Template> templates;
  for (const std::string& text : texts)
    templates.push_back(parse_template(text, Dialect::kAuto, options)->front());
  return templates;
}

TEST(Reachability, FindsWhatIsCoveredByAUnion) {
  for (const bool slash_matters : {false, true}) {
    const MatchOptions options{.trailing_slash_matters = slash_matters, .ignores_case = false};
    const auto taken = find_unreached(
        templates_of({"/a/{x}", "/{y:[^a].*}/{x}", "/{y:a.+}/{x}", "/{y}/{x}", "/{y}/{x}/**"}, options),
        options);
    EXPECT_FALSE(taken[0] || taken[1] || taken[2] || taken[4]);
    EXPECT_TRUE(taken[3].has_value());
  }
}

TEST(Reachability, KnowsEmptyParameters) {
  const MatchOptions strict{.trailing_slash_matters = true, .ignores_case = false};
  const auto of = [&](std::string_view text, Dialect dialect) {
    return parse_template(text, dialect, strict)->front();
  };
  // "/a/" is left for it.
  const std::vector<Template> left = {of("/a/{x:.+}", Dialect::kChi), of("/a/:x(.*)", Dialect::kFastify)};
  EXPECT_FALSE(find_unreached(left, strict)[1].has_value());
  const std::vector<Template> taken = {of("/a/:x(b)", Dialect::kFastify), of("/a/:x(b|c)", Dialect::kFastify),
                                       of("/a/{x:b|c|}", Dialect::kChi), of("/a/", Dialect::kChi)};
  EXPECT_FALSE(find_unreached(taken, strict)[0].has_value());
  EXPECT_FALSE(find_unreached(taken, strict)[1].has_value());
}

TEST(Reachability, KnowsNoDotsAsSegments) {
  const auto taken =
      find_unreached(templates_of({"/{x:[^.].*}", "/{x:\\.[^.].*}", "/{x:\\.\\..+}", "/{x}"}, {}), {});
  EXPECT_TRUE(taken[3].has_value());
}

// Each of the later templates fits all earlier ones up to their last segment, which took minutes under a
// sanitizer.
TEST(Reachability, BoundsTheSearchForTemplatesThatOverlap) {
  std::vector<Template> all;
  for (int i = 0; i < 6'000; ++i) {
    const std::string number = std::to_string(i);
    all.push_back(parse_template("/s" + number + "/t/u/v/w/x" + number)->front());
    all.push_back(parse_template("/{a}/{b}/{c}/{d}/{e}/y" + number)->front());
  }
  const auto start = std::chrono::steady_clock::now();
  const auto taken = find_unreached(all, {});
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
  EXPECT_TRUE(std::ranges::none_of(taken, [](const auto& taker) { return taker.has_value(); }));
}

TEST(Reachability, FoldsCaseWithThePaths) {
  const MatchOptions folding{.trailing_slash_matters = false, .ignores_case = true};
  EXPECT_TRUE(
      find_unreached(templates_of({"/{x:[^A-Z]+}", "/{x:[A-Z].*}", "/{x:.*[A-Z]+.*}", "/{x}"}, folding),
                     folding)[3]
          .has_value());
}

}  // namespace
}  // namespace wayside::routes
