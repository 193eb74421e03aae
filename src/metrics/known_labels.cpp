#include "metrics/known_labels.hpp"

#include "wayside/base/utf8.hpp"

#include "metrics/series_registry.hpp"

#include <array>
#include <new>

namespace wayside::metrics {

EndpointId KnownLabels::find(std::string_view label) noexcept {
  if (label.size() > SeriesRegistry::kMaxDynamicLabel) return kOverflowEndpoint;
  if (is_valid_utf8(label)) [[likely]]
    return find_valid(label);
  std::array<char, SeriesRegistry::kMaxDynamicLabel * kReplacementGrowth> repaired;
  return find_valid(replace_invalid_utf8(label, repaired));
}

EndpointId KnownLabels::find_valid(std::string_view label) noexcept {
  if (const auto known = endpoints_.find(label); known != endpoints_.end()) return known->second;
  // In this order: only interned labels are added to a registry that is seen closed.
  if (registry_.is_closed() && up_to_date_with_ == registry_.endpoint_count()) return kOverflowEndpoint;
  const EndpointId endpoint = registry_.admit_endpoint(label);
  update();
  return endpoint;
}

std::optional<EndpointId> KnownLabels::find_known(std::string_view label) noexcept {
  if (label.size() > SeriesRegistry::kMaxDynamicLabel) return std::nullopt;
  if (is_valid_utf8(label)) [[likely]]
    return find_known_valid(label);
  std::array<char, SeriesRegistry::kMaxDynamicLabel * kReplacementGrowth> repaired;
  return find_known_valid(replace_invalid_utf8(label, repaired));
}

std::optional<EndpointId> KnownLabels::find_known_valid(std::string_view label) noexcept {
  auto known = endpoints_.find(label);
  if (known == endpoints_.end()) {
    if (up_to_date_with_ == registry_.endpoint_count()) return std::nullopt;
    update();
    known = endpoints_.find(label);
  }
  return known != endpoints_.end() ? std::optional(known->second) : std::nullopt;
}

void KnownLabels::update() noexcept {
  const std::size_t count = registry_.endpoint_count();
  try {
    for (; up_to_date_with_ < count; ++up_to_date_with_) {
      const auto endpoint = static_cast<EndpointId>(up_to_date_with_);
      endpoints_.emplace(registry_.label(endpoint), endpoint);
    }
  } catch (const std::bad_alloc&) {
    // The map stays behind and is brought up to date another time.
  }
}

}  // namespace wayside::metrics
