#include "metrics/growth.hpp"

#include <algorithm>
#include <numeric>

namespace wayside::metrics {

Distribution distribution_of(const HistogramSlot& slot, std::span<const std::uint64_t> block) {
  const Buckets& buckets = *slot.buckets;
  Distribution distribution;
  distribution.bounds.reserve(buckets.size() - 1);
  for (const std::int64_t bound : buckets.bounds())
    distribution.bounds.push_back(buckets.exposed(static_cast<double>(bound)));
  distribution.counts.reserve(buckets.size());
  for (std::size_t bucket = 0; bucket < buckets.size(); ++bucket)
    distribution.counts.push_back(static_cast<double>(block[slot.bucket_offset(bucket)]));
  distribution.sum = buckets.exposed(static_cast<double>(block[slot.sum_offset]));
  return distribution;
}

std::size_t class_of(unsigned status) noexcept {
  const unsigned digit = status >= 100 ? status / 100 : status;
  return std::clamp<std::size_t>(digit, 1, kStatusClassCount) - 1;
}

void Growth::clear() noexcept {
  for (auto& [layout, block] : methods_)
    std::ranges::fill(block, 0);
  by_class_ = {};
  server_errors_ = 0;
}

std::uint64_t Growth::requests() const noexcept {
  return std::accumulate(by_class_.begin(), by_class_.end(), std::uint64_t{0});
}

std::uint64_t Growth::sum_of(MethodCounter counter) const noexcept {
  std::uint64_t sum = 0;
  for (const auto& [layout, block] : methods_)
    sum += block[counter];
  return sum;
}

std::array<std::uint64_t, kAbortPhaseCount> Growth::aborts() const noexcept {
  return {sum_of({"wayside_client_aborts_total", "request"}),
          sum_of({"wayside_client_aborts_total", "waiting"}),
          sum_of({"wayside_client_aborts_total", "response"})};
}

Distribution Growth::distribution(HistogramName name) const {
  std::vector<Distribution> parts;
  parts.reserve(methods_.size());
  for (const auto& [layout, block] : methods_) {
    if ((*layout)[name].buckets) parts.push_back(distribution_of((*layout)[name], block));
  }
  return parts.size() == 1 ? std::move(parts.front()) : metrics::sum_of(parts);
}

std::span<std::uint64_t> Growth::block_for(const EndpointLayout& layout) {
  for (auto& [known, block] : methods_) {
    if (known == &layout) return block;
  }
  return methods_.emplace_back(&layout, std::vector<std::uint64_t>(layout.method.size())).second;
}

}  // namespace wayside::metrics
