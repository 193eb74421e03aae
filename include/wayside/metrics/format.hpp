// The two text formats in which metrics are exposed.
#pragma once

#include <cstdint>
#include <string_view>

namespace wayside::metrics {

enum class Format : std::uint8_t {
  kText,         // Prometheus' text format 0.0.4
  kOpenMetrics,  // OpenMetrics 1.0
};

// The media type. Prometheus 3 refuses a scrape without one. `escaping` says that no name needs escaping.
constexpr std::string_view content_type(Format format) noexcept {
  return format == Format::kText
             ? "text/plain; version=0.0.4; charset=utf-8"
             : "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores";
}

}  // namespace wayside::metrics
