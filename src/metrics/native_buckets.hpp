// The buckets of a native histogram of durations: Prometheus' exponential buckets of schema 4.
//
// Schema 4 has 16 buckets for each doubling: a bound is 4.4 % above the one before, and so a quantile that
// Prometheus finds inside a bucket is at most 4.4 % away from the true one. The range is fixed, so that the
// counts of a histogram are an array and nothing is allocated for a new bucket. Holds no counts.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace wayside::metrics {

inline constexpr int kNativeSchema = 4;
inline constexpr int kNativePerDoubling = 1 << kNativeSchema;
// The range in powers of 2 s: from 7.6 µs, which no round trip undercuts, to 2.3 h.
inline constexpr int kNativeLowestPower = -17;
inline constexpr int kNativeHighestPower = 13;

// In seconds: the durations up to this one are in the zero bucket.
inline constexpr double kNativeZeroThreshold = 1.0 / (1 << -kNativeLowestPower);
// The zero bucket, which is bucket 0 here, and the positive ones.
inline constexpr std::size_t kNativeBucketCount =
    1 + std::size_t{kNativePerDoubling} * (kNativeHighestPower - kNativeLowestPower);
// Prometheus' index of bucket 1; the others follow it. Prometheus' bucket i has the upper bound 2^(i/16) s.
inline constexpr int kNativeFirstIndex = kNativeLowestPower * kNativePerDoubling + 1;

namespace native_detail {

// 2^(j/16).
inline constexpr std::array<long double, kNativePerDoubling> kFractions = {
    1.0L,
    1.0442737824274138403219L,
    1.0905077326652576592070L,
    1.1387886347566916537038L,
    1.1892071150027210667174L,
    1.2418578120734840485936L,
    1.2968395546510096659337L,
    1.3542555469368927282980L,
    1.4142135623730950488016L,
    1.4768261459394993113869L,
    1.5422108254079408236122L,
    1.6104903319492543081795L,
    1.6817928305074290860622L,
    1.7562521603732994831121L,
    1.8340080864093424634870L,
    1.9152065613971472938726L,
};

// The upper bounds in nanoseconds, rounded down, so that a whole number of nanoseconds is at most a bound
// exactly where it is at most the rounded one.
inline constexpr std::array<std::int64_t, kNativeBucketCount> kBounds = [] {
  std::array<std::int64_t, kNativeBucketCount> bounds{};
  long double scale = 1e9L * kNativeZeroThreshold;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    if (i != 0 && i % kNativePerDoubling == 0) scale *= 2;
    bounds[i] = static_cast<std::int64_t>(scale * kFractions[i % kNativePerDoubling]);
  }
  return bounds;
}();

// Cells are narrower than buckets and found without a search: by the number of bits of a value and the five
// bits behind the first one.
inline constexpr std::size_t kCellBits = 5;

// 2^kCellBits <= value
constexpr std::size_t cell_of(std::uint64_t value) noexcept {
  const auto shift = static_cast<std::size_t>(std::bit_width(value)) - 1 - kCellBits;
  return (shift << kCellBits) + (value >> shift);
}

inline constexpr std::size_t kFirstCell = cell_of(kBounds.front());
inline constexpr std::size_t kCellCount = cell_of(kBounds.back()) - kFirstCell + 1;

constexpr std::uint64_t least_in_cell(std::size_t cell) noexcept {
  constexpr std::size_t kPerWidth = std::size_t{1} << kCellBits;
  const std::size_t shift = cell / kPerWidth - 1;
  return (cell % kPerWidth + kPerWidth) << shift;
}

// For each cell, the bucket of its least value.
inline constexpr std::array<std::uint16_t, kCellCount> kBucketOfCell = [] {
  std::array<std::uint16_t, kCellCount> buckets{};
  std::uint16_t bucket = 0;
  for (std::size_t i = 0; i < kCellCount; ++i) {
    while (static_cast<std::uint64_t>(kBounds[bucket]) < least_in_cell(kFirstCell + i))
      ++bucket;
    buckets[i] = bucket;
  }
  return buckets;
}();

// The bucket of a value is that of its cell or the next one.
static_assert([] {
  for (std::size_t i = 0; i + 1 < kCellCount; ++i) {
    if (kBucketOfCell[i + 1] > kBucketOfCell[i] + 1) return false;
  }
  return true;
}());

}  // namespace native_detail

// In nanoseconds, rounded down.
constexpr std::int64_t native_bound(std::size_t bucket) noexcept {
  return native_detail::kBounds[bucket];
}

// The bucket of a duration: the first whose bound is not below it. Durations beyond the last bound are in the
// last bucket. Without a branch.
constexpr std::size_t native_bucket_of(std::int64_t nanoseconds) noexcept {
  using namespace native_detail;
  const std::int64_t value = std::clamp(nanoseconds, kBounds.front(), kBounds.back());
  const std::size_t cell = cell_of(static_cast<std::uint64_t>(value)) - kFirstCell;
  const std::size_t bucket = kBucketOfCell[cell];
  return bucket + (value > kBounds[bucket] ? 1 : 0);
}

}  // namespace wayside::metrics
