// The buckets of a histogram: their bounds, and the bucket of a value.
//
// Values are whole numbers of the smallest unit, nanoseconds or bytes, so that a bound, an observation and a
// sum are exact and a bound is inclusive to the last bit (Prometheus' `le`: less than or equal). Seconds
// exist only in the configuration and in the exposition. Holds no counts.
#pragma once

#include "wayside/base/result.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace wayside::metrics {

// The default upper bounds in seconds, which are those of Prometheus' Python client.
inline constexpr std::array kDefaultBounds = {0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25,
                                              0.5,   0.75, 1.0,   2.5,  5.0,   7.5, 10.0};

// "expected …, found …".
struct BucketsError {
  std::string message;
};

// Bounds are finite, positive, strictly increasing and at most kMaxBounds. A last bucket without a bound
// (`le="+Inf"`) always follows them and is never listed.
class Buckets {
 public:
  static constexpr std::size_t kMaxBounds = 100;

  enum class Unit : std::uint8_t { kNanoseconds, kBytes };

  // kDefaultBounds.
  Buckets();

  // Bounds in seconds, rounded to the nanosecond.
  static Checked<Buckets, BucketsError> from_seconds(std::span<const double> bounds);
  // Bounds in nanoseconds or bytes, which are positive and increase.
  static Buckets of(Unit unit, std::span<const std::int64_t> bounds);

  // Number of buckets, the one without a bound included.
  std::size_t size() const noexcept { return bounds_.size(); }

  Unit unit() const noexcept { return unit_; }
  std::span<const std::int64_t> bounds() const noexcept {
    return std::span(bounds_).first(bounds_.size() - 1);
  }

  // The bucket of `value` ≥ 0: the first whose bound is not below it.
  std::size_t index_of(std::int64_t value) const noexcept {
    std::size_t index =
        first_by_width_[static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(value)))];
    while (value > bounds_[index])
      ++index;
    return index;
  }

  // In seconds or bytes. The one division is rounded once, so 5,000,000 ns is the double nearest to 0.005.
  double exposed(double value) const noexcept { return value / per_unit(); }
  // The exposed unit in smallest units.
  double per_unit() const noexcept { return unit_ == Unit::kNanoseconds ? 1e9 : 1; }

  friend bool operator==(const Buckets&, const Buckets&) = default;

 private:
  Buckets(Unit unit, std::vector<std::int64_t> bounds);

  Unit unit_ = Unit::kNanoseconds;
  std::vector<std::int64_t> bounds_;  // and, last, the largest value
  // By the number of bits of a value, the first bound to compare it with: bounds with fewer bits are below
  // it.
  std::array<std::uint8_t, 65> first_by_width_{};
};

}  // namespace wayside::metrics
