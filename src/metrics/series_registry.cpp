#include "metrics/series_registry.hpp"

#include "wayside/base/utf8.hpp"
#include "wayside/metrics/transport.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

namespace wayside::metrics {
namespace {

// The allowance of an interned endpoint: this many methods with this many statuses each, for every variant.
constexpr std::size_t kAllowedMethods = 4;
constexpr std::size_t kAllowedStatuses = 5;

// The statuses of its usual method that a route shows before its first request, so that increase() sees the
// step to the first one: success, and the errors that wayside answers with itself, so that none of an outage
// is missed. Histograms begin with their first observation: a dozen zeros for each route would cost more than
// they show.
constexpr std::array<std::uint16_t, 5> kZeroStatuses = {200, 500, 502, 503, 504};

// The statuses of its usual method that an interned endpoint is guaranteed: any, or the zeros and one more.
constexpr std::size_t kGuaranteedStatuses = 3;
constexpr std::size_t kGuaranteedStatusesWithZeros = kZeroStatuses.size() + 1;

// The overflow endpoint knows a status by its first digit, 1 to 9.
constexpr std::size_t kStatusClasses = 9;

std::size_t allowed_series(const EndpointLayout& layout, std::size_t variant_count) noexcept {
  return variant_count * kAllowedMethods *
         (layout.method.series() + kAllowedStatuses * layout.status.series());
}

// The series that a dynamic endpoint takes at once, so that none is made and then left empty.
std::size_t first_series(const EndpointLayout& layout) noexcept {
  return kEndpointSeries + layout.method.series() + layout.status.series();
}

}  // namespace

std::size_t overflow_series(const EndpointLayout& layout) noexcept {
  return kEndpointSeries + kMethodCount * (layout.method.series() + kStatusClasses * layout.status.series()) +
         kStreamKindCount * layout.stream.series();
}

std::size_t guaranteed_series(const EndpointLayout& layout, bool has_transports, bool zero_series) noexcept {
  const std::size_t versions = has_transports ? kHttpVersionCount : 1;
  const std::size_t statuses = zero_series ? kGuaranteedStatusesWithZeros : kGuaranteedStatuses;
  return kEndpointSeries + versions * (layout.method.series() + statuses * layout.status.series());
}

SeriesRegistry::SeriesRegistry(Options options)
    : options_(std::move(options)),
      worker_layout_(Scope::kWorker, options_.dynamic, options_.durations, options_.list_sizes),
      budget_(options_.max_series) {
  next_value_ = worker_layout_.size();
  dynamic_layout_ = &layout_for(options_.dynamic);
  Endpoint& overflow = add_endpoint(kOverflowLabel, *dynamic_layout_, {overflow_series(*dynamic_layout_), 0});
  overflow.is_interned = true;
}

EndpointId SeriesRegistry::intern(std::string_view label, const EndpointOptions& options,
                                  Method usual_method) {
  const std::string valid = valid_utf8(label);
  const std::lock_guard lock(mutex_);
  const auto known = endpoint_by_label_.find(valid);
  if (known == endpoint_by_label_.end()) {
    const EndpointLayout& layout = layout_for(options);
    const std::size_t allowance = allowed_series(layout, options_.variant_count);
    Endpoint& made = add_endpoint(
        valid, layout, {guaranteed_series(layout, options_.has_transports, options_.zero_series), allowance});
    made.guaranteed_method = usual_method;
    made.is_interned = true;
    made.is_in_force = true;
    const auto id = static_cast<EndpointId>(endpoints_.size() - 1);
    show_zeros(id);
    return id;
  }
  Endpoint& endpoint = endpoints_[known->second];
  if (!endpoint.is_interned) {
    // An endpoint that was admitted has its first series already.
    budget_.close(endpoint.account);
    endpoint.account = {0, allowed_series(*endpoint.layout, options_.variant_count)};
    endpoint.is_interned = true;
  }
  endpoint.is_in_force = true;
  budget_.open(endpoint.account);
  show_zeros(known->second);
  return known->second;
}

void SeriesRegistry::retire(EndpointId endpoint) noexcept {
  const std::lock_guard lock(mutex_);
  if (endpoint == kOverflowEndpoint) return;
  endpoints_[endpoint].is_in_force = false;
  budget_.close(endpoints_[endpoint].account);
}

std::size_t SeriesRegistry::lacking_series() const {
  const std::lock_guard lock(mutex_);
  std::size_t lacking = 0;
  for (const Endpoint& endpoint : endpoints_)
    lacking += SeriesBudget::lacking(endpoint.account);
  return lacking;
}

EndpointId SeriesRegistry::admit_endpoint(std::string_view label) noexcept {
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

SeriesRegistry::Endpoint& SeriesRegistry::add_endpoint(std::string_view label, const EndpointLayout& layout,
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

const EndpointLayout& SeriesRegistry::layout_for(const EndpointOptions& options) {
  // Linear: the configuration has only a few different sets of options.
  const auto known = std::ranges::find(layouts_, options, &EndpointLayout::options);
  if (known != layouts_.end()) return *known;
  return layouts_.emplace_back(options, options_.durations);
}

const Child* SeriesRegistry::admit_child(const ChildKey& key) noexcept {
  const std::lock_guard lock(mutex_);
  const auto known = decisions_.find(key);
  return known != decisions_.end() ? known->second : decide(key);
}

const Child* SeriesRegistry::decide(const ChildKey& key) noexcept {
  Child* const child = make_child(key);
  if (child == nullptr) return nullptr;
  Endpoint& endpoint = endpoints_[key.endpoint];
  const BlockLayout& layout = child->block_layout();
  const bool has_endpoint_series = key.scope != Scope::kMethod || endpoint.has_series;
  const std::size_t series = layout.series() + (has_endpoint_series ? 0 : kEndpointSeries);
  if (!budget_.take(endpoint.account, series, is_guaranteed(endpoint, key))) {
    decisions_.find(key)->second = nullptr;
    children_of(key.scope).pop_back();
    return nullptr;
  }
  next_value_ += layout.size();
  endpoint.has_series = endpoint.has_series || key.scope == Scope::kMethod;
  return child;
}

// It has the next values of the process, which are taken once the budget has admitted it.
Child* SeriesRegistry::make_child(const ChildKey& key) noexcept {
  const EndpointLayout& layout = *endpoints_[key.endpoint].layout;
  auto& children = children_of(key.scope);
  const std::size_t count = children.size();
  try {
    Child& child = children.emplace_back(Child{key, {next_value_, layout.of(key.scope).size()}, &layout});
    decisions_.emplace(key, &child);
    return &child;
  } catch (const std::bad_alloc&) {
    if (children.size() != count) children.pop_back();
    return nullptr;
  }
}

// Out of the guarantee alone, so that no zero takes the room of a count. Without memory a zero is not shown.
void SeriesRegistry::show_zeros(EndpointId id) noexcept {
  const Endpoint& endpoint = endpoints_[id];
  if (!options_.zero_series || !endpoint.guaranteed_method) return;
  for (const std::uint16_t status : kZeroStatuses) {
    if (!SeriesBudget::holds(endpoint.account, endpoint.layout->status.series())) return;
    const ChildKey key{
        .scope = Scope::kStatus, .endpoint = id, .method = *endpoint.guaranteed_method, .status = status};
    if (!decisions_.contains(key)) decide(key);
  }
}

// A client must not be able to use up with odd methods what the usual one is guaranteed.
bool SeriesRegistry::is_guaranteed(const Endpoint& endpoint, const ChildKey& key) const noexcept {
  if (!endpoint.guaranteed_method) return true;
  const Variant first_with_labels = options_.has_transports ? kTransportCount : 1;
  return key.scope != Scope::kStream && key.method == *endpoint.guaranteed_method &&
         key.variant < first_with_labels;
}

std::string_view SeriesRegistry::label(EndpointId endpoint) const {
  const std::lock_guard lock(mutex_);
  return endpoints_[endpoint].label;
}

const EndpointOptions& SeriesRegistry::options_of(EndpointId endpoint) const {
  const std::lock_guard lock(mutex_);
  return endpoints_[endpoint].layout->options;
}

std::vector<EndpointFacts> SeriesRegistry::endpoints() const {
  const std::lock_guard lock(mutex_);
  std::vector<EndpointFacts> all;
  all.reserve(endpoints_.size());
  for (const Endpoint& endpoint : endpoints_)
    all.push_back({endpoint.label, endpoint.layout, endpoint.is_interned, endpoint.is_in_force});
  return all;
}

std::size_t SeriesRegistry::series() const {
  const std::lock_guard lock(mutex_);
  return budget_.taken();
}

std::size_t SeriesRegistry::update(Children& children) const {
  const std::lock_guard lock(mutex_);
  for (std::size_t scope = 0; scope < kChildScopeCount; ++scope) {
    for (std::size_t i = children[scope].size(); i < children_[scope].size(); ++i)
      children[scope].push_back(&children_[scope][i]);
  }
  return next_value_;
}

}  // namespace wayside::metrics
