// Under which family and label names the exposition speaks.
#pragma once

#include <cstdint>

namespace wayside::metrics {

enum class Naming : std::uint8_t {
  kHttp,   // http_requests_total, http_request_duration_seconds
  kFlask,  // flask_request_count, flask_request_latency_seconds: as the Python extension flask_prometheus
           // prints
};

}  // namespace wayside::metrics
