#include "proxy/request_facts.hpp"

#include "wayside/http/queue_start.hpp"
#include "wayside/http/text.hpp"

#include <algorithm>
#include <cstddef>

namespace wayside::proxy {
namespace {

const http::Field* find(const http::Fields& fields, std::string_view name) noexcept {
  const auto found = std::ranges::find_if(
      fields, [name](const http::Field& field) { return http::equals_ignoring_case(field.name, name); });
  return found == fields.end() ? nullptr : &*found;
}

metrics::Variant variant_of(const http::Fields& fields,
                            const std::vector<config::HeaderLabel>& labels) noexcept {
  metrics::Variant variant = 0;
  for (const config::HeaderLabel& label : labels) {
    const http::Field* const field = find(fields, label.header);
    const std::size_t choice = field == nullptr ? 0 : label.label.choice(field->value);
    variant = metrics::add_choice(variant, label.label, choice);
  }
  return variant;
}

}  // namespace

RequestFacts read_facts(const http::Fields& fields, const config::Measurement& measurement) noexcept {
  RequestFacts facts;
  if (fields.names().overlaps(
          http::FieldNames(http::kTraceParent, http::kXRequestStart, http::kXQueueStart))) {
    for (const http::Field& field : fields) {
      if (field.id == http::kTraceParent) {
        if (!facts.trace) facts.trace = http::parse_traceparent(field.value);
      } else if (field.id == http::kXRequestStart || field.id == http::kXQueueStart) {
        if (!facts.queue)
          facts.queue = http::time_since_queue_start(field.value, std::chrono::system_clock::now());
      }
    }
  }
  if (!measurement.labels.empty()) facts.variant = variant_of(fields, measurement.labels);
  return facts;
}

std::string_view declared_route(const http::Fields& fields, std::string_view field_name) noexcept {
  constexpr std::size_t kLongest = 256;
  const http::Field* const field = find(fields, field_name);
  if (field == nullptr) return {};
  const std::string_view route = field->value;
  if (!route.starts_with('/') || route.size() > kLongest) return {};
  const bool is_printable = std::ranges::all_of(route, [](char c) { return c >= ' ' && c <= '~'; });
  return is_printable ? route : std::string_view();
}

}  // namespace wayside::proxy
