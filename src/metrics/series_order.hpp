// The order in which series are exposed: by their labels, so that two scrapes differ only in their numbers.
#pragma once

#include "metrics/series_registry.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace wayside::metrics {

// Children of methods come by endpoint label, method name and variant; those of statuses by endpoint label,
// status, method name and variant; those of streams by endpoint label and kind.
class SeriesOrder {
 public:
  explicit SeriesOrder(const SeriesRegistry& registry) : registry_(registry) {}

  // Takes in new children; the indices of the others stay. Returns the number of values of the process.
  std::size_t update();

  // In the order in which they were made, and their indices in the order of the exposition. `scope` has
  // children.
  std::span<const Child* const> children(Scope scope) const noexcept {
    return children_[static_cast<std::size_t>(scope)];
  }
  std::span<const std::uint32_t> indices(Scope scope) const noexcept {
    return indices_[static_cast<std::size_t>(scope)];
  }

 private:
  const SeriesRegistry& registry_;
  SeriesRegistry::Children children_;
  std::array<std::vector<std::uint32_t>, kChildScopeCount> indices_;
};

// The values of `le` for each set of buckets.
class BoundTexts {
 public:
  // `buckets` outlives this. The result is valid as long as this.
  std::span<const std::string> of(const Buckets& buckets);

 private:
  std::map<const Buckets*, std::vector<std::string>> texts_;
};

}  // namespace wayside::metrics
