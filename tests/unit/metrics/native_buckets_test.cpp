#include "metrics/native_buckets.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

namespace wayside::metrics {
namespace {

constexpr std::size_t kLast = kNativeBucketCount - 1;

// Prometheus' index of the bucket with that duration, by the definition: (2^((i-1)/16) s, 2^(i/16) s].
std::int64_t index_by_logarithm(std::int64_t nanoseconds) {
  const long double doublings = std::log2(static_cast<long double>(nanoseconds) / 1e9L);
  return static_cast<std::int64_t>(std::ceil(doublings * kNativePerDoubling));
}

std::int64_t index_of(std::int64_t nanoseconds) {
  return static_cast<std::int64_t>(native_bucket_of(nanoseconds)) - 1 + kNativeFirstIndex;
}

TEST(NativeBuckets, AreThoseOfTheLogarithm) {
  std::mt19937_64 random(18);
  std::uniform_real_distribution<double> doublings(kNativeLowestPower + 0.01, kNativeHighestPower - 0.01);
  for (int i = 0; i < 200'000; ++i) {
    const auto nanoseconds = static_cast<std::int64_t>(1e9 * std::exp2(doublings(random)));
    ASSERT_EQ(index_of(nanoseconds), index_by_logarithm(nanoseconds)) << nanoseconds;
  }
}

TEST(NativeBuckets, IncludeTheirUpperBoundsAlone) {
  for (std::size_t bucket = 0; bucket < kLast; ++bucket) {
    const std::int64_t bound = native_bound(bucket);
    ASSERT_EQ(native_bucket_of(bound), bucket);
    ASSERT_EQ(native_bucket_of(bound + 1), bucket + 1);
    if (bucket == 0) continue;
    ASSERT_EQ(index_by_logarithm(bound), index_of(bound));
    ASSERT_EQ(index_by_logarithm(bound + 1), index_of(bound + 1));
  }
}

TEST(NativeBuckets, HaveWholeSecondsAsBounds) {
  EXPECT_EQ(index_of(1'000'000'000), 0);
  EXPECT_EQ(index_of(1'000'000'001), 1);
  EXPECT_EQ(index_of(2'000'000'000), kNativePerDoubling);
  EXPECT_EQ(index_of(500'000'000), -kNativePerDoubling);
}

TEST(NativeBuckets, TakeWhatIsBeyondTheRange) {
  EXPECT_EQ(native_bucket_of(0), 0U);
  EXPECT_EQ(native_bucket_of(static_cast<std::int64_t>(kNativeZeroThreshold * 1e9)), 0U);
  EXPECT_EQ(native_bucket_of(static_cast<std::int64_t>(kNativeZeroThreshold * 1e9) + 1), 1U);
  EXPECT_EQ(native_bound(kLast), 8'192'000'000'000);
  EXPECT_EQ(native_bucket_of(native_bound(kLast) + 1), kLast);
  EXPECT_EQ(native_bucket_of(std::numeric_limits<std::int64_t>::max()), kLast);
}

// The promise of the header: a quantile from within a bucket is less than 5 % away.
TEST(NativeBuckets, AreNarrowerThanOneTwentieth) {
  for (std::size_t bucket = 1; bucket <= kLast; ++bucket) {
    const auto ratio =
        static_cast<double>(native_bound(bucket)) / static_cast<double>(native_bound(bucket - 1));
    ASSERT_LT(ratio, 1.045) << bucket;
  }
}

}  // namespace
}  // namespace wayside::metrics
