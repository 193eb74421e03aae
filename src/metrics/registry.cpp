#include "wayside/metrics/registry.hpp"

#include "metrics/cell.hpp"
#include "metrics/label_value.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>

namespace wayside::metrics {
namespace {

// Methods in ascending order of their names: series are exposed sorted by label value.
constexpr std::array<Method, kMethodCount> kMethodsByName = {
    Method::kConnect, Method::kDelete, Method::kGet,  Method::kHead, Method::kOptions,
    Method::kOther,   Method::kPatch,  Method::kPost, Method::kPut,  Method::kTrace,
};

}  // namespace

Registry::Registry(std::vector<std::string> endpoint_labels, Buckets buckets, std::size_t shard_count)
    : buckets_(std::move(buckets)) {
  std::map<std::string, std::vector<EndpointId>> endpoints_by_label;
  for (std::size_t id = 0; id < endpoint_labels.size(); ++id) {
    endpoints_by_label[valid_utf8(endpoint_labels[id])].push_back(static_cast<EndpointId>(id));
  }
  labels_.reserve(endpoints_by_label.size());
  for (auto& [text, endpoints] : endpoints_by_label)
    labels_.push_back({text, std::move(endpoints)});

  shards_.reserve(shard_count);
  for (std::size_t i = 0; i < shard_count; ++i) {
    shards_.push_back(std::make_unique<Shard>(endpoint_labels.size(), buckets_));
  }
}

void Registry::snapshot(Snapshot& out) const {
  out.counts.clear();
  out.durations.clear();
  out.bucket_counts.clear();
  out.in_flight = 0;
  for (const auto& shard : shards_)
    out.in_flight += shard->in_flight();
  for (LabelIndex label = 0; label < labels_.size(); ++label) {
    snapshot_counts(label, out);
    snapshot_durations(label, out);
  }
}

void Registry::snapshot_counts(LabelIndex label, Snapshot& out) const {
  const auto first = static_cast<std::ptrdiff_t>(out.counts.size());
  for (const auto& shard : shards_) {
    for (const EndpointId endpoint : labels_[label].endpoints) {
      for (const Method method : kMethodsByName) {
        const Cell* const cell = shard->cell(endpoint, method);
        if (cell == nullptr) continue;
        cell->for_each_status([&](std::uint16_t status, std::uint64_t count) {
          out.counts.push_back({label, status, method, count});
        });
      }
    }
  }
  // The same series may have come from several shards or endpoints: sort them together, then add them up.
  const auto key = [](const CountSample& sample) {
    return std::tuple(sample.status, to_string(sample.method));
  };
  const auto begin = out.counts.begin() + first;
  std::sort(begin, out.counts.end(),
            [&](const CountSample& a, const CountSample& b) { return key(a) < key(b); });
  auto end = begin;
  for (auto sample = begin; sample != out.counts.end(); ++sample) {
    if (end != begin && key(*(end - 1)) == key(*sample)) {
      (end - 1)->count += sample->count;
    } else {
      *end++ = *sample;
    }
  }
  out.counts.erase(end, out.counts.end());
}

void Registry::snapshot_durations(LabelIndex label, Snapshot& out) const {
  for (const Method method : kMethodsByName) {
    DurationSample sample{label, method, 0};
    const std::size_t first_bucket = out.bucket_counts.size();
    for (const auto& shard : shards_) {
      for (const EndpointId endpoint : labels_[label].endpoints) {
        const Cell* const cell = shard->cell(endpoint, method);
        if (cell == nullptr) continue;
        out.bucket_counts.resize(first_bucket + buckets_.size());
        cell->duration().add_to(std::span(out.bucket_counts).subspan(first_bucket), sample.sum_ns);
      }
    }
    if (out.bucket_counts.size() > first_bucket) out.durations.push_back(sample);
  }
}

}  // namespace wayside::metrics
