#include "metrics/series_order.hpp"

#include "metrics/text_writer.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace wayside::metrics {

std::size_t SeriesOrder::update() {
  const std::size_t value_count = registry_.update(children_);
  for (std::size_t scope = 0; scope < kChildScopeCount; ++scope) {
    const auto& children = children_[scope];
    auto& indices = indices_[scope];
    if (indices.size() == children.size()) continue;
    indices.resize(children.size());
    std::iota(indices.begin(), indices.end(), 0U);
    // Members without a meaning in the scope are all alike, so one key does for all scopes. It is made once
    // for each child, as each label takes the registry's lock.
    const auto key_of = [this](const ChildKey& key) {
      return std::tuple(registry_.label(key.endpoint), key.status, method_label(key.method), key.variant,
                        key.kind);
    };
    std::vector<decltype(key_of(ChildKey{}))> keys;
    keys.reserve(children.size());
    for (const Child* child : children)
      keys.push_back(key_of(child->key));
    std::ranges::sort(
        indices, {}, [&](std::uint32_t index) -> const auto& { return keys[index]; });
  }
  return value_count;
}

std::span<const std::string> BoundTexts::of(const Buckets& buckets) {
  const auto [entry, is_new] = texts_.try_emplace(&buckets);
  if (is_new) {
    for (const std::int64_t bound : buckets.bounds())
      append_value(entry->second.emplace_back(), buckets.exposed(static_cast<double>(bound)));
    entry->second.emplace_back("+Inf");
  }
  return entry->second;
}

}  // namespace wayside::metrics
