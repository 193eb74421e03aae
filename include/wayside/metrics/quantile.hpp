// Distributions of values over buckets, their quantiles, and their sum where their bounds differ.
//
// Quantiles are those of Prometheus' function histogram_quantile for classic histograms
// (https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile), so that a number
// shown here is the one that a dashboard computes from the same buckets.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace wayside::metrics {

// The bounds are positive and ascend. Counts are fractions where a bucket was split; see add().
struct Distribution {
  std::vector<double> bounds;
  std::vector<double> counts;  // of each bucket alone; one more than the bounds: what lies above the last one
  double sum = 0;              // of the values

  double count() const noexcept;
};

// The value below which the fraction `q` (0 … 1) of all values lies: linear within a bucket, whose lower
// bound is the bound of the bucket below it, or 0. The highest bound for what lies above it. Nothing without
// values.
std::optional<double> quantile(double q, const Distribution& distribution);

// The bound of the first bucket. All that the buckets tell of a quantile below it is that it is below it.
// Nothing without bounds.
std::optional<double> first_bound(const Distribution& distribution) noexcept;

// Nothing without values.
std::optional<double> mean(const Distribution& distribution);

// The sum of all `parts`, over the union of their bounds. The values of a bucket are taken to lie evenly
// between its bounds, as for a quantile; those above the highest bound of their part lie above all bounds.
// Parts with equal bounds are added exactly. Throws std::bad_alloc.
Distribution sum_of(std::span<const Distribution> parts);

}  // namespace wayside::metrics
