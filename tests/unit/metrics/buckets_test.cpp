#include "wayside/metrics/buckets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

namespace wayside::metrics {
namespace {

using testing::HasSubstr;

TEST(Buckets, DefaultIsThatOfThePythonClient) {
  const Buckets buckets;
  ASSERT_EQ(buckets.size(), 15U);
  EXPECT_EQ(buckets.bounds().front(), 5'000'000);
  EXPECT_EQ(buckets.bounds()[4], 75'000'000);
  EXPECT_EQ(buckets.bounds().back(), 10'000'000'000);
}

TEST(Buckets, BoundIsInclusiveToTheNanosecond) {
  const Buckets buckets;
  for (std::size_t i = 0; i < buckets.bounds().size(); ++i) {
    const std::int64_t bound = buckets.bounds()[i];
    EXPECT_EQ(buckets.index_of(bound - 1), i);
    EXPECT_EQ(buckets.index_of(bound), i);
    EXPECT_EQ(buckets.index_of(bound + 1), i + 1);
  }
  EXPECT_EQ(buckets.index_of(0), 0U);
  EXPECT_EQ(buckets.index_of(std::numeric_limits<std::int64_t>::max()), 14U);
}

// However the search begins: around each bound, and around each power of two.
TEST(Buckets, HoldEachValueUpToTheirBound) {
  const std::array<std::int64_t, 9> bounds = {1, 2, 3, 7, 8, 1'000, 1'023, 1'024, 1'000'000'000'000};
  const Buckets buckets = Buckets::of(Buckets::Unit::kBytes, bounds);
  ASSERT_EQ(buckets.size(), bounds.size() + 1);
  ASSERT_TRUE(std::ranges::equal(buckets.bounds(), bounds));
  std::vector<std::int64_t> values = {0, std::numeric_limits<std::int64_t>::max()};
  for (const std::int64_t bound : bounds)
    values.insert(values.end(), {bound - 1, bound, bound + 1});
  for (int power = 1; power < 63; ++power)
    values.insert(values.end(), {(std::int64_t{1} << power) - 1, std::int64_t{1} << power});
  for (const std::int64_t value : values) {
    const auto expected =
        std::ranges::count_if(bounds, [value](std::int64_t bound) { return bound < value; });
    EXPECT_EQ(buckets.index_of(value), static_cast<std::size_t>(expected)) << value;
  }
}

TEST(Buckets, FromSecondsRoundsToTheNanosecond) {
  const auto buckets = Buckets::from_seconds(std::array{0.1, 0.3, 1e9});
  ASSERT_TRUE(buckets.has_value());
  EXPECT_EQ(buckets->bounds()[0], 100'000'000);
  EXPECT_EQ(buckets->bounds()[1], 300'000'000);
  EXPECT_EQ(buckets->bounds()[2], 1'000'000'000'000'000'000);
}

TEST(Buckets, FromSecondsTakesANanosecond) {
  const auto buckets = Buckets::from_seconds(std::array{1e-9});
  ASSERT_TRUE(buckets.has_value());
  EXPECT_EQ(buckets->bounds().front(), 1);
}

TEST(Buckets, FromSecondsSaysWhatIsWrong) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  const struct {
    std::vector<double> bounds;
    const char* message;
  } rows[] = {
      {{}, "expected at least one bound, found none"},
      {{0.1, kInfinity}, "expected finite bounds (the +Inf bucket is always there), found +Inf"},
      {{kNan}, "found NaN"},
      {{0.0, 1.0}, "expected bounds of at least 1 ns, found 0.0"},
      {{-1.0}, "expected bounds of at least 1 ns, found -1.0"},
      {{-1e300}, "expected bounds of at least 1 ns"},
      {{1e-10}, "expected bounds of at least 1 ns, found 1e-10"},
      {{5e-10}, "expected bounds of at least 1 ns, found 5e-10"},
      {{1e10}, "expected bounds up to 1e+09 s, found 10000000000.0"},
      {{0.5, 0.5}, "expected increasing bounds, found 0.5 after 0.5"},
      {{0.5, 0.25}, "expected increasing bounds, found 0.25 after 0.5"},
      {{1.0, 1.0000000001}, "expected increasing bounds"},
  };
  for (const auto& row : rows) {
    const auto buckets = Buckets::from_seconds(row.bounds);
    ASSERT_FALSE(buckets.has_value()) << row.message;
    EXPECT_THAT(buckets.error().message, HasSubstr(row.message));
  }
}

TEST(Buckets, FromSecondsBoundsTheirNumber) {
  std::vector<double> bounds(Buckets::kMaxBounds);
  std::iota(bounds.begin(), bounds.end(), 1.0);
  EXPECT_TRUE(Buckets::from_seconds(bounds).has_value());
  bounds.push_back(1000.0);
  ASSERT_FALSE(Buckets::from_seconds(bounds).has_value());
  EXPECT_EQ(Buckets::from_seconds(bounds).error().message, "expected at most 100 bounds, found 101");
}

TEST(Buckets, AreExposedInSecondsOrBytes) {
  EXPECT_EQ(Buckets().exposed(5'000'000), 0.005);
  const Buckets sizes = Buckets::of(Buckets::Unit::kBytes, std::array<std::int64_t, 2>{100, 1000});
  EXPECT_EQ(sizes.exposed(100), 100.0);
  EXPECT_EQ(sizes.index_of(1000), 1U);
  EXPECT_EQ(sizes.size(), 3U);
}

}  // namespace
}  // namespace wayside::metrics
