// The reasons that the proxy gives to the metrics: for backend errors, and for refused requests.
//
// The lists are for metrics::RegistryOptions; the proxy counts by their indices.
#pragma once

#include "wayside/metrics/shard.hpp"
#include "wayside/proxy/outcome.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wayside::proxy {

// One for each outcome, then one for each violation; empty where the backend did not cause the first, or no
// response can have the second.
std::vector<std::string> backend_error_reasons();
// Nothing where the backend did not cause the outcome.
std::optional<metrics::ListedValue> backend_error_reason(const End& end) noexcept;

// One for each violation, empty where no request can have it, then one for each outcome that refuses a
// request without a violation.
std::vector<std::string> rejection_reasons();
// Nothing where the end refuses no request.
std::optional<metrics::ListedValue> rejection_reason(const End& end) noexcept;

}  // namespace wayside::proxy
