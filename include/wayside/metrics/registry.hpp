// All metrics of the process: gives out endpoints and shards, and adds the shards up for the scrape.
//
// Nothing that was counted is lost or taken back while the registry lives: ids and series only grow in
// number. Knows nothing of namings and of formats.
#pragma once

#include "wayside/metrics/endpoint.hpp"
#include "wayside/metrics/extra_label.hpp"
#include "wayside/metrics/shard.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::metrics {

class SeriesRegistry;
struct Snapshot;

// The values of the label of one family.
struct ListedValues {
  ListedCounter family;
  std::vector<std::string> values;  // by ListedValue; an empty one is never counted and not exposed
};

struct RegistryOptions {
  std::size_t shard_count = 1;
  // The most series that endpoints may have; at least least_max_series().
  std::size_t max_series = 20'000;
  // The naming otel needs a duration histogram for each status, and the transport (metrics/transport.hpp) as
  // the lowest digit of every variant.
  bool otel_detail = false;
  bool native_histograms = false;  // native buckets beside the classic ones of durations; they cost no series
  EndpointOptions dynamic{};       // of the overflow endpoint and those that Shard::endpoint_for makes
  std::vector<ExtraLabel> extra_labels{};  // variant_count() is at most kMaxVariants
  // For the families whose label has no values in metrics/families.hpp; such a family is exposed only where
  // it has a list.
  std::vector<ListedValues> label_values{};
  // Whether 200 and the statuses of 5xx that wayside answers with itself are exposed from the beginning, for
  // the usual method of an interned endpoint, as far as the endpoint is guaranteed room; see
  // metrics/naming.hpp for the namings that show them.
  bool zero_series = false;
};

// The series that the overflow endpoint may need: a smaller budget cannot be kept.
std::size_t least_max_series(const EndpointOptions& dynamic, bool otel_detail);
// As in RegistryOptions.
struct SeriesDetail {
  bool otel_detail = false;
  bool zero_series = false;
};
// The series that an interned endpoint is guaranteed: those of one method with a few statuses, once for each
// version of HTTP where these are told apart.
std::size_t guaranteed_series(const EndpointOptions& options, SeriesDetail detail);

class Registry {
 public:
  // Throws std::bad_alloc.
  explicit Registry(RegistryOptions options);
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // The endpoint of `label`. A label that is interned again keeps its endpoint and its first `options`. The
  // endpoint is guaranteed guaranteed_series() for its usual method from now on, and has precedence over
  // endpoints that were not interned in all that it needs beyond that. Bytes that are not UTF-8 are replaced
  // first. Any thread, while the workers count. Throws std::bad_alloc.
  EndpointId intern(std::string_view label, const EndpointOptions& options = {},
                    Method usual_method = Method::get);
  // Gives back what `endpoint` is guaranteed and has not used, until it is interned again. Its series stay.
  void retire(EndpointId endpoint) noexcept;
  // The series that interned endpoints are guaranteed and the budget has no room for.
  std::size_t lacking_series() const;
  // As it was first interned.
  const EndpointOptions& options_of(EndpointId endpoint) const;

  // The shard of worker `index` < options().shard_count. Valid as long as the registry.
  Shard& shard(std::size_t index) noexcept { return *shards_[index]; }
  const Shard& shard(std::size_t index) const noexcept { return *shards_[index]; }

  const RegistryOptions& options() const noexcept { return options_; }

  // For the exposition. Replaces `out` by the present state. Any thread, several at once with a snapshot
  // each, while the workers count. From one call to the next no count goes down.
  void snapshot(Snapshot& out) const;
  const SeriesRegistry& series() const noexcept { return *series_; }

 private:
  const RegistryOptions options_;
  std::unique_ptr<SeriesRegistry> series_;
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace wayside::metrics
