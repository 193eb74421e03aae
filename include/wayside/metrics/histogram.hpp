// A latency histogram: which buckets there are, and the counts in them.
//
// Time is kept in integer nanoseconds throughout, so that a bound, an observation and a sum are exact and a
// bound is inclusive to the last bit (Prometheus' `le`: less than or equal). Seconds exist only at the edges:
// in what a user writes and in what is exposed. Nothing here knows label names or text formats.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/base/result.hpp"
#include "wayside/metrics/single_writer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
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

  // kDefaultBounds.
  Buckets();

  // Bounds in seconds, rounded to the nanosecond.
  static Checked<Buckets, BucketsError> from_seconds(std::span<const double> bounds);

  // Number of buckets, the one without a bound included.
  std::size_t size() const noexcept { return bounds_.size() + 1; }

  std::span<const Nanoseconds> bounds() const noexcept { return bounds_; }

  // The bucket that `duration` falls into: the first whose bound is not below it. Compares with every bound
  // rather than searching: a dozen compares without a branch to mispredict beat a binary search.
  std::size_t index_of(Nanoseconds duration) const noexcept {
    std::size_t index = 0;
    for (const Nanoseconds bound : bounds_)
      index += static_cast<std::size_t>(duration > bound);
    return index;
  }

 private:
  explicit Buckets(std::vector<Nanoseconds> bounds) noexcept : bounds_(std::move(bounds)) {}

  std::vector<Nanoseconds> bounds_;
};

// The counts of one series. One thread observes; any thread reads, at any time, without locks.
class Histogram {
 public:
  // `buckets` outlives the histogram. Throws std::bad_alloc.
  explicit Histogram(const Buckets& buckets);

  // The writer only. A negative duration counts as zero, so that the sum never goes down. Never allocates.
  void observe(Nanoseconds duration) noexcept {
    const Nanoseconds clamped = std::max(duration, Nanoseconds::zero());
    counts_[buckets_.index_of(clamped)].add(1);
    sum_ns_.add(static_cast<std::uint64_t>(clamped.count()));
  }

  // Adds the observations of each bucket (not cumulated) to `counts`, which has buckets.size() elements, and
  // their sum to `sum_ns`. The number of observations is, by definition, the sum of the counts read. An
  // observation made meanwhile may be in the counts and not yet in the sum. The sum wraps after 2^64 ns = 584
  // years of added-up latency, which Prometheus takes for a counter reset.
  void add_to(std::span<std::uint64_t> counts, std::uint64_t& sum_ns) const noexcept;

 private:
  const Buckets& buckets_;
  std::unique_ptr<SingleWriter<std::uint64_t>[]> counts_;  // buckets_.size() of them
  SingleWriter<std::uint64_t> sum_ns_;
};

}  // namespace wayside::metrics
