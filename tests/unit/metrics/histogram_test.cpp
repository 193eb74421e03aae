#include "wayside/metrics/histogram.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <numeric>

namespace wayside::metrics {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

TEST(Buckets, DefaultIsThatOfThePythonClient) {
  const Buckets buckets;
  ASSERT_EQ(buckets.size(), 15U);
  EXPECT_EQ(buckets.bounds().front(), milliseconds(5));
  EXPECT_EQ(buckets.bounds()[4], milliseconds(75));
  EXPECT_EQ(buckets.bounds().back(), seconds(10));
}

TEST(Buckets, BoundIsInclusiveToTheNanosecond) {
  const Buckets buckets;
  for (std::size_t i = 0; i < buckets.bounds().size(); ++i) {
    const Nanoseconds bound = buckets.bounds()[i];
    EXPECT_EQ(buckets.index_of(bound - Nanoseconds(1)), i);
    EXPECT_EQ(buckets.index_of(bound), i);
    EXPECT_EQ(buckets.index_of(bound + Nanoseconds(1)), i + 1);
  }
  EXPECT_EQ(buckets.index_of(Nanoseconds::zero()), 0U);
  EXPECT_EQ(buckets.index_of(Nanoseconds::max()), 14U);
}

TEST(Buckets, FromSecondsRoundsToTheNanosecond) {
  const auto buckets = Buckets::from_seconds(std::array{0.1, 0.3, 1e9});
  ASSERT_TRUE(buckets.has_value());
  EXPECT_EQ(buckets->bounds()[0], milliseconds(100));
  EXPECT_EQ(buckets->bounds()[1], milliseconds(300));
  EXPECT_EQ(buckets->bounds()[2], seconds(1'000'000'000));
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

TEST(Histogram, CountsPerBucketAndAddsUpExactly) {
  const auto buckets = Buckets::from_seconds(std::array{0.1, 1.0});
  ASSERT_TRUE(buckets.has_value());
  Histogram histogram(*buckets);
  histogram.observe(milliseconds(100));
  histogram.observe(milliseconds(101));
  histogram.observe(seconds(1));
  histogram.observe(seconds(2));
  histogram.observe(Nanoseconds(1));

  std::vector<std::uint64_t> counts(buckets->size());
  std::uint64_t sum_ns = 0;
  histogram.add_to(counts, sum_ns);
  EXPECT_THAT(counts, testing::ElementsAre(2, 2, 1));
  EXPECT_EQ(sum_ns, 3'201'000'001U);

  histogram.add_to(counts, sum_ns);
  EXPECT_THAT(counts, testing::ElementsAre(4, 4, 2)) << "add_to adds to what is there";
}

TEST(Histogram, NegativeDurationCountsAsZero) {
  const Buckets buckets;
  Histogram histogram(buckets);
  histogram.observe(Nanoseconds(-5));
  std::vector<std::uint64_t> counts(buckets.size());
  std::uint64_t sum_ns = 0;
  histogram.add_to(counts, sum_ns);
  EXPECT_EQ(counts[0], 1U);
  EXPECT_EQ(sum_ns, 0U);
}

}  // namespace
}  // namespace wayside::metrics
