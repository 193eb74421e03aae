// Content negotiation by the fields Accept and Accept-Encoding (RFC 9110 section 12).
#pragma once

#include "wayside/metrics/format.hpp"

#include <string_view>

namespace wayside::admin {

// The format with the highest weight in `accept`, the first of equals. OpenMetrics has to be asked for by
// name, and so has protobuf, which only counts where `offers_protobuf`. Text if no format is acceptable:
// Prometheus falls back to text 0.0.4, and a scrape is better than a 406. A range with a version matches that
// version only.
metrics::Format preferred_format(std::string_view accept, bool offers_protobuf) noexcept;

// Whether `accept_encoding` allows gzip: by name or by `*`, with a weight that is not 0.
bool accepts_gzip(std::string_view accept_encoding) noexcept;

}  // namespace wayside::admin
