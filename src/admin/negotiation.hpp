// What a client of the metrics listener would like best, by its Accept and Accept-Encoding fields.
//
// Knows HTTP's lists and weights (RFC 9110 section 12) and which formats there are; writes neither.
#pragma once

#include "wayside/metrics/format.hpp"

#include <string_view>

namespace wayside::admin {

// The format with the highest weight in `accept`, the first of equals. Text where OpenMetrics is not asked
// for by name, and where nothing that there is would be acceptable: Prometheus' last resort is text 0.0.4,
// and a scrape is better than a 406. A range that names a version is about that version only.
metrics::Format preferred_format(std::string_view accept) noexcept;

// Whether `accept_encoding` allows gzip: by name or by `*`, with a weight that is not 0.
bool accepts_gzip(std::string_view accept_encoding) noexcept;

}  // namespace wayside::admin
