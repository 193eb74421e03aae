// Which series there are in the process, what each value of the value space means, and whether there is room
// for one more.
//
// Shared by all workers and the scrape, and asked only when something is counted for the first time: a lock
// protects it. What it hands out never changes or moves, so it may be used without the lock for as long as
// the catalogue lives. Nothing is ever taken back: a series that was shown stays.
//
// The budget is counted in series (see metrics/layout.hpp), and metrics/series_budget.hpp says who may have
// how many: the overflow endpoint is guaranteed all that it can ever need, an interned endpoint its usual
// method and an allowance beyond, a dynamic one its first series. Each decision is made once for the process
// and remembered, so all workers count the same things in the same place.
#pragma once

#include "wayside/base/method.hpp"
#include "wayside/metrics/endpoint.hpp"
#include "wayside/metrics/observation.hpp"

#include "metrics/block.hpp"
#include "metrics/layout.hpp"
#include "metrics/series_budget.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wayside::metrics {

struct CellRecord {
  EndpointId endpoint = 0;
  Variant variant = 0;
  Method method = Method::unknown;
  ValueRange values;
  const EndpointLayout* layout = nullptr;
};

// A status is its code, or in the overflow endpoint its first digit: 5 stands for "5xx".
struct StatusRecord {
  const CellRecord* cell = nullptr;
  std::uint16_t status = 0;
  ValueRange values;
};

struct StreamRecord {
  EndpointId endpoint = 0;
  StreamKind kind = StreamKind::kEvents;
  ValueRange values;
  const EndpointLayout* layout = nullptr;
};

// What the overflow endpoint is guaranteed: every method with every class of statuses, and streams.
std::size_t overflow_series(const EndpointLayout& layout) noexcept;
// What an interned endpoint is guaranteed: its usual method with a few statuses.
std::size_t guaranteed_series(const EndpointLayout& layout) noexcept;

class Catalogue {
 public:
  struct Options {
    std::size_t max_series = 20'000;
    bool durations_by_status = false;
    EndpointOptions dynamic{};  // of the overflow endpoint, and of those that admit() makes
    std::size_t variant_count = 1;
    std::size_t backend_error_reasons = 0;
    std::size_t rejection_reasons = 0;
  };

  // The longest label that admit() takes, in bytes.
  static constexpr std::size_t kMaxDynamicLabel = 256;

  explicit Catalogue(Options options);
  Catalogue(const Catalogue&) = delete;
  Catalogue& operator=(const Catalogue&) = delete;

  const WorkerLayout& worker_layout() const noexcept { return worker_layout_; }
  ValueRange worker_values() const noexcept { return {0, worker_layout_.size}; }

  // The same in every stream, whatever its endpoint.
  const HistogramPlace& stream_duration() const noexcept { return dynamic_layout_->stream_duration; }

  // Where the overflow endpoint counts.
  const EndpointLayout& overflow_layout() const noexcept { return *dynamic_layout_; }

  // See Registry.
  EndpointId intern(std::string_view label, const EndpointOptions& options, Method usual_method);
  void retire(EndpointId endpoint) noexcept;
  std::size_t lacking_series() const;

  // The endpoint of that label, made only if the budget has room for it; else kOverflowEndpoint. Where a
  // label was refused, no other one will ever be admitted: is_closed(). `label` is valid UTF-8.
  EndpointId admit(std::string_view label) noexcept;

  // The decisions that were made about cells, statuses and streams; nullptr: count it at the overflow
  // endpoint. Asking for the overflow endpoint itself is refused only where there is no memory.
  const CellRecord* admit_cell(EndpointId endpoint, Variant variant, Method method) noexcept;
  const StatusRecord* admit_status(const CellRecord& cell, std::uint16_t status) noexcept;
  const StreamRecord* admit_stream(EndpointId endpoint, StreamKind kind) noexcept;

  // Without the lock.
  bool is_closed() const noexcept { return is_closed_.load(std::memory_order_acquire); }
  std::size_t endpoint_count() const noexcept { return endpoint_count_.load(std::memory_order_acquire); }

  // Valid UTF-8; a view into the catalogue.
  std::string_view label(EndpointId endpoint) const;
  const EndpointOptions& options_of(EndpointId endpoint) const;

  std::size_t max_series() const noexcept { return budget_.max(); }
  // Series that there are, as opposed to those that are merely set apart.
  std::size_t series() const;

  // Appends what is not in the lists yet: the first of each are those that they have already.
  struct Records {
    std::vector<const CellRecord*> cells;
    std::vector<const StatusRecord*> statuses;
    std::vector<const StreamRecord*> streams;
  };
  void update(Records& records) const;

 private:
  struct Endpoint {
    std::string label;
    const EndpointLayout* layout = nullptr;
    std::optional<Method> guaranteed_method{};  // nothing: the guarantee is for any
    SeriesBudget::Account account;
    bool is_interned = false;
    bool has_series = false;
  };
  using Key = std::uint64_t;

  Endpoint& add_endpoint(std::string_view label, const EndpointLayout& layout, SeriesBudget::Account account);
  const EndpointLayout& layout_for(const EndpointOptions& options);
  static bool is_guaranteed(const Endpoint& endpoint, Variant variant, Method method) noexcept;
  ValueRange take_values(std::uint32_t size) noexcept;

  const Options options_;
  const WorkerLayout worker_layout_;

  mutable std::mutex mutex_;  // of all that follows but the atomics
  std::deque<EndpointLayout> layouts_;
  const EndpointLayout* dynamic_layout_ = nullptr;  // of options_.dynamic; set once
  std::deque<Endpoint> endpoints_;
  std::map<std::string, EndpointId, std::less<>> endpoint_by_label_;
  std::deque<CellRecord> cells_;
  std::deque<StatusRecord> statuses_;
  std::deque<StreamRecord> streams_;
  // Decisions, refusals (nullptr) included.
  std::unordered_map<Key, const CellRecord*> cell_by_key_;
  std::unordered_map<Key, const StatusRecord*> status_by_key_;
  std::unordered_map<Key, const StreamRecord*> stream_by_key_;
  SeriesBudget budget_;
  ValueIndex next_value_ = 0;

  std::atomic<std::size_t> endpoint_count_{0};
  std::atomic<bool> is_closed_{false};
};

}  // namespace wayside::metrics
