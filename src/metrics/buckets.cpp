#include "wayside/metrics/buckets.hpp"

#include "metrics/text_writer.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <string_view>
#include <utility>

namespace wayside::metrics {
namespace {

constexpr double kNanosecondsPerSecond = 1e9;

constexpr double kSmallestBoundSeconds = 1e-9;

// Far above any request, and far enough below 2^63 ns that no arithmetic on bounds overflows.
constexpr double kMaxBoundSeconds = 1e9;

std::string text_of(double seconds) {
  std::string text;
  append_value(text, seconds);
  return text;
}

BucketsError mistake(std::string_view expected, std::string_view found) {
  return BucketsError{fmt::format("expected {}, found {}", expected, found)};
}

std::int64_t to_nanoseconds(double seconds) {
  return std::llround(seconds * kNanosecondsPerSecond);
}

std::vector<std::int64_t> default_bounds() {
  std::vector<std::int64_t> bounds;
  bounds.reserve(kDefaultBounds.size());
  for (const double seconds : kDefaultBounds)
    bounds.push_back(to_nanoseconds(seconds));
  return bounds;
}

}  // namespace

Buckets::Buckets(Unit unit, std::vector<std::int64_t> bounds) : unit_(unit), bounds_(std::move(bounds)) {
  static_assert(kMaxBounds <= std::numeric_limits<std::uint8_t>::max());
  for (std::size_t width = 0; width < first_by_width_.size(); ++width) {
    const auto is_narrower = [width](std::int64_t bound) {
      return std::cmp_less(std::bit_width(static_cast<std::uint64_t>(bound)), width);
    };
    first_by_width_[width] = static_cast<std::uint8_t>(std::ranges::count_if(bounds_, is_narrower));
  }
  bounds_.push_back(std::numeric_limits<std::int64_t>::max());
}

Buckets::Buckets() : Buckets(Unit::kNanoseconds, default_bounds()) {}

Buckets Buckets::of(Unit unit, std::span<const std::int64_t> bounds) {
  return Buckets(unit, std::vector(bounds.begin(), bounds.end()));
}

Checked<Buckets, BucketsError> Buckets::from_seconds(std::span<const double> bounds) {
  if (bounds.empty()) return mistake("at least one bound", "none");
  if (bounds.size() > kMaxBounds) {
    return mistake(fmt::format("at most {} bounds", kMaxBounds), std::to_string(bounds.size()));
  }
  std::vector<std::int64_t> exact;
  exact.reserve(bounds.size());
  for (const double seconds : bounds) {
    if (!std::isfinite(seconds)) {
      return mistake("finite bounds (the +Inf bucket is always there)", text_of(seconds));
    }
    if (seconds > kMaxBoundSeconds) return mistake("bounds up to 1e+09 s", text_of(seconds));
    if (seconds < kSmallestBoundSeconds) return mistake("bounds of at least 1 ns", text_of(seconds));
    const std::int64_t bound = to_nanoseconds(seconds);
    if (!exact.empty() && bound <= exact.back()) {
      return mistake("increasing bounds",
                     fmt::format("{} after {}", text_of(seconds), text_of(bounds[exact.size() - 1])));
    }
    exact.push_back(bound);
  }
  return Buckets(Unit::kNanoseconds, std::move(exact));
}

}  // namespace wayside::metrics
