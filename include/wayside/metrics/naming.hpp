// Under which family and label names the exposition speaks.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::metrics {

enum class Naming : std::uint8_t {
  kHttp,   // http_requests_total, http_request_duration_seconds
  kFlask,  // flask_request_count, flask_request_latency_seconds: as the Python extension flask_prometheus
           // prints
  kOtel,   // http_server_request_duration_seconds: OpenTelemetry's semantic conventions, as its Prometheus
           // exporter writes them
};

// New names for families and labels, by the names that the namings give them: http_requests_total, endpoint.
// The process_ families keep theirs, which are the same everywhere.
struct Renaming {
  std::map<std::string, std::string, std::less<>> families;
  std::map<std::string, std::string, std::less<>> labels;

  friend bool operator==(const Renaming&, const Renaming&) = default;
};

// What is wrong with a renaming, each as "expected …, found …": a name that is not there to be renamed, one
// that Prometheus does not take, one that two would have. `extra_labels` are the names of extra labels.
std::vector<std::string> mistakes_of(const Renaming& renaming, std::span<const Naming> namings,
                                     std::span<const std::string> extra_labels);

// A name as Prometheus takes it: [a-zA-Z_][a-zA-Z0-9_]*. No colon (it is for recording rules), and nothing
// that begins with two underscores (they are Prometheus' own).
bool is_valid_name(std::string_view name) noexcept;

}  // namespace wayside::metrics
