// The values of what is measured, from text and to text.
#pragma once

#include "wayside/config/settings.hpp"

#include "config/mistake.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace wayside::config {

// Bounds of a latency histogram, in seconds: see metrics::Buckets::from_seconds.
Parsed<metrics::Buckets> parse_buckets(std::span<const std::string> texts);

// None or more of backend_ttfb, queue, request_size and response_size, none of them twice.
Parsed<metrics::ExtraHistogramSet> parse_histograms(std::span<const std::string> texts);
std::string_view to_string(metrics::ExtraHistogram histogram) noexcept;

// Whether it is enough is checked when all of the settings are known: see consistency.hpp.
Parsed<std::size_t> parse_max_series(std::string_view text);

// The name of a header field: a token of RFC 9110 section 5.6.2.
Parsed<std::string> parse_header_name(std::string_view text);
Parsed<std::string> parse_route_header(std::string_view text);

// The value of a label, which is not empty: that would be no label at all.
Parsed<std::string> parse_label_value(std::string_view text);
Parsed<std::vector<std::string>> parse_label_values(std::span<const std::string> texts);

// "off" or "json".
Parsed<AccessLog> parse_access_log(std::string_view text);
std::string_view to_string(AccessLog access_log) noexcept;

}  // namespace wayside::config
