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
  using enum http::FieldName;
  if (fields.names().overlaps(http::FieldNames(kTraceParent, kXRequestStart, kXQueueStart))) {
    for (const http::Field& field : fields) {
      if (field.id == kTraceParent) {
        if (!facts.trace) facts.trace = http::parse_traceparent(field.value);
      } else if (field.id == kXRequestStart || field.id == kXQueueStart) {
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
