#include "metrics/layout.hpp"

#include "metrics/native_buckets.hpp"

namespace wayside::metrics {
namespace {

using Unit = Buckets::Unit;

constexpr std::array<std::int64_t, 8> kSizeBounds = {100,       1'000,      10'000,      100'000,
                                                     1'000'000, 10'000'000, 100'000'000, 1'000'000'000};

constexpr std::int64_t kMicrosecond = 1'000;
constexpr std::int64_t kMillisecond = 1'000 * kMicrosecond;
constexpr std::int64_t kSecond = 1'000 * kMillisecond;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;

constexpr std::array kStreamBounds = {100 * kMillisecond, kSecond,      10 * kSecond, kMinute,   5 * kMinute,
                                      15 * kMinute,       30 * kMinute, kHour,        6 * kHour, 24 * kHour};

constexpr std::array kOverheadBounds = {
    10 * kMicrosecond,  25 * kMicrosecond, 50 * kMicrosecond, 100 * kMicrosecond, 250 * kMicrosecond,
    500 * kMicrosecond, kMillisecond,      5 * kMillisecond,  10 * kMillisecond,  50 * kMillisecond};

constexpr std::array kHandshakeBounds = {kMillisecond,        2 * kMillisecond,   5 * kMillisecond,
                                         10 * kMillisecond,   25 * kMillisecond,  50 * kMillisecond,
                                         100 * kMillisecond,  250 * kMillisecond, 500 * kMillisecond,
                                         1000 * kMillisecond, 5000 * kMillisecond};

Buckets make_buckets(Bounds bounds, const EndpointOptions& options) {
  switch (bounds) {
    case Bounds::kOfEndpoint:
      break;
    case Bounds::kSizes:
      return Buckets::of(Unit::kBytes, kSizeBounds);
    case Bounds::kStreams:
      return Buckets::of(Unit::kNanoseconds, kStreamBounds);
    case Bounds::kOverhead:
      return Buckets::of(Unit::kNanoseconds, kOverheadBounds);
    case Bounds::kHandshakes:
      return Buckets::of(Unit::kNanoseconds, kHandshakeBounds);
  }
  return options.buckets;
}

// A histogram for each status costs its series only where the naming otel shows it.
constexpr bool is_for_otel_only(const Family& family) noexcept {
  return !family.otel.name.empty() && family.http.name.empty();
}

}  // namespace

BlockLayout::BlockLayout(Scope block, const EndpointOptions& options, DurationDetail durations,
                         const ListSizes& list_sizes)
    : size_(static_cast<std::uint32_t>(sum_before(kFamilyCount, block, fixed_value_count))) {
  for (FamilyId id = 0; id < kFamilyCount; ++id) {
    const Family& family = kFamilies[id];
    if (block_of(family) != block) continue;
    if (family.opt_in && !is_chosen(*family.opt_in, options)) continue;
    if (is_for_otel_only(family) && !durations.by_status) continue;
    is_measured_.set(id);
    std::size_t series = fixed_value_count(family);
    if (family.type == FamilyType::kHistogram) {
      HistogramSlot& slot = histograms_[sum_before(id, is_histogram)];
      slot = {make_buckets(family.bounds, options), size_};
      size_ = slot.bucket_offset(slot.buckets->size());
      series = slot.buckets->size() + 2;  // and the sum and the count
    } else if (family.is_listed()) {
      const std::size_t ordinal = sum_before(id, is_listed);
      list_offsets_[ordinal] = size_;
      size_ += static_cast<std::uint32_t>(list_sizes[ordinal]);
    }
    if (family.scope == block) series_ += series;
  }
  if (durations.is_native) add_native_buckets();
}

void BlockLayout::add_native_buckets() {
  for (FamilyId id = 0; id < kFamilyCount; ++id) {
    if (!is_measured_[id] || !kFamilies[id].may_be_native) continue;
    histograms_[sum_before(id, is_histogram)].native_offset = size_;
    size_ += static_cast<std::uint32_t>(kNativeBucketCount);
  }
}

EndpointLayout::EndpointLayout(const EndpointOptions& its_options, DurationDetail durations)
    : options(its_options),
      method(Scope::kMethod, options, durations),
      status(Scope::kStatus, options, durations),
      stream(Scope::kStream, options, durations),
      is_extended(!options.extras.empty() || options.slo || durations.by_status) {}

}  // namespace wayside::metrics
