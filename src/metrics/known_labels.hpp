// One worker's map from labels to endpoints, for labels that appear while it runs.
//
// A copy of the labels of the series registry, brought up to date when a label is not found. Once the
// registry is closed (its budget refused a label, and will refuse every other) and the copy is complete, an
// unknown label is refused without the registry's lock: a scanner with a new path in each request costs one
// look-up.
#pragma once

#include "wayside/metrics/endpoint.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace wayside::metrics {

class SeriesRegistry;

class KnownLabels {
 public:
  // `registry` outlives the map.
  explicit KnownLabels(SeriesRegistry& registry) : registry_(registry) {}

  // See Shard::endpoint_for.
  EndpointId find(std::string_view label) noexcept;
  // See Shard::known_endpoint.
  std::optional<EndpointId> find_known(std::string_view label) noexcept;

 private:
  // Finds a string by a view of it without making one.
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };

  EndpointId find_valid(std::string_view label) noexcept;
  std::optional<EndpointId> find_known_valid(std::string_view label) noexcept;
  void update() noexcept;

  SeriesRegistry& registry_;
  std::unordered_map<std::string, EndpointId, Hash, std::equal_to<>> endpoints_;
  std::size_t up_to_date_with_ = 0;  // endpoints of the registry that are in the map
};

}  // namespace wayside::metrics
