#include "metrics/catalogue.hpp"

#include "metrics/label_value.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace wayside::metrics {
namespace {

// What an interned endpoint is promised: this many methods with this many statuses each.
constexpr std::size_t kReservedMethods = 4;
constexpr std::size_t kReservedStatuses = 5;

// The overflow endpoint knows a status by its first digit, 1 to 9.
constexpr std::size_t kStatusClasses = 9;

std::size_t reserved_series(const EndpointLayout& layout) noexcept {
  return EndpointLayout::kEndpointSeries +
         kReservedMethods * (layout.cell_series + kReservedStatuses * layout.status_series);
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

Catalogue::Catalogue(Options options)
    : options_(std::move(options)),
      worker_layout_(options_.backend_error_reasons, options_.rejection_reasons) {
  take_values(worker_layout_.size);
  dynamic_layout_ = &layout_for(options_.dynamic);
  add_endpoint(kOverflowLabel, options_.dynamic, overflow_series(*dynamic_layout_));
}

EndpointId Catalogue::intern(std::string_view label, const EndpointOptions& options) {
  const std::string valid = valid_utf8(label);
  const std::lock_guard lock(mutex_);
  if (const auto known = endpoint_by_label_.find(valid); known != endpoint_by_label_.end()) {
    return known->second;
  }
  return add_endpoint(valid, options, reserved_series(layout_for(options)));
}

EndpointId Catalogue::admit(std::string_view label) noexcept {
  try {
    const std::lock_guard lock(mutex_);
    if (const auto known = endpoint_by_label_.find(label); known != endpoint_by_label_.end()) {
      return known->second;
    }
    if (is_closed()) return kOverflowEndpoint;
    const std::size_t cost = first_series(*dynamic_layout_);
    if (cost > room()) {
      is_closed_.store(true, std::memory_order_release);
      return kOverflowEndpoint;
    }
    return add_endpoint(label, options_.dynamic, cost);
  } catch (const std::bad_alloc&) {
    return kOverflowEndpoint;
  }
}

EndpointId Catalogue::add_endpoint(std::string_view label, const EndpointOptions& options,
                                   std::size_t wanted_credit) {
  const auto id = static_cast<EndpointId>(endpoints_.size());
  const EndpointLayout& layout = layout_for(options);
  const auto [entry, is_new] = endpoint_by_label_.emplace(label, id);
  const std::size_t credit = std::min(wanted_credit, room());
  try {
    endpoints_.push_back({entry->first, &layout, credit, false});
  } catch (...) {
    endpoint_by_label_.erase(entry);
    throw;
  }
  used_ += credit;
  endpoint_count_.store(endpoints_.size(), std::memory_order_release);
  return id;
}

const EndpointLayout& Catalogue::layout_for(const EndpointOptions& options) {
  // There are as many as there are different sets of options in the configuration: a few.
  const auto known = std::ranges::find(layouts_, options, &EndpointLayout::options);
  if (known != layouts_.end()) return *known;
  return layouts_.emplace_back(options, options_.durations_by_status);
}

const CellRecord* Catalogue::admit_cell(EndpointId endpoint, Variant variant, Method method) noexcept {
  const Key key = (Key{endpoint} << 32U) | (Key{variant} << 8U) | static_cast<Key>(method);
  try {
    const std::lock_guard lock(mutex_);
    const auto [decision, is_new] = cell_by_key_.emplace(key, nullptr);
    if (!is_new) return decision->second;
    Endpoint& its_endpoint = endpoints_[endpoint];
    const EndpointLayout& layout = *its_endpoint.layout;
    const std::size_t series =
        layout.cell_series + (its_endpoint.has_series ? 0 : EndpointLayout::kEndpointSeries);
    if (!charge(its_endpoint, series)) return nullptr;
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
    if (!charge(endpoints_[cell.endpoint], cell.layout->status_series)) return nullptr;
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
    if (!charge(its_endpoint, layout.stream_series)) return nullptr;
    decision->second =
        &streams_.emplace_back(StreamRecord{endpoint, kind, take_values(layout.stream_size), &layout});
    return decision->second;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

bool Catalogue::charge(Endpoint& endpoint, std::size_t series) noexcept {
  const std::size_t from_credit = std::min(series, endpoint.credit);
  const std::size_t from_room = series - from_credit;
  if (from_room > room()) return false;
  endpoint.credit -= from_credit;
  used_ += from_room;
  granted_ += series;
  return true;
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
  return granted_;
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
