// Endpoints: the values of the label `endpoint`, as ids, and the options of what is measured there.
//
// Routes, templates and paths are unknown to this module.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/metrics/buckets.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wayside::metrics {

// From a Registry: dense, and always the same for a label.
using EndpointId = std::uint32_t;

// Counts the exchanges that find no room in the series budget. The label is a plain word, so that it needs no
// escaping in the regular expressions of PromQL.
inline constexpr EndpointId kOverflowEndpoint = 0;
inline constexpr std::string_view kOverflowLabel = "overflow";

// The endpoint of routes that are excluded from the metrics: their exchanges are not counted.
inline constexpr EndpointId kExcludedEndpoint = 0xFFFF'FFFF;

// Histograms that are off by default, as each costs series.
enum class ExtraHistogram : std::uint8_t {
  kBackendTtfb,   // request sent → response head
  kQueue,         // the load balancer's stamp → request head complete
  kRequestSize,   // of the body, in bytes
  kResponseSize,  //
};
inline constexpr std::size_t kExtraHistogramCount = 4;

class ExtraHistogramSet {
 public:
  constexpr void insert(ExtraHistogram histogram) noexcept { bits_ |= bit(histogram); }
  constexpr bool contains(ExtraHistogram histogram) const noexcept { return (bits_ & bit(histogram)) != 0; }
  constexpr bool empty() const noexcept { return bits_ == 0; }
  friend constexpr bool operator==(ExtraHistogramSet, ExtraHistogramSet) noexcept = default;

 private:
  static constexpr std::uint8_t bit(ExtraHistogram histogram) noexcept {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(histogram));
  }
  std::uint8_t bits_ = 0;
};

// Fixed when the label of the endpoint is first interned: a histogram must not change its buckets while the
// process lives.
struct EndpointOptions {
  Buckets buckets{};                 // of its durations; kNanoseconds
  std::optional<Nanoseconds> slo{};  // the target: the longest duration that is good; nothing: no target
  ExtraHistogramSet extras{};

  friend bool operator==(const EndpointOptions&, const EndpointOptions&) = default;
};

}  // namespace wayside::metrics
