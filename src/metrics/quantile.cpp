#include "wayside/metrics/quantile.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace wayside::metrics {
namespace {

// Adds `part` to `sum`, whose bounds include those of the part.
void add(Distribution& sum, const Distribution& part) {
  std::size_t target = 0;
  double lower = 0;
  for (std::size_t i = 0; i < part.bounds.size(); ++i) {
    const double upper = part.bounds[i];
    // The buckets of the sum that lie in this one.
    for (double from = lower; from < upper; ++target) {
      const double to = sum.bounds[target];
      const bool is_whole = from == lower && to == upper;
      sum.counts[target] += is_whole ? part.counts[i] : part.counts[i] * ((to - from) / (upper - lower));
      from = to;
    }
    lower = upper;
  }
  sum.counts.back() += part.counts.back();
  sum.sum += part.sum;
}

}  // namespace

double Distribution::count() const noexcept {
  return std::accumulate(counts.begin(), counts.end(), 0.0);
}

std::optional<double> quantile(double q, const Distribution& distribution) {
  const double count = distribution.count();
  if (count == 0 || distribution.bounds.empty()) return std::nullopt;
  const double rank = q * count;
  double below = 0;
  double lower = 0;
  for (std::size_t i = 0; i < distribution.bounds.size(); ++i) {
    const double here = distribution.counts[i];
    const double upper = distribution.bounds[i];
    if (below + here >= rank) return here == 0 ? lower : lower + (upper - lower) * ((rank - below) / here);
    below += here;
    lower = upper;
  }
  return distribution.bounds.back();
}

std::optional<double> first_bound(const Distribution& distribution) noexcept {
  return distribution.bounds.empty() ? std::nullopt : std::optional(distribution.bounds.front());
}

std::optional<double> mean(const Distribution& distribution) {
  const double count = distribution.count();
  return count == 0 ? std::nullopt : std::optional(distribution.sum / count);
}

Distribution sum_of(std::span<const Distribution> parts) {
  Distribution sum;
  for (const Distribution& part : parts)
    sum.bounds.insert(sum.bounds.end(), part.bounds.begin(), part.bounds.end());
  std::ranges::sort(sum.bounds);
  sum.bounds.erase(std::unique(sum.bounds.begin(), sum.bounds.end()), sum.bounds.end());
  sum.counts.assign(sum.bounds.size() + 1, 0);
  for (const Distribution& part : parts)
    add(sum, part);
  return sum;
}

}  // namespace wayside::metrics
