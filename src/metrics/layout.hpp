// Where in a block each value stands, and how many series the values are when they are exposed: what
// metrics/families.hpp says for one scope, under the options of an endpoint.
//
// "Series" means what Prometheus means: lines of one scrape under one naming. Native buckets are not counted:
// Prometheus keeps those of a histogram as one series, and it has them in place of the classic ones.
#pragma once

#include "wayside/metrics/buckets.hpp"
#include "wayside/metrics/endpoint.hpp"
#include "wayside/metrics/family_slot.hpp"

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace wayside::metrics {

// A histogram in a block: its sum, then its buckets, not cumulated; elsewhere its native buckets.
struct HistogramSlot {
  std::optional<Buckets> buckets;  // nothing: not measured here
  // Of another type than the values, so that the compiler need not read it again after it wrote one.
  std::uint32_t sum_offset = 0;
  std::uint32_t native_offset = 0;  // of the first native bucket; 0: there are none

  std::uint32_t bucket_offset(std::size_t bucket) const noexcept {
    return sum_offset + 1 + static_cast<std::uint32_t>(bucket);
  }
  bool has_native() const noexcept { return native_offset != 0; }
};

// A histogram, by its name in metrics/families.hpp.
class HistogramName {
 public:
  consteval HistogramName(const char* family)
      : scope_(kFamilies[find_family(family).value()].scope),
        ordinal_(sum_before(find_family(family, scope_, FamilyType::kHistogram).value(), is_histogram)) {}
  constexpr Scope scope() const noexcept { return scope_; }
  // Among the histograms of the scope.
  constexpr std::size_t ordinal() const noexcept { return ordinal_; }

 private:
  Scope scope_;
  std::size_t ordinal_;
};

// For each family with listed values, how many these are; by ListedCounter::ordinal().
using ListSizes = std::array<std::size_t, kListCount>;

// What the durations of all endpoints are kept as, beside their classic buckets.
struct DurationDetail {
  bool by_status = false;  // the naming otel is exposed
  bool is_native = false;  // native buckets
};

// The layout of the blocks of one scope. First come the values whose number is fixed, so that their offsets
// are constants (see FixedSlot); then the histograms; then the listed values; then native buckets, of which
// there are many.
class BlockLayout {
 public:
  BlockLayout(Scope block, const EndpointOptions& options, DurationDetail durations,
              const ListSizes& list_sizes = {});

  // In values.
  std::uint32_t size() const noexcept { return size_; }
  // Of one block; families of Scope::kEndpoint are not included: see kEndpointSeries.
  std::size_t series() const noexcept { return series_; }

  bool is_measured(FamilyId id) const noexcept { return is_measured_[id]; }
  const HistogramSlot& histogram(std::size_t ordinal) const noexcept { return histograms_[ordinal]; }
  // Of the first listed value.
  std::size_t list_offset(std::size_t ordinal) const noexcept { return list_offsets_[ordinal]; }

 private:
  void add_native_buckets();

  static constexpr std::size_t kMaxHistograms = sum_before(kFamilyCount, Scope::kMethod, is_histogram);

  std::uint32_t size_ = 0;
  std::size_t series_ = 0;
  std::bitset<kFamilyCount> is_measured_;
  std::array<HistogramSlot, kMaxHistograms> histograms_;
  std::array<std::size_t, kListCount> list_offsets_{};
};

// What is counted at an endpoint: for each method, for each status of a method, and for each kind of stream.
struct EndpointLayout {
  EndpointLayout(const EndpointOptions& options, DurationDetail durations);

  // kMethod, kStatus or kStream.
  const BlockLayout& of(Scope scope) const noexcept {
    return scope == Scope::kMethod ? method : scope == Scope::kStatus ? status : stream;
  }
  const HistogramSlot& operator[](HistogramName name) const noexcept {
    return of(name.scope()).histogram(name.ordinal());
  }

  const EndpointOptions options;
  const BlockLayout method;
  const BlockLayout status;
  const BlockLayout stream;
  // Whether every exchange has more to count than its duration, its bodies and its status.
  const bool is_extended;
};

// The series of an endpoint that no method, status or stream has.
inline constexpr std::size_t kEndpointSeries = [] {
  std::size_t series = 0;
  for (const Family& family : kFamilies)
    series += family.scope == Scope::kEndpoint ? fixed_value_count(family) : 0;
  return series;
}();

}  // namespace wayside::metrics
