// The endpoints and children of the process, the values that each child has, and the room for more of them.
//
// A child is one combination of label values of the families of one scope. Workers and the scrape share the
// registry behind a lock, which is taken only when something is counted for the first time. Endpoints,
// children and layouts never change or move, so they may be used without the lock for as long as the registry
// lives. Nothing is ever taken back: a series that was shown stays.
//
// The budget is counted in series (see metrics/layout.hpp) and kept by metrics/series_budget.hpp: the
// overflow endpoint is guaranteed all that it can ever need, an interned endpoint its usual method and an
// allowance beyond, a dynamic one its first series. Each decision is made once for the process and
// remembered, so all workers count the same things in the same place.
#pragma once

#include "wayside/base/method.hpp"
#include "wayside/metrics/endpoint.hpp"
#include "wayside/metrics/observation.hpp"

#include "metrics/block.hpp"
#include "metrics/layout.hpp"
#include "metrics/series_budget.hpp"

#include <array>
#include <atomic>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::metrics {

// The labels of a child, as numbers. Members without a meaning in the scope keep their defaults.
struct ChildKey {
  Scope scope = Scope::kMethod;  // or kStatus or kStream
  EndpointId endpoint = 0;
  Variant variant = 0;
  Method method = Method::unknown;
  // A code, or in the overflow endpoint its first digit: 5 stands for "5xx".
  std::uint16_t status = 0;
  StreamKind kind = StreamKind::kEvents;

  friend auto operator<=>(const ChildKey&, const ChildKey&) = default;
};
// Children are listed by the number of their scope.
inline constexpr std::size_t kChildScopeCount = 3;
static_assert(static_cast<std::size_t>(Scope::kMethod) == 0 &&
              static_cast<std::size_t>(Scope::kStatus) == 1 && static_cast<std::size_t>(Scope::kStream) == 2);

struct Child {
  ChildKey key;
  ValueRange values;
  const EndpointLayout* layout = nullptr;

  const BlockLayout& block_layout() const noexcept { return layout->of(key.scope); }
};

// An endpoint as it is now. The views and pointers are valid as long as the registry.
struct EndpointFacts {
  std::string_view label;
  const EndpointLayout* layout = nullptr;
  bool is_interned = false;  // was ever interned; the overflow endpoint, too
  bool is_in_force = false;  // was interned, and not retired since
};

// The guarantee of the overflow endpoint: every method with every class of statuses, and streams.
std::size_t overflow_series(const EndpointLayout& layout) noexcept;
// The guarantee of an interned endpoint: its usual method with a few statuses, and both once for each version
// of HTTP where transports are told apart: a client chooses the version.
std::size_t guaranteed_series(const EndpointLayout& layout, bool has_transports, bool zero_series) noexcept;

class SeriesRegistry {
 public:
  struct Options {
    std::size_t max_series = 20'000;
    DurationDetail durations{};
    EndpointOptions dynamic{};      // of the overflow endpoint, and of those that admit_endpoint() makes
    std::size_t variant_count = 1;  // of the extra labels
    bool has_transports = false;    // variants have a transport; see metrics/transport.hpp
    ListSizes list_sizes{};
    bool zero_series = false;
  };

  // The longest label that admit_endpoint() takes, in bytes.
  static constexpr std::size_t kMaxDynamicLabel = 256;

  explicit SeriesRegistry(Options options);
  SeriesRegistry(const SeriesRegistry&) = delete;
  SeriesRegistry& operator=(const SeriesRegistry&) = delete;

  // Of what a worker counts for no endpoint.
  const BlockLayout& worker_layout() const noexcept { return worker_layout_; }
  // The first values of the process, so that their offsets in the block are their indices.
  ValueRange worker_values() const noexcept { return {0, worker_layout_.size()}; }

  const EndpointLayout& overflow_layout() const noexcept { return *dynamic_layout_; }

  // See Registry.
  EndpointId intern(std::string_view label, const EndpointOptions& options, Method usual_method);
  void retire(EndpointId endpoint) noexcept;
  std::size_t lacking_series() const;

  // The endpoint of that label, made only if the budget has room for it; else kOverflowEndpoint. After
  // the first refusal no other label is admitted: is_closed(). `label` is valid UTF-8.
  EndpointId admit_endpoint(std::string_view label) noexcept;

  // The child with that key, made if the budget has room for it; nullptr: count it at the overflow endpoint.
  // Refuses the overflow endpoint itself only where there is no memory.
  const Child* admit_child(const ChildKey& key) noexcept;

  // Without the lock.
  bool is_closed() const noexcept { return is_closed_.load(std::memory_order_acquire); }
  std::size_t endpoint_count() const noexcept { return endpoint_count_.load(std::memory_order_acquire); }

  // Valid UTF-8; a view into the registry.
  std::string_view label(EndpointId endpoint) const;
  const EndpointOptions& options_of(EndpointId endpoint) const;
  // All endpoints, by their ids.
  std::vector<EndpointFacts> endpoints() const;

  bool has_transports() const noexcept { return options_.has_transports; }
  std::size_t max_series() const noexcept { return budget_.max(); }
  // The series that exist, without those that are set apart only.
  std::size_t series() const;

  // All children, by the number of their scope, in the order in which they were made.
  using Children = std::array<std::vector<const Child*>, kChildScopeCount>;
  // Appends the children that are not in the lists yet. Returns the number of values of the process.
  std::size_t update(Children& children) const;

 private:
  struct Endpoint {
    std::string label;
    const EndpointLayout* layout = nullptr;
    std::optional<Method> guaranteed_method{};  // nothing: the guarantee is for any
    SeriesBudget::Account account;
    bool is_interned = false;
    bool is_in_force = false;  // interned, and not retired since
    bool has_series = false;
  };

  Endpoint& add_endpoint(std::string_view label, const EndpointLayout& layout, SeriesBudget::Account account);
  const EndpointLayout& layout_for(const EndpointOptions& options);
  bool is_guaranteed(const Endpoint& endpoint, const ChildKey& key) const noexcept;
  std::deque<Child>& children_of(Scope scope) noexcept { return children_[static_cast<std::size_t>(scope)]; }
  // Makes the child of a key that has none yet. nullptr where the budget has no room, which is remembered, or
  // where memory ran out, after which nothing has changed.
  const Child* decide(const ChildKey& key) noexcept;
  // nullptr: memory ran out.
  Child* make_child(const ChildKey& key) noexcept;
  void show_zeros(EndpointId id) noexcept;

  const Options options_;
  const BlockLayout worker_layout_;

  mutable std::mutex mutex_;  // guards all that follows, except the atomics
  std::deque<EndpointLayout> layouts_;
  const EndpointLayout* dynamic_layout_ = nullptr;  // of options_.dynamic; set once
  std::deque<Endpoint> endpoints_;
  std::map<std::string, EndpointId, std::less<>> endpoint_by_label_;
  std::array<std::deque<Child>, kChildScopeCount> children_;
  std::map<ChildKey, const Child*> decisions_;  // nullptr: refused
  SeriesBudget budget_;
  ValueIndex next_value_ = 0;

  std::atomic<std::size_t> endpoint_count_{0};
  std::atomic<bool> is_closed_{false};
};

}  // namespace wayside::metrics
