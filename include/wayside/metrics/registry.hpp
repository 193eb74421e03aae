// All metrics of the process: gives out endpoints and shards, and adds the shards up for the scrape.
//
// Knows labels, not the names of families or a text format. Nothing that was counted is ever lost or taken
// back while the registry lives: ids and series only ever grow in number.
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

class Catalogue;
struct Snapshot;

struct RegistryOptions {
  std::size_t shard_count = 1;
  // The most series that endpoints may have; at least least_max_series().
  std::size_t max_series = 20'000;
  bool durations_by_status = false;  // a duration histogram for each status, as the naming otel wants
  EndpointOptions dynamic{};         // of the overflow endpoint and those that Shard::endpoint_for makes
  std::vector<ExtraLabel> extra_labels{};  // variant_count() is at most kMaxVariants
  // What backend_failed and request_rejected count, by ReasonId: a word each; empty: it never happens.
  std::vector<std::string> backend_error_reasons{};
  std::vector<std::string> rejection_reasons{};
};

// What the overflow endpoint needs for itself, whatever happens: a smaller budget cannot be kept.
std::size_t least_max_series(const EndpointOptions& dynamic, bool durations_by_status);
// What an interned endpoint is guaranteed: room for one method with a few statuses.
std::size_t guaranteed_series(const EndpointOptions& options, bool durations_by_status);

class Registry {
 public:
  // Throws std::bad_alloc.
  explicit Registry(RegistryOptions options);
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // The endpoint that stands for `label`; the same label is always the same endpoint, whatever is interned
  // in between, and then `options` make no difference. From now on it is guaranteed guaranteed_series(), for
  // the method that is most usual there, and goes before endpoints that nobody interned in all that it needs
  // beyond that. From any thread, while the workers count. Bytes that are not UTF-8 are replaced first.
  // Throws std::bad_alloc.
  EndpointId intern(std::string_view label, const EndpointOptions& options = {},
                    Method usual_method = Method::get);
  // Gives back what `endpoint` is guaranteed and has not used, until it is interned again. What was counted
  // stays.
  void retire(EndpointId endpoint) noexcept;
  // What interned endpoints are guaranteed and the budget has no room for.
  std::size_t lacking_series() const;
  // What is measured there, as it was first interned.
  const EndpointOptions& options_of(EndpointId endpoint) const;

  // The shard of worker `index` < options().shard_count. Valid as long as the registry.
  Shard& shard(std::size_t index) noexcept { return *shards_[index]; }

  const RegistryOptions& options() const noexcept { return options_; }

  // For the exposition. Replaces `out` by the present state. Any thread, while the workers count; several
  // threads may do so at once, each with a snapshot of its own. From one call to the next no count ever goes
  // down.
  void snapshot(Snapshot& out) const;
  const Catalogue& catalogue() const noexcept { return *catalogue_; }

 private:
  const RegistryOptions options_;
  std::unique_ptr<Catalogue> catalogue_;
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace wayside::metrics
