// The namings: which names the families and labels of exchanges have; and how a user renames them.
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

// Whether series are shown before anything was counted. The libraries whose names the others are make a
// series with its first observation.
constexpr bool shows_zeros(Naming naming) noexcept {
  return naming == Naming::kHttp;
}

// New names for families and labels, by their names in metrics/families.hpp: http_requests_total, endpoint.
// The process metrics keep their names, which are the same in every program.
struct Renaming {
  std::map<std::string, std::string, std::less<>> families;
  std::map<std::string, std::string, std::less<>> labels;

  friend bool operator==(const Renaming&, const Renaming&) = default;
};

inline constexpr std::string_view kProcessPrefix = "process_";

// The mistakes in a renaming, each as "expected …, found …": an old name that does not exist, a new name that
// Prometheus does not take, a new name that two families or labels would have. `extra_labels` are the names
// of the extra labels.
std::vector<std::string> mistakes_of(const Renaming& renaming, std::span<const Naming> namings,
                                     std::span<const std::string> extra_labels);

// The new name, or the old one where there is none.
std::string renamed_family(std::string_view family, const Renaming& renaming);
std::string renamed_label(std::string_view label, const Renaming& renaming);

// Whether Prometheus takes the name: [a-zA-Z_][a-zA-Z0-9_]*. No colon (it is for recording rules) and no two
// underscores at the beginning (these are Prometheus' own).
bool is_valid_name(std::string_view name) noexcept;

}  // namespace wayside::metrics
