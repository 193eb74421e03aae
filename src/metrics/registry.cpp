#include "wayside/metrics/registry.hpp"

#include "wayside/metrics/transport.hpp"

#include "metrics/series_registry.hpp"
#include "metrics/snapshot.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace wayside::metrics {
namespace {

static_assert(kMaxVariants * kTransportCount <= std::numeric_limits<Variant>::max());

void add_values(const Block& block, std::vector<std::uint64_t>& values) {
  const ValueRange range = block.range();
  if (range.first + range.size > values.size()) values.resize(range.first + range.size);
  for (std::size_t i = 0; i < range.size; ++i)
    values[range.first + i] += block[i].value();
}

void add_exemplars(const Block& block, std::vector<BucketExemplar>& exemplars) {
  const ExemplarSlots* const slots = block.exemplars();
  if (slots == nullptr) return;
  for (std::size_t i = 0; i < slots->size(); ++i) {
    if (const auto exemplar = (*slots)[i].try_read()) {
      exemplars.push_back({block.range().first + static_cast<ValueIndex>(i), *exemplar});
    }
  }
}

// Several shards may have an exemplar of the same bucket.
void keep_newest(std::vector<BucketExemplar>& exemplars) {
  std::ranges::sort(exemplars, [](const BucketExemplar& a, const BucketExemplar& b) {
    if (a.bucket != b.bucket) return a.bucket < b.bucket;
    return a.exemplar.timestamp_ns > b.exemplar.timestamp_ns;
  });
  const auto is_repeated = [](const BucketExemplar& a, const BucketExemplar& b) {
    return a.bucket == b.bucket;
  };
  exemplars.erase(std::unique(exemplars.begin(), exemplars.end(), is_repeated), exemplars.end());
}

SeriesRegistry::Options series_options(const RegistryOptions& options) {
  SeriesRegistry::Options made{
      .max_series = options.max_series,
      .durations = {.by_status = options.otel_detail, .is_native = options.native_histograms},
      .dynamic = options.dynamic,
      .variant_count = variant_count(options.extra_labels),
      .has_transports = options.otel_detail,
      .zero_series = options.zero_series};
  for (const ListedValues& list : options.label_values)
    made.list_sizes[list.family.ordinal()] = list.values.size();
  return made;
}

}  // namespace

std::size_t least_max_series(const EndpointOptions& dynamic, bool otel_detail) {
  return overflow_series(EndpointLayout(dynamic, {.by_status = otel_detail}));
}

std::size_t guaranteed_series(const EndpointOptions& options, SeriesDetail detail) {
  return guaranteed_series(EndpointLayout(options, {.by_status = detail.otel_detail}), detail.otel_detail,
                           detail.zero_series);
}

Registry::Registry(RegistryOptions options)
    : options_(std::move(options)), series_(std::make_unique<SeriesRegistry>(series_options(options_))) {
  for (std::size_t i = 0; i < options_.shard_count; ++i)
    shards_.push_back(std::make_unique<Shard>(*series_));
}

Registry::~Registry() = default;

EndpointId Registry::intern(std::string_view label, const EndpointOptions& options, Method usual_method) {
  return series_->intern(label, options, usual_method);
}

void Registry::retire(EndpointId endpoint) noexcept {
  series_->retire(endpoint);
}

std::size_t Registry::lacking_series() const {
  return series_->lacking_series();
}

const EndpointOptions& Registry::options_of(EndpointId endpoint) const {
  return series_->options_of(endpoint);
}

void Registry::snapshot(Snapshot& out) const {
  std::ranges::fill(out.values, 0);
  out.exemplars.clear();
  for (const auto& shard : shards_) {
    shard->blocks().for_each([&](const Block& block) {
      add_values(block, out.values);
      add_exemplars(block, out.exemplars);
    });
  }
  keep_newest(out.exemplars);
}

}  // namespace wayside::metrics
