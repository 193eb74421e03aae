// All shards of the process, and the texts that endpoints stand for.
//
// Owns the shards and hands one to each worker; puts them together again for the scrape. Knows labels, not
// the names of families or a text format.
//
// Endpoint ids are stable and the list of labels only ever grows at its end, so an id that a worker holds
// stays right for as long as the registry lives, and no series ever loses its counts.
#pragma once

#include "wayside/metrics/histogram.hpp"
#include "wayside/metrics/shard.hpp"
#include "wayside/metrics/snapshot.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::metrics {

class Registry {
 public:
  // The label of endpoint id i is endpoint_labels[i]. Several ids may share one label: they come out as one
  // series. Labels are made valid UTF-8 first, so that two of them can never turn into the same text later.
  // Throws std::bad_alloc.
  Registry(std::vector<std::string> endpoint_labels, Buckets buckets, std::size_t shard_count);
  Registry(const Registry&) = delete;  // shards refer to the buckets in here
  Registry& operator=(const Registry&) = delete;

  // The shard of worker `index` < shard_count. Valid as long as the registry.
  Shard& shard(std::size_t index) noexcept { return *shards_[index]; }

  const Buckets& buckets() const noexcept { return buckets_; }

  // The distinct labels in ascending order of their bytes: valid UTF-8, not escaped.
  std::size_t label_count() const noexcept { return labels_.size(); }
  std::string_view label(LabelIndex index) const noexcept { return labels_[index].text; }

  // Replaces `out` by the present state. Any thread, while the workers count; several threads may do so at
  // once, each with a snapshot of its own. From one call to the next no count ever goes down.
  void snapshot(Snapshot& out) const;

 private:
  struct Label {
    std::string text;
    std::vector<EndpointId> endpoints;  // those that share it
  };

  void snapshot_counts(LabelIndex label, Snapshot& out) const;
  void snapshot_durations(LabelIndex label, Snapshot& out) const;

  Buckets buckets_;
  std::vector<Label> labels_;  // ascending
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace wayside::metrics
