#include "config/measurement_values.hpp"

#include "wayside/base/text.hpp"
#include "wayside/base/utf8.hpp"

#include <boost/beast/http/field.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>
#include <utility>
#include <vector>

namespace wayside::config {
namespace {

using metrics::ExtraHistogram;

constexpr std::array<std::pair<std::string_view, ExtraHistogram>, metrics::kExtraHistogramCount> kHistograms =
    {{
        {"backend_ttfb", ExtraHistogram::kBackendTtfb},
        {"queue", ExtraHistogram::kQueue},
        {"request_size", ExtraHistogram::kRequestSize},
        {"response_size", ExtraHistogram::kResponseSize},
    }};

template <class Number>
Parsed<Number> parse_number(std::string_view text, std::string_view what) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return expected(what, text);
  return number;
}

}  // namespace

metrics::EndpointOptions endpoint_options(const Measurement& measurement, const routes::RouteSpec& route) {
  metrics::EndpointOptions options = measurement.defaults;
  // Both were checked when they were read.
  if (!route.buckets.empty()) options.buckets = *metrics::Buckets::from_seconds(route.buckets);
  if (route.histograms) options.extras = *parse_histograms(*route.histograms);
  if (route.slo) options.slo = *route.slo;
  return options;
}

Parsed<metrics::Buckets> parse_buckets(std::span<const std::string> texts) {
  std::vector<double> bounds;
  for (const std::string& text : texts) {
    const auto bound = parse_number<double>(text, "a number of seconds");
    if (bound.has_error()) return bound.error();
    bounds.push_back(*bound);
  }
  auto buckets = metrics::Buckets::from_seconds(bounds);
  if (buckets.has_error()) return Mistake{buckets.error().message};
  return *std::move(buckets);
}

Parsed<metrics::ExtraHistogramSet> parse_histograms(std::span<const std::string> texts) {
  metrics::ExtraHistogramSet histograms;
  for (const std::string& text : texts) {
    const auto found =
        std::ranges::find(kHistograms, text, &std::pair<std::string_view, ExtraHistogram>::first);
    if (found == kHistograms.end()) {
      return expected("backend_ttfb, queue, request_size or response_size", text);
    }
    if (histograms.contains(found->second)) {
      return Mistake{"expected each histogram once, found " + quoted(text) + " twice"};
    }
    histograms.insert(found->second);
  }
  return histograms;
}

std::string_view to_string(ExtraHistogram histogram) noexcept {
  return kHistograms[static_cast<std::size_t>(histogram)].first;
}

Parsed<std::size_t> parse_max_series(std::string_view text) {
  constexpr std::size_t kMost = 10'000'000;
  const std::string what = "a number from 1 to " + std::to_string(kMost);
  const auto number = parse_number<std::size_t>(text, what);
  if (number.has_error()) return number.error();
  if (*number == 0 || *number > kMost) return expected(what, text);
  return *number;
}

Parsed<std::string> parse_header_name(std::string_view text) {
  if (text.empty() || !std::ranges::all_of(text, is_token_char))
    return expected("the name of a header field", text);
  return {boost::system::in_place_value, text};
}

Parsed<std::string> parse_route_header(std::string_view text) {
  // The field is not passed on, and the client needs those that HTTP knows.
  if (boost::beast::http::string_to_field(text) != boost::beast::http::field::unknown) {
    return expected("a header field that is made for this", text);
  }
  return parse_header_name(text);
}

Parsed<std::string> parse_label_value(std::string_view text) {
  // A field's value never has blanks around it.
  const bool could_come = !text.empty() && text.front() != ' ' && text.back() != ' ';
  if (!could_come || !is_valid_utf8(text))
    return expected("a value, in UTF-8 and without blanks around it", text);
  return {boost::system::in_place_value, text};
}

Parsed<std::vector<std::string>> parse_label_values(std::span<const std::string> texts) {
  std::vector<std::string> values;
  for (const std::string& text : texts) {
    if (const auto value = parse_label_value(text); value.has_error()) return value.error();
    if (std::ranges::find(values, text) != values.end()) {
      return Mistake{"expected each value once, found " + quoted(text) + " twice"};
    }
    values.push_back(text);
  }
  if (values.empty()) return Mistake{"expected at least one value, found an empty list"};
  return values;
}

Parsed<AccessLog> parse_access_log(std::string_view text) {
  if (text == "off") return AccessLog::kOff;
  if (text == "json") return AccessLog::kJson;
  return expected("off or json", text);
}

std::string_view to_string(AccessLog access_log) noexcept {
  return access_log == AccessLog::kJson ? "json" : "off";
}

}  // namespace wayside::config
