// What each family is called, what it says about itself, and what its labels are called.
//
// The families of exchanges have names in each naming; those about wayside itself have one name. A renaming
// changes both. Says nothing about which samples a family has.
#pragma once

#include "wayside/base/method.hpp"
#include "wayside/metrics/naming.hpp"

#include "metrics/text_writer.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wayside::metrics {

// What is exposed about exchanges, once for each naming.
enum class ExchangeFamily : std::uint8_t {
  kRequests,
  kDuration,
  kInFlight,
  kRequestBytes,
  kResponseBytes,
  kSloGood,
  kSloTotal,
  kBackendTtfb,
  kQueue,
  kRequestSize,
  kResponseSize,
};
inline constexpr std::size_t kExchangeFamilyCount = 11;

// What is exposed about wayside itself, and so once only.
enum class ServiceFamily : std::uint8_t {
  kOverhead,
  kClientAborts,
  kBackendErrors,
  kRejected,
  kBackendRetries,
  kBackendConnects,
  kBackendConnections,
  kBackendQueue,
  kBackendQueued,
  kClientConnections,
  kClientEvictions,
  kStreamsActive,
  kStreamDuration,
  kStreamBytes,
  kBuildInfo,
  kRoutes,
  kSeries,
  kSeriesLimit,
  kSeriesOverflow,
  kAccessLogDropped,
  kLogLinesDropped,
  kReloadSuccessful,
  kReloadTimestamp,
  kScrapeDuration,
};
inline constexpr std::size_t kServiceFamilyCount = 24;

struct Family {
  std::string name;  // empty: this naming has no such family
  FamilyType type = FamilyType::kGauge;
  std::string_view help;  // static storage duration
};

// One naming, as it is exposed.
struct ExchangeNames {
  ExchangeNames(Naming naming, const Renaming& renaming);

  const Family& operator[](ExchangeFamily family) const noexcept {
    return families[static_cast<std::size_t>(family)];
  }
  // The value of the label for methods.
  std::string_view text_of(Method method) const noexcept;

  std::array<Family, kExchangeFamilyCount> families;
  std::string endpoint;  // the labels' names
  std::string method;
  std::string status;
  std::string_view other_method;
  bool durations_by_status = false;  // the histogram of durations has the label for statuses too
};

struct ServiceNames {
  explicit ServiceNames(const Renaming& renaming);

  const Family& operator[](ServiceFamily family) const noexcept {
    return families[static_cast<std::size_t>(family)];
  }

  std::array<Family, kServiceFamilyCount> families;
  std::string endpoint;  // the labels' names
  std::string phase;
  std::string reason;
  std::string state;
  std::string kind;
  std::string direction;
};

// The name that `renaming` gives to the label, or the label's own.
std::string renamed_label(std::string_view label, const Renaming& renaming);

}  // namespace wayside::metrics
