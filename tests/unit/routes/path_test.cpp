#include "routes/path.hpp"

#include <gtest/gtest.h>

#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::routes {
namespace {

std::string normal(std::string_view path, bool folds_case = false) {
  std::string out(path.size(), '?');
  return std::string(normalize(path, folds_case, out));
}

std::vector<std::string> segments_of(std::string_view target, std::size_t depth = 64,
                                     bool folds_case = false) {
  const PathSegments segments(target, depth, folds_case);
  if (!segments.is_valid()) return {"(not valid)"};
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    EXPECT_EQ(segments[i].hash, hash_of_segment(segments[i].text()));
    texts.emplace_back(segments[i].text());
  }
  if (segments.ends_with_slash()) texts.emplace_back();
  return texts;
}

TEST(Path, HasOneNormalForm) {
  struct Case {
    std::string_view path;
    std::string_view normal;
  };
  const Case cases[] = {
      {"/", "/"},
      {"/a/b", "/a/b"},
      {"/a/b/", "/a/b/"},
      {"//", "/"},
      {"//a///b//", "/a/b/"},
      {"/a/./b", "/a/b"},
      {"/a/b/.", "/a/b/"},
      {"/a/b/..", "/a/"},
      {"/a/../b", "/b"},
      {"/..", "/"},
      {"/../../a", "/a"},
      {"/a/b/c/../../d", "/a/d"},
      {"/a//../b", "/b"},
      {"/...", "/..."},
      {"/.a/..b", "/.a/..b"},
      {"/%41%7e%2D", "/A~-"},
      {"/%2e%2E/a", "/a"},
      {"/a/%2e", "/a/"},
      {"/a%2fb", "/a%2Fb"},
      {"/%c3%bc", "/%C3%BC"},
      {"/%2541", "/%2541"},
      {"/%", "/%"},
      {"/%4", "/%4"},
      {"/%zz", "/%zz"},
      {"/A/%3f", "/A/%3F"},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(normal(each.path), each.normal) << each.path;
    EXPECT_EQ(normal(each.normal), each.normal) << "again: " << each.normal;
  }
  EXPECT_EQ(normal("/Users/%41%C3", true), "/users/a%C3");
}

TEST(Path, IsNotNormalizedIntoTooLittleSpace) {
  std::string out(3, '?');
  EXPECT_EQ(normalize("/abc", false, out), "");
}

TEST(Path, IsSplitIntoSegments) {
  using Segments = std::vector<std::string>;
  EXPECT_EQ(segments_of("/"), Segments{});
  EXPECT_EQ(segments_of("/a/bc/def?x=/y"), (Segments{"a", "bc", "def"}));
  EXPECT_EQ(segments_of("/a/#/b"), (Segments{"a", ""}));
  EXPECT_EQ(segments_of("http://h//a/../%62?c"), Segments{"b"});
  EXPECT_EQ(segments_of("/a%2Fb/%41"), (Segments{"a%2Fb", "A"}));
  EXPECT_EQ(segments_of("/A/b", 64, true), (Segments{"a", "b"}));
  EXPECT_EQ(segments_of("/a/b/c/d/e", 2), (Segments{"a", "b", "c"}))
      << "no more than depth + 1 are told apart";
  EXPECT_EQ(segments_of("/a/b/c/d/../../..", 0), (Segments{"a", ""})) << "but all are looked at";
  EXPECT_EQ(segments_of("*"), Segments{"(not valid)"});
  EXPECT_EQ(segments_of("/" + std::string(kMaxPath, 'a')), Segments{std::string(kMaxPath, 'a')});
  EXPECT_EQ(segments_of("//" + std::string(kMaxPath, 'a')), Segments{"(not valid)"})
      << "no room to normalise it";
  EXPECT_EQ(segments_of("/%41/" + std::string(kMaxPath - 2, 'a')).size(), 2U);
  EXPECT_EQ(segments_of("/%41/" + std::string(kMaxPath - 1, 'a') + "%41"), Segments{"(not valid)"})
      << "no room for copies";
}

// Whether segments are copied one by one or the path as a whole, what is seen is its normal form.
TEST(Path, IsSplitAsItsNormalFormIs) {
  constexpr std::string_view kPieces[] = {"/",   "/",   "/",   ".",   "..", "a", "B",
                                          "%41", "%2f", "%2F", "%2e", "%",  "%2"};
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string path = "/";
    for (auto count = random() % 12; count > 0; --count)
      path += kPieces[random() % std::size(kPieces)];
    const bool folds_case = random() % 2 == 0;
    std::string seen = "/";
    for (const std::string& segment : segments_of(path, 64, folds_case))
      seen.append(seen.size() == 1 ? "" : "/").append(segment);
    ASSERT_EQ(seen, normal(path, folds_case)) << path;
  }
}

TEST(Path, HashesTextsOfEveryLength) {
  std::string text;
  std::uint32_t last = hash_of_segment(text);
  for (int i = 0; i < 40; ++i) {
    text += 'a';
    const std::uint32_t hash = hash_of_segment(text);
    EXPECT_NE(hash, last) << text;
    EXPECT_EQ(hash, hash_of_segment(std::string(text)));
    last = hash;
  }
}

}  // namespace
}  // namespace wayside::routes
