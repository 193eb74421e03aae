// The buckets of a histogram: their bounds, and which one a value falls into.
//
// Values are whole numbers of the smallest unit, nanoseconds or bytes, so that a bound, an observation and a
// sum are exact and a bound is inclusive to the last bit (Prometheus' `le`: less than or equal). Seconds
// exist only at the edges: in what a user writes and in what is exposed. Counts are kept elsewhere.
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

// The upper bounds, in seconds, of a histogram that nobody configured: those of Prometheus' Python client.
inline constexpr std::array kDefaultBounds = {0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25,
                                              0.5,   0.75, 1.0,   2.5,  5.0,   7.5, 10.0};

// Why a list of bounds cannot be used, in words that say what was expected and what was found.
struct BucketsError {
  std::string message;
};

// The bounds of a histogram: finite, positive, strictly increasing, at most kMaxBounds of them. A last bucket
// without a bound (`le="+Inf"`) always follows them and is never named.
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

  // The bucket that `value`, which is not negative, falls into: the first whose bound is not below it.
  std::size_t index_of(std::int64_t value) const noexcept {
    std::size_t index =
        first_by_width_[static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(value)))];
    while (value > bounds_[index])
      ++index;
    return index;
  }

  // A value as it is exposed: seconds or bytes. A division is rounded once, so 5,000,000 ns is the double
  // nearest to 0.005 and prints as such.
  double exposed(double value) const noexcept { return value / per_unit(); }
  // How many of the smallest unit are one of the exposed one.
  double per_unit() const noexcept { return unit_ == Unit::kNanoseconds ? 1e9 : 1; }

  friend bool operator==(const Buckets&, const Buckets&) = default;

 private:
  Buckets(Unit unit, std::vector<std::int64_t> bounds);

  Unit unit_ = Unit::kNanoseconds;
  std::vector<std::int64_t> bounds_;  // and one that no value is above
  // Where to start looking for a value with so many bits: bounds with fewer are below it.
  std::array<std::uint8_t, 65> first_by_width_{};
};

}  // namespace wayside::metrics
