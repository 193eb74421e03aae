// The formats in which metrics are exposed.
#pragma once

#include <cstdint>
#include <string_view>

namespace wayside::metrics {

enum class Format : std::uint8_t {
  kText,         // Prometheus' text format 0.0.4
  kOpenMetrics,  // OpenMetrics 1.0
  kProtobuf,     // Prometheus' protobuf format, each family behind its length
};

// The media type. Prometheus 3 refuses a scrape without one. `escaping` says that no name needs escaping.
constexpr std::string_view content_type(Format format) noexcept {
  switch (format) {
    case Format::kText:
      break;
    case Format::kOpenMetrics:
      return "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores";
    case Format::kProtobuf:
      return "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
  }
  return "text/plain; version=0.0.4; charset=utf-8";
}

}  // namespace wayside::metrics
