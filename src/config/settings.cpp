#include "wayside/config/settings.hpp"

#include "config/values.hpp"

#include <algorithm>

namespace wayside::config {

metrics::EndpointOptions endpoint_options(const Measurement& measurement, const routes::RouteSpec& route) {
  metrics::EndpointOptions options = measurement.defaults;
  // Both were checked when they were read.
  if (!route.buckets.empty()) options.buckets = *metrics::Buckets::from_seconds(route.buckets);
  if (route.histograms) options.extras = *Histograms::parse(*route.histograms);
  if (route.slo) options.slo = *route.slo;
  return options;
}

bool exposes_otel(const Settings& settings) {
  return std::ranges::find(settings.namings, metrics::Naming::kOtel) != settings.namings.end();
}

bool shows_zeros(const Settings& settings) {
  return settings.measurement.zero_series && std::ranges::any_of(settings.namings, metrics::shows_zeros);
}

}  // namespace wayside::config
