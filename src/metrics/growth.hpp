// The growth of several children, added up: of an endpoint's methods, variants and statuses, or of all
// endpoints.
#pragma once

#include "wayside/metrics/history.hpp"
#include "wayside/metrics/server_error.hpp"

#include "metrics/layout.hpp"
#include "metrics/series_registry.hpp"
#include "metrics/tick_ring.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace wayside::metrics {

using MethodCounter = FixedSlot<Scope::kMethod, FamilyType::kCounter>;
using StatusCounter = FixedSlot<Scope::kStatus, FamilyType::kCounter>;

// A histogram of a block, in its exposed unit.
Distribution distribution_of(const HistogramSlot& slot, std::span<const std::uint64_t> block);

// 0 for 1xx … 4 for 5xx and above. `status` is a code or its first digit.
std::size_t class_of(unsigned status) noexcept;

class Growth {
 public:
  // Adds what `add_to` adds to the block of that child, which is of Scope::kMethod or kStatus.
  template <class AddTo>
  void add(const Child& child, AddTo&& add_to) {
    if (child.key.scope == Scope::kMethod) return add_to(block_for(*child.layout));
    status_.assign(child.layout->status.size(), 0);
    add_to(std::span(status_));
    const std::uint64_t requests = status_[StatusCounter("http_requests_total")];
    by_class_[class_of(child.key.status)] += requests;
    if (is_server_error(child.key.status)) server_errors_ += requests;
  }
  // Zeros. Keeps the memory.
  void clear() noexcept;

  const std::array<std::uint64_t, kStatusClassCount>& by_class() const noexcept { return by_class_; }
  std::uint64_t server_errors() const noexcept { return server_errors_; }
  std::uint64_t requests() const noexcept;
  // Of all layouts.
  std::uint64_t sum_of(MethodCounter counter) const noexcept;
  std::array<std::uint64_t, kAbortPhaseCount> aborts() const noexcept;
  // Over the union of their bounds; without bounds where it is not measured.
  Distribution distribution(HistogramName name) const;

 private:
  std::span<std::uint64_t> block_for(const EndpointLayout& layout);

  std::vector<std::pair<const EndpointLayout*, std::vector<std::uint64_t>>> methods_;  // a few layouts
  std::array<std::uint64_t, kStatusClassCount> by_class_{};
  std::uint64_t server_errors_ = 0;
  std::vector<std::uint64_t> status_;  // of the child that is being added
};

}  // namespace wayside::metrics
