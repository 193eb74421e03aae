#include "metrics/process_counts.hpp"

#include "metrics/series_registry.hpp"

#include <cstddef>

namespace wayside::metrics {
namespace {

// The values of the listed label that were counted.
ProcessCounts::ByReason by_reason(const Registry& registry, std::span<const std::uint64_t> values,
                                  ListedCounter counter) {
  const std::size_t offset = registry.series().worker_layout().list_offset(counter.ordinal());
  ProcessCounts::ByReason counts;
  for (const ListedValues& list : registry.options().label_values) {
    if (list.family.family() != counter.family()) continue;
    for (std::size_t i = 0; i < list.values.size(); ++i) {
      const std::uint64_t count = values[offset + i];
      if (count != 0) counts.emplace_back(list.values[i], count);
    }
  }
  return counts;
}

}  // namespace

// The workers' values are the first ones of the process, so that an offset in their block is an index.
ProcessCounts read_process_counts(const Registry& registry, const Snapshot& snapshot,
                                  std::span<const std::uint64_t> growth) {
  const auto counter = [&](WorkerCounter slot) { return snapshot.values[slot]; };
  const auto gauge = [&](WorkerGauge slot) { return snapshot.values[slot]; };
  return {
      .series = registry.series().series(),
      .series_limit = registry.series().max_series(),
      .series_overflow = counter("wayside_series_overflow_total"),
      .backend_active = gauge({"wayside_backend_connections", "active"}),
      .backend_idle = gauge({"wayside_backend_connections", "idle"}),
      .backend_queue = gauge("wayside_backend_queue"),
      .backend_connects = counter("wayside_backend_connects_total"),
      .backend_retries = counter("wayside_backend_retries_total"),
      .client_connections = gauge("wayside_client_connections"),
      .client_evictions = counter("wayside_client_evictions_total"),
      .backend_errors = by_reason(registry, snapshot.values, "wayside_backend_errors_total"),
      .rejected = by_reason(registry, snapshot.values, "wayside_rejected_requests_total"),
      .backend_errors_in_window = by_reason(registry, growth, "wayside_backend_errors_total"),
      .rejected_in_window = by_reason(registry, growth, "wayside_rejected_requests_total"),
  };
}

}  // namespace wayside::metrics
