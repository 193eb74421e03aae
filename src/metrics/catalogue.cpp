#include "metrics/catalogue.hpp"

#include "wayside/base/utf8.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace wayside::metrics {
namespace {

// What an interned endpoint is guaranteed of its usual method.
constexpr std::size_t kGuaranteedStatuses = 3;

// What it is allowed beyond that before the others are considered: this many methods with this many statuses
// each, for every variant.
constexpr std::size_t kAllowedMethods = 4;
constexpr std::size_t kAllowedStatuses = 5;

// The overflow endpoint knows a status by its first digit, 1 to 9.
constexpr std::size_t kStatusClasses = 9;

std::size_t allowed_series(const EndpointLayout& layout, std::size_t variant_count) noexcept {
  return variant_count * kAllowedMethods * (layout.cell_series + kAllowedStatuses * layout.status_series);
}

// What a dynamic endpoint costs at once, so that an endpoint is never made and then left empty.
std::size_t first_series(const EndpointLayout& layout) noexcept {
  return EndpointLayout::kEndpointSeries + layout.cell_series + layout.status_series;
}

}  // namespace

std::size_t overflow_series(const EndpointLayout& layout) noexcept {
  return EndpointLayout::kEndpointSeries +
         kMethodCount * (layout.cell_series + kStatusClasses * layout.status_series) +
         kStreamKindCount * layout.stream_series;
}

std::size_t guaranteed_series(const EndpointLayout& layout) noexcept {
  return EndpointLayout::kEndpointSeries + layout.cell_series + kGuaranteedStatuses * layout.status_series;
}

Catalogue::Catalogue(Options options)
    : options_(std::move(options)),
      worker_layout_(options_.backend_error_reasons, options_.rejection_reasons),
      budget_(options_.max_series) {
  take_values(worker_layout_.size);
  dynamic_layout_ = &layout_for(options_.dynamic);
  Endpoint& overflow = add_endpoint(kOverflowLabel, *dynamic_layout_, {overflow_series(*dynamic_layout_), 0});
  overflow.is_interned = true;
}

EndpointId Catalogue::intern(std::string_view label, const EndpointOptions& options, Method usual_method) {
  const std::string valid = valid_utf8(label);
  const std::lock_guard lock(mutex_);
  const auto known = endpoint_by_label_.find(valid);
  if (known == endpoint_by_label_.end()) {
    const EndpointLayout& layout = layout_for(options);
    const std::size_t allowance = allowed_series(layout, options_.variant_count);
    Endpoint& made = add_endpoint(valid, layout, {guaranteed_series(layout), allowance});
    made.guaranteed_method = usual_method;
    made.is_interned = true;
    return static_cast<EndpointId>(endpoints_.size() - 1);
  }
  Endpoint& endpoint = endpoints_[known->second];
  if (!endpoint.is_interned) {
    // What was admitted has its first series already.
    budget_.close(endpoint.account);
    endpoint.account = {0, allowed_series(*endpoint.layout, options_.variant_count)};
    endpoint.is_interned = true;
  }
  budget_.open(endpoint.account);
  return known->second;
}

void Catalogue::retire(EndpointId endpoint) noexcept {
  const std::lock_guard lock(mutex_);
  if (endpoint != kOverflowEndpoint) budget_.close(endpoints_[endpoint].account);
}

std::size_t Catalogue::lacking_series() const {
  const std::lock_guard lock(mutex_);
  std::size_t lacking = 0;
  for (const Endpoint& endpoint : endpoints_)
    lacking += SeriesBudget::lacking(endpoint.account);
  return lacking;
}

EndpointId Catalogue::admit(std::string_view label) noexcept {
  try {
    const std::lock_guard lock(mutex_);
    if (const auto known = endpoint_by_label_.find(label); known != endpoint_by_label_.end()) {
      return known->second;
    }
    if (is_closed()) return kOverflowEndpoint;
    const std::size_t cost = first_series(*dynamic_layout_);
    if (!budget_.has_room_for(cost)) {
      is_closed_.store(true, std::memory_order_release);
      return kOverflowEndpoint;
    }
    add_endpoint(label, *dynamic_layout_, {cost, 0});
    return static_cast<EndpointId>(endpoints_.size() - 1);
  } catch (const std::bad_alloc&) {
    return kOverflowEndpoint;
  }
}

Catalogue::Endpoint& Catalogue::add_endpoint(std::string_view label, const EndpointLayout& layout,
                                             SeriesBudget::Account account) {
  const auto id = static_cast<EndpointId>(endpoints_.size());
  const auto [entry, is_new] = endpoint_by_label_.emplace(label, id);
  try {
    endpoints_.push_back({.label = entry->first, .layout = &layout, .account = account});
  } catch (...) {
    endpoint_by_label_.erase(entry);
    throw;
  }
  budget_.open(endpoints_.back().account);
  endpoint_count_.store(endpoints_.size(), std::memory_order_release);
  return endpoints_.back();
}

const EndpointLayout& Catalogue::layout_for(const EndpointOptions& options) {
  // There are as many as there are different sets of options in the configuration: a few.
  const auto known = std::ranges::find(layouts_, options, &EndpointLayout::options);
  if (known != layouts_.end()) return *known;
  return layouts_.emplace_back(options, options_.durations_by_status);
}

const CellRecord* Catalogue::admit_cell(EndpointId endpoint, Variant variant, Method method) noexcept {
  const Key key = (Key{endpoint} << 32U) | (Key{variant} << 8U) | Key{method_index(method)};
  try {
    const std::lock_guard lock(mutex_);
    const auto [decision, is_new] = cell_by_key_.emplace(key, nullptr);
    if (!is_new) return decision->second;
    Endpoint& its_endpoint = endpoints_[endpoint];
    const EndpointLayout& layout = *its_endpoint.layout;
    const std::size_t series =
        layout.cell_series + (its_endpoint.has_series ? 0 : EndpointLayout::kEndpointSeries);
    if (!budget_.take(its_endpoint.account, series, is_guaranteed(its_endpoint, variant, method)))
      return nullptr;
    its_endpoint.has_series = true;
    decision->second =
        &cells_.emplace_back(CellRecord{endpoint, variant, method, take_values(layout.cell_size), &layout});
    return decision->second;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

const StatusRecord* Catalogue::admit_status(const CellRecord& cell, std::uint16_t status) noexcept {
  // The first value of a cell is its own, so it names the cell.
  const Key key = (Key{cell.values.first} << 16U) | status;
  try {
    const std::lock_guard lock(mutex_);
    const auto [decision, is_new] = status_by_key_.emplace(key, nullptr);
    if (!is_new) return decision->second;
    Endpoint& endpoint = endpoints_[cell.endpoint];
    if (!budget_.take(endpoint.account, cell.layout->status_series,
                      is_guaranteed(endpoint, cell.variant, cell.method))) {
      return nullptr;
    }
    decision->second =
        &statuses_.emplace_back(StatusRecord{&cell, status, take_values(cell.layout->status_size)});
    return decision->second;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

const StreamRecord* Catalogue::admit_stream(EndpointId endpoint, StreamKind kind) noexcept {
  const Key key = (Key{endpoint} << 8U) | static_cast<Key>(kind);
  try {
    const std::lock_guard lock(mutex_);
    const auto [decision, is_new] = stream_by_key_.emplace(key, nullptr);
    if (!is_new) return decision->second;
    Endpoint& its_endpoint = endpoints_[endpoint];
    const EndpointLayout& layout = *its_endpoint.layout;
    if (!budget_.take(its_endpoint.account, layout.stream_series, !its_endpoint.guaranteed_method))
      return nullptr;
    decision->second =
        &streams_.emplace_back(StreamRecord{endpoint, kind, take_values(layout.stream_size), &layout});
    return decision->second;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

// A client must not be able to use up with odd methods what the usual one is guaranteed.
bool Catalogue::is_guaranteed(const Endpoint& endpoint, Variant variant, Method method) noexcept {
  if (!endpoint.guaranteed_method) return true;
  return *endpoint.guaranteed_method == method && variant == 0;
}

ValueRange Catalogue::take_values(std::uint32_t size) noexcept {
  return {std::exchange(next_value_, next_value_ + size), size};
}

std::string_view Catalogue::label(EndpointId endpoint) const {
  const std::lock_guard lock(mutex_);
  return endpoints_[endpoint].label;
}

const EndpointOptions& Catalogue::options_of(EndpointId endpoint) const {
  const std::lock_guard lock(mutex_);
  return endpoints_[endpoint].layout->options;
}

std::size_t Catalogue::series() const {
  const std::lock_guard lock(mutex_);
  return budget_.taken();
}

void Catalogue::update(Records& records) const {
  const auto append = [](const auto& all, auto& known) {
    for (std::size_t i = known.size(); i < all.size(); ++i)
      known.push_back(&all[i]);
  };
  const std::lock_guard lock(mutex_);
  append(cells_, records.cells);
  append(statuses_, records.statuses);
  append(streams_, records.streams);
}

}  // namespace wayside::metrics
