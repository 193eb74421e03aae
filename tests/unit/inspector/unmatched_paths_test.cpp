#include "wayside/inspector/unmatched_paths.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace wayside::inspector {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kStart = TimePoint(100s);

TEST(UnmatchedPaths, GathersPathsOfOneTemplate) {
  const auto paths = std::make_unique<UnmatchedPaths>();
  paths->answered(paths->saw("/orders/1?x", Method::get, kStart), 200);
  paths->answered(paths->saw("/orders/2", Method::post, kStart + 5s), 404);
  paths->answered(paths->saw("/orders/3", Method::get, kStart + 2s), 404);
  const std::vector<UnmatchedPath> entries = paths->read();
  ASSERT_EQ(entries.size(), 1U);
  const UnmatchedPath& entry = entries.front();
  EXPECT_EQ(entry.suggestion(), "/orders/{id}");
  EXPECT_EQ(entry.example(), "/orders/1");
  EXPECT_EQ(entry.count, 3U);
  EXPECT_EQ(entry.error, 0U);
  EXPECT_EQ(entry.first_seen, kStart);
  EXPECT_EQ(entry.last_seen, kStart + 2s);
  EXPECT_TRUE(entry.methods.contains(Method::post));
  EXPECT_EQ(entry.statuses[0], 200U);
  EXPECT_EQ(entry.statuses[1], 404U);
  EXPECT_EQ(entry.statuses[2], 0U);
}

TEST(UnmatchedPaths, CutsLongTextsAndTakesWhatIsNoPath) {
  const auto paths = std::make_unique<UnmatchedPaths>();
  std::string deep;
  for (int i = 0; i < 100; ++i)
    deep += "/word";
  paths->saw(deep, Method::get, kStart);
  paths->saw("*", Method::options, kStart);
  const std::vector<UnmatchedPath> entries = paths->read();
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].example(), deep.substr(0, UnmatchedPath::kMaxText));
  EXPECT_EQ(entries[1].suggestion(), "*");
}

// "/{id}" is the template of "/42", and a path for which there is none.
TEST(UnmatchedPaths, KeepsATemplateApartFromAPathThatLooksLikeIt) {
  const auto paths = std::make_unique<UnmatchedPaths>();
  paths->saw("/{id}", Method::get, kStart);
  paths->saw("/42", Method::get, kStart);
  const std::vector<UnmatchedPath> entries = paths->read();
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_FALSE(entries[0].is_guessed);
  EXPECT_TRUE(entries[1].is_guessed);
}

// The guarantee of space-saving, with a scanner's noise all around.
TEST(UnmatchedPaths, KeepsTheBusyOnesAmongAMillionOthers) {
  const auto paths = std::make_unique<UnmatchedPaths>();
  constexpr int kRequests = 200'000;
  for (int i = 0; i < kRequests; ++i) {
    std::string noise = "/scan/";
    for (int rest = i; rest > 0; rest /= 26)
      noise += static_cast<char>('a' + rest % 26);
    paths->saw(i % 50 == 0 ? "/busy" : noise, Method::get, kStart);
  }
  const std::vector<UnmatchedPath> entries = paths->read();
  EXPECT_EQ(entries.size(), UnmatchedPaths::kCapacity);
  const auto busy = std::ranges::find(entries, "/busy", &UnmatchedPath::suggestion);
  ASSERT_NE(busy, entries.end());
  EXPECT_GE(busy->count, static_cast<unsigned>(kRequests / 50));
  EXPECT_LE(busy->count - busy->error, static_cast<unsigned>(kRequests / 50));
}

TEST(UnmatchedPaths, ForgetsTheAnswerOfWhatWasReplaced) {
  const auto paths = std::make_unique<UnmatchedPaths>();
  const auto ticket = paths->saw("/first", Method::get, kStart);
  for (std::size_t i = 0; i < UnmatchedPaths::kCapacity; ++i) {
    const std::string other = {'/', static_cast<char>('a' + i / 26), static_cast<char>('a' + i % 26)};
    paths->saw(other, Method::get, kStart);
    paths->saw(other, Method::get, kStart);
  }
  paths->answered(ticket, 500);
  paths->answered({}, 500);
  for (const UnmatchedPath& entry : paths->read())
    EXPECT_EQ(entry.statuses[0], 0U) << entry.suggestion();
}

}  // namespace
}  // namespace wayside::inspector
