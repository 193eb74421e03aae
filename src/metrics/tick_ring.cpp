#include "metrics/tick_ring.hpp"

#include <algorithm>
#include <limits>

namespace wayside::metrics {
namespace {

using MethodCounter = FixedSlot<Scope::kMethod, FamilyType::kCounter>;
using StatusCounter = FixedSlot<Scope::kStatus, FamilyType::kCounter>;

constexpr unsigned kCellBits = 32;

}  // namespace

KeptValues KeptValues::of_method(const EndpointLayout& layout) {
  KeptValues kept;
  for (const MethodCounter bytes :
       {MethodCounter("http_request_bytes_total"), MethodCounter("http_response_bytes_total")})
    kept.keep(bytes, true);
  for (const MethodCounter aborts : {MethodCounter("wayside_client_aborts_total", "request"),
                                     MethodCounter("wayside_client_aborts_total", "waiting"),
                                     MethodCounter("wayside_client_aborts_total", "response")})
    kept.keep(aborts, false);
  if (layout.options.slo) {
    kept.keep(MethodCounter("http_request_slo_good_total"), false);
    kept.keep(MethodCounter("http_request_slo_total"), false);
  }
  for (const HistogramName name :
       {HistogramName("http_request_duration_seconds"), HistogramName("http_request_backend_ttfb_seconds"),
        HistogramName("http_request_queue_seconds")})
    kept.keep(layout[name]);
  return kept;
}

KeptValues KeptValues::of_status() {
  KeptValues kept;
  kept.keep(StatusCounter("http_requests_total"), false);
  return kept;
}

KeptValues KeptValues::of_worker(const BlockLayout& layout, std::span<const ListedValues> lists) {
  constexpr HistogramName kOverhead("wayside_overhead_seconds");
  KeptValues kept;
  kept.keep(layout.histogram(kOverhead.ordinal()));
  for (const ListedValues& list : lists) {
    for (std::size_t i = 0; i < list.values.size(); ++i)
      kept.keep(layout.list_offset(list.family.ordinal()) + i, false);
  }
  return kept;
}

void KeptValues::keep(std::size_t offset, bool is_wide) {
  values_.push_back({static_cast<std::uint32_t>(offset), is_wide});
  cell_count_ += is_wide ? 2 : 1;
}

void KeptValues::keep(const HistogramSlot& slot) {
  if (!slot.buckets) return;
  keep(slot.sum_offset, true);
  for (std::size_t bucket = 0; bucket < slot.buckets->size(); ++bucket)
    keep(slot.bucket_offset(bucket), false);
}

bool TickRing::has_grown(std::span<const std::uint64_t> before,
                         std::span<const std::uint64_t> now) const noexcept {
  return std::ranges::any_of(kept_->values(), [&](const KeptValues::Value& value) {
    return before[value.offset] != now[value.offset];
  });
}

void TickRing::prepare(bool has_grown) {
  if (has_grown && is_empty()) cells_ = std::make_unique<std::uint32_t[]>(kTicksKept * kept_->cell_count());
}

void TickRing::write(TickNumber tick, std::span<const std::uint64_t> before,
                     std::span<const std::uint64_t> now) noexcept {
  if (is_empty()) return;
  if (has_grown(before, now)) last_growth_ = tick;
  if (tick - last_growth_ >= kTicksKept) return cells_.reset();
  std::uint32_t* cell = cells_.get() + (tick % kTicksKept) * kept_->cell_count();
  for (const KeptValues::Value& value : kept_->values()) {
    const std::uint64_t growth = now[value.offset] - before[value.offset];
    if (value.is_wide) {
      *cell++ = static_cast<std::uint32_t>(growth);
      *cell++ = static_cast<std::uint32_t>(growth >> kCellBits);
    } else {
      // As many requests in one tick would take hours.
      *cell++ = static_cast<std::uint32_t>(
          std::min<std::uint64_t>(growth, std::numeric_limits<std::uint32_t>::max()));
    }
  }
}

void TickRing::add_to(std::span<std::uint64_t> block, TickRange ticks) const noexcept {
  if (is_empty()) return;
  for (TickNumber tick = ticks.first; tick <= ticks.last; ++tick) {
    const std::uint32_t* cell = row(tick);
    for (const KeptValues::Value& value : kept_->values()) {
      block[value.offset] += *cell++;
      if (value.is_wide) block[value.offset] += std::uint64_t{*cell++} << kCellBits;
    }
  }
}

void TickRing::add_to(std::span<std::uint64_t> block, std::span<const std::uint64_t> before,
                      std::span<const std::uint64_t> now) const noexcept {
  for (const KeptValues::Value& value : kept_->values())
    block[value.offset] += now[value.offset] - before[value.offset];
}

std::size_t TickRing::memory_bytes() const noexcept {
  return is_empty() ? 0 : kTicksKept * kept_->cell_count() * sizeof(std::uint32_t);
}

}  // namespace wayside::metrics
