// Which reasons the proxy gives to the metrics: for backend errors, and for refused requests.
//
// The lists are for metrics::RegistryOptions; what the proxy counts are their indices.
#pragma once

#include "wayside/http/violation.hpp"
#include "wayside/metrics/shard.hpp"
#include "wayside/proxy/failure.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wayside::proxy {

// One for each failure; empty where it is not the backend's.
std::vector<std::string> backend_error_reasons();
// Nothing where the failure is not the backend's.
std::optional<metrics::ReasonId> backend_error_reason(Failure failure) noexcept;

// One for each violation, then those of the failures that refuse a request without one.
std::vector<std::string> rejection_reasons();
// Nothing where the failure refuses no request.
std::optional<metrics::ReasonId> rejection_reason(Failure failure,
                                                  std::optional<http::Violation> violation) noexcept;

}  // namespace wayside::proxy
