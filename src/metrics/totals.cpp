#include "wayside/metrics/totals.hpp"

#include "wayside/metrics/server_error.hpp"

#include "metrics/series_registry.hpp"
#include "metrics/snapshot.hpp"

#include <cstddef>

namespace wayside::metrics {
namespace {

constexpr FixedSlot<Scope::kStatus, FamilyType::kCounter> kRequests("http_requests_total");
constexpr FixedSlot<Scope::kStream, FamilyType::kGauge> kStreams("wayside_streams_active");
constexpr FixedSlot<Scope::kMethod, FamilyType::kGauge> kInFlight("http_requests_in_flight");

}  // namespace

struct TotalsReader::Impl {
  explicit Impl(const Registry& its_registry) : registry(its_registry) {}

  std::uint64_t value(const Child& child, std::size_t offset) const {
    const std::size_t index = child.values.first + offset;
    return index < snapshot.values.size() ? snapshot.values[index] : 0;
  }

  const Registry& registry;
  Snapshot snapshot;
  SeriesRegistry::Children children;
};

TotalsReader::TotalsReader(const Registry& registry) : impl_(std::make_unique<Impl>(registry)) {}
TotalsReader::~TotalsReader() = default;

Totals TotalsReader::read() {
  Impl& all = *impl_;
  all.registry.snapshot(all.snapshot);
  all.registry.series().update(all.children);
  Totals totals;
  for (const Child* const child : all.children[static_cast<std::size_t>(Scope::kStatus)]) {
    const std::uint64_t requests = all.value(*child, kRequests);
    totals.requests += requests;
    if (is_server_error(child->key.status)) totals.server_errors += requests;
  }
  for (const Child* const child : all.children[static_cast<std::size_t>(Scope::kStream)])
    totals.streams += all.value(*child, kStreams);
  for (const Child* const child : all.children[static_cast<std::size_t>(Scope::kMethod)])
    totals.in_flight += all.value(*child, kInFlight);
  for (std::size_t i = 0; i < all.registry.options().shard_count; ++i)
    totals.in_flight += all.registry.shard(i).in_flight_unexposed();
  return totals;
}

}  // namespace wayside::metrics
