// What an endpoint is to the metrics: an id that a worker counts under, and what is measured there.
//
// An endpoint is a value of the label `endpoint`. Routes, templates and paths are other modules' words.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/metrics/buckets.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wayside::metrics {

// Given out by a Registry: dense, stable, never given to another label.
using EndpointId = std::uint32_t;

// What finds no room in the series budget is counted here: one label, a plain word, so that it needs no
// escaping in PromQL's regular expressions.
inline constexpr EndpointId kOverflowEndpoint = 0;
inline constexpr std::string_view kOverflowLabel = "overflow";

// An exchange that is counted nowhere: the endpoint of routes that are excluded from the metrics.
inline constexpr EndpointId kExcludedEndpoint = 0xFFFF'FFFF;

// Histograms that cost their series only where somebody asks for them.
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

// What is measured at an endpoint. Fixed when its label is first interned: a histogram must not change its
// buckets while the process lives.
struct EndpointOptions {
  Buckets buckets{};                 // of its durations; kNanoseconds
  std::optional<Nanoseconds> slo{};  // the longest duration that is good enough; nothing: there is no target
  ExtraHistogramSet extras{};

  friend bool operator==(const EndpointOptions&, const EndpointOptions&) = default;
};

}  // namespace wayside::metrics
