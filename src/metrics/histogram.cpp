#include "wayside/metrics/histogram.hpp"

#include "metrics/text_writer.hpp"

#include <cmath>

namespace wayside::metrics {
namespace {

constexpr double kNanosecondsPerSecond = 1e9;

// Far above any request, and far enough below 2^63 ns that no arithmetic on bounds overflows.
constexpr double kMaxBoundSeconds = 1e9;

std::string text_of(double seconds) {
  std::string text;
  append_value(text, seconds);
  return text;
}

BucketsError mistake(std::string expected, const std::string& found) {
  return BucketsError{"expected " + std::move(expected) + ", found " + found};
}

Nanoseconds to_nanoseconds(double seconds) {
  return Nanoseconds{std::llround(seconds * kNanosecondsPerSecond)};
}

}  // namespace

Buckets::Buckets() {
  for (const double seconds : kDefaultBounds)
    bounds_.push_back(to_nanoseconds(seconds));
}

Checked<Buckets, BucketsError> Buckets::from_seconds(std::span<const double> bounds) {
  if (bounds.empty()) return mistake("at least one bound", "none");
  if (bounds.size() > kMaxBounds) {
    return mistake("at most " + std::to_string(kMaxBounds) + " bounds", std::to_string(bounds.size()));
  }
  std::vector<Nanoseconds> exact;
  exact.reserve(bounds.size());
  for (const double seconds : bounds) {
    if (!std::isfinite(seconds)) {
      return mistake("finite bounds (the +Inf bucket is always there)", text_of(seconds));
    }
    if (seconds > kMaxBoundSeconds) return mistake("bounds up to 1e+09 s", text_of(seconds));
    const Nanoseconds bound = to_nanoseconds(std::max(seconds, 0.0));
    if (bound <= Nanoseconds::zero()) return mistake("bounds of at least 1 ns", text_of(seconds));
    if (!exact.empty() && bound <= exact.back()) {
      return mistake("increasing bounds", text_of(seconds) + " after " + text_of(bounds[exact.size() - 1]));
    }
    exact.push_back(bound);
  }
  return Buckets(std::move(exact));
}

Histogram::Histogram(const Buckets& buckets)
    : buckets_(buckets), counts_(std::make_unique<SingleWriter<std::uint64_t>[]>(buckets.size())) {}

void Histogram::add_to(std::span<std::uint64_t> counts, std::uint64_t& sum_ns) const noexcept {
  for (std::size_t i = 0; i < counts.size(); ++i)
    counts[i] += counts_[i].value();
  sum_ns += sum_ns_.value();
}

}  // namespace wayside::metrics
