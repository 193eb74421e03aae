// What the metrics and the access log want to know of a request's fields. The fields go on as they came.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/config/settings.hpp"
#include "wayside/http/head.hpp"
#include "wayside/http/traceparent.hpp"
#include "wayside/metrics/observation.hpp"

#include <optional>

namespace wayside::proxy {

struct RequestFacts {
  std::optional<http::TraceParent> trace;
  std::optional<Nanoseconds> queue;  // since a proxy in front saw the request
  metrics::Variant variant = 0;      // by the extra labels
};

// Of several fields with the same meaning the first counts.
RequestFacts read_facts(const http::Fields& fields, const config::Measurement& measurement) noexcept;

// The route that a response's field of that name declares: a path of at most 256 printable bytes. Empty where
// there is none, or none that can be a label.
std::string_view declared_route(const http::Fields& fields, std::string_view field_name) noexcept;

}  // namespace wayside::proxy
