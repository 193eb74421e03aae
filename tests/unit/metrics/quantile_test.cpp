#include "wayside/metrics/quantile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace wayside::metrics {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::Optional;

// The expected values are worked out by hand from the documentation of histogram_quantile: linear
// interpolation within a bucket, the lower bound of the lowest bucket is 0 where its upper bound is positive,
// and the upper bound of the second highest bucket is returned for what lies in the highest.
TEST(Quantile, IsLinearWithinABucket) {
  const Distribution values{{1, 2, 4}, {10, 20, 10, 0}};
  EXPECT_THAT(quantile(0.5, values), Optional(DoubleEq(1.5)));  // rank 20 of 40: half of the second
  EXPECT_THAT(quantile(0.875, values), Optional(DoubleEq(3)));  // rank 35: half of the third
  EXPECT_THAT(quantile(0.3, values), Optional(DoubleEq(1.1)));  // rank 12
  EXPECT_THAT(quantile(0.25, values), Optional(DoubleEq(1)));   // rank 10: all of the first
  EXPECT_THAT(quantile(1, values), Optional(DoubleEq(4)));
}

TEST(Quantile, FirstBoundIsThatOfTheLowestBucket) {
  EXPECT_THAT(first_bound({{8, 16}, {4, 0, 0}}), Optional(DoubleEq(8)));
  EXPECT_EQ(first_bound({}), std::nullopt);
}

TEST(Quantile, LowestBucketBeginsAtZero) {
  const Distribution values{{8, 16}, {4, 0, 0}};
  EXPECT_THAT(quantile(0.5, values), Optional(DoubleEq(4)));
  EXPECT_THAT(quantile(0, values), Optional(DoubleEq(0)));
}

TEST(Quantile, HighestBoundStandsForWhatLiesAbove) {
  const Distribution values{{1, 2}, {1, 0, 9}};
  EXPECT_THAT(quantile(0.5, values), Optional(DoubleEq(2)));
  EXPECT_THAT(quantile(0.1, values), Optional(DoubleEq(1)));
}

TEST(Quantile, SkipsEmptyBuckets) {
  const Distribution values{{1, 2, 3}, {0, 0, 4, 0}};
  EXPECT_THAT(quantile(0.5, values), Optional(DoubleEq(2.5)));
}

TEST(Quantile, IsNothingWithoutValues) {
  EXPECT_EQ(quantile(0.5, {{1, 2}, {0, 0, 0}}), std::nullopt);
  EXPECT_EQ(quantile(0.5, {}), std::nullopt);
  EXPECT_EQ(mean({{1}, {0, 0}}), std::nullopt);
}

TEST(Quantile, MeanIsSumByCount) {
  EXPECT_THAT(mean({{1}, {3, 1}, 10}), Optional(DoubleEq(2.5)));
}

TEST(SumOf, AddsEqualBoundsExactly) {
  const std::vector<Distribution> parts{{{0.1, 0.7}, {1, 2, 3}, 5}, {{0.1, 0.7}, {10, 20, 30}, 50}};
  const Distribution sum = sum_of(parts);
  EXPECT_THAT(sum.bounds, ElementsAre(0.1, 0.7));
  EXPECT_THAT(sum.counts, ElementsAre(11, 22, 33));
  EXPECT_EQ(sum.sum, 55);
}

TEST(SumOf, SplitsBucketsEvenly) {
  const std::vector<Distribution> parts{{{2, 10}, {8, 16, 1}, 0}, {{1, 4}, {3, 6, 5}, 0}};
  const Distribution sum = sum_of(parts);
  EXPECT_THAT(sum.bounds, ElementsAre(1, 2, 4, 10));
  // 0–1: 4 + 3; 1–2: 4 + 2; 2–4: 16·2/8 + 4; 4–10: 16·6/8; above all: 1 + 5.
  EXPECT_THAT(sum.counts, ElementsAre(DoubleEq(7), DoubleEq(6), DoubleEq(8), DoubleEq(12), DoubleEq(6)));
  EXPECT_DOUBLE_EQ(sum.count(), 39);
}

TEST(SumOf, NothingIsNothing) {
  EXPECT_EQ(sum_of({}).count(), 0);
  EXPECT_EQ(quantile(0.5, sum_of({})), std::nullopt);
}

}  // namespace
}  // namespace wayside::metrics
