#include "metrics/names.hpp"

#include "wayside/base/quote.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace wayside::metrics {
namespace {

using enum FamilyType;

struct Row {
  std::string_view name;
  FamilyType type = kGauge;
  std::string_view help;
};
using ExchangeRows = std::array<Row, kExchangeFamilyCount>;  // by ExchangeFamily
using ServiceRows = std::array<Row, kServiceFamilyCount>;    // by ServiceFamily

constexpr ExchangeRows kHttpRows = {{
    {"http_requests_total", kCounter,
     "Requests that ended, by the status that was sent, 499 where the client left before one was sent. "
     "Counted when the last byte of the response was accepted by the client's socket, or when the exchange "
     "failed."},
    {"http_request_duration_seconds", kHistogram,
     "Time from the request head being complete, and the response before it on the connection having ended, "
     "to "
     "the last byte of the response being accepted by the client's socket, or for a stream to its response "
     "head "
     "being complete."},
    {"http_requests_in_flight", kGauge, "Requests whose head is complete and that have not ended."},
    {"http_request_bytes_total", kCounter,
     "Bytes of request bodies, without their framing, read from clients by requests that ended; those of "
     "streams are counted apart."},
    {"http_response_bytes_total", kCounter,
     "Bytes of response bodies, without their framing, read from the backend for requests that ended; "
     "those of streams are counted apart."},
    {"http_request_slo_good_total", kCounter,
     "Requests that met the target of their route: no failure of the backend, no status of 500 or above, and "
     "a "
     "duration, as http_request_duration_seconds has it, that is not above the target."},
    {"http_request_slo_total", kCounter,
     "Requests that the target of their route applies to: all that have a duration, but for those whose "
     "client "
     "left before the target had passed."},
    {"http_request_backend_ttfb_seconds", kHistogram,
     "Time from the last byte of the request being accepted by the backend's socket to the response head "
     "being complete."},
    {"http_request_queue_seconds", kHistogram,
     "Time from the moment that a proxy in front wrote into X-Request-Start or X-Queue-Start to the "
     "request head being complete. It compares the clocks of two machines."},
    {"http_request_size_bytes", kHistogram,
     "Size of the body of each request, without its framing, when it ended. Streams are left out."},
    {"http_response_size_bytes", kHistogram,
     "Size of the body of each response, without its framing, when it ended. Streams are left out."},
}};

// What the Python extension flask_prometheus prints, letter for letter.
constexpr ExchangeRows kFlaskRows = {{
    {"flask_request_count", kCounter, "Flask Request Count"},
    {"flask_request_latency_seconds", kHistogram, "Flask Request Latency"},
}};

// https://opentelemetry.io/docs/specs/semconv/http/http-metrics/
constexpr ExchangeRows kOtelRows = {{
    {},
    {"http_server_request_duration_seconds", kHistogram,
     "Duration of HTTP server requests, from the request head being complete to the last byte of the "
     "response being accepted by the client's socket, or for a stream to its response head being complete."},
    {"http_server_active_requests", kGauge,
     "Number of active HTTP server requests: the request head is complete and the exchange has not ended."},
    {},
    {},
    {},
    {},
    {},
    {},
    {"http_server_request_body_size_bytes", kHistogram,
     "Size of HTTP server request bodies, without framing, when the exchange ended."},
    {"http_server_response_body_size_bytes", kHistogram,
     "Size of HTTP server response bodies, without framing, when the exchange ended."},
}};

constexpr ServiceRows kServiceRows = {{
    {"wayside_overhead_seconds", kHistogram,
     "Time that each exchange spent in wayside: from the request head being complete to the end of the "
     "exchange, less the time spent waiting for the client and the backend. What one exchange waits while "
     "wayside is busy with others is part of it. Streams are left out."},
    {"wayside_client_aborts_total", kCounter,
     "Requests whose client left or stopped reading before the response was complete, by how far they were: "
     "request (its body was still being sent), waiting (no response had begun), response (part of it was "
     "sent). Counted when wayside notices. Streams are left out."},
    {"wayside_backend_errors_total", kCounter,
     "Exchanges that failed because of the backend, by what was wrong. Counted when the exchange ended."},
    {"wayside_rejected_requests_total", kCounter,
     "Requests that wayside refused, by the rule that they broke, or by what wayside was short of. Counted "
     "when the exchange ended."},
    {"wayside_backend_retries_total", kCounter,
     "Requests that were sent again because a reused connection to the backend was found closed. Counted "
     "when the second attempt starts."},
    {"wayside_backend_connects_total", kCounter,
     "Connections to the backend that were established. Counted when the backend accepts."},
    {"wayside_backend_connections", kGauge,
     "Open connections to the backend: active (an exchange uses it) or idle."},
    {"wayside_backend_queue", kGauge,
     "Requests that wait because the backend has as many connections as it may."},
    {"wayside_backend_queued_total", kCounter,
     "Requests that had to wait because the backend had as many connections as it may. Counted when the wait "
     "began."},
    {"wayside_client_connections", kGauge, "Open connections of clients."},
    {"wayside_client_evictions_total", kCounter,
     "Idle connections of clients that were closed to make room for others."},
    {"wayside_streams_active", kGauge,
     "Exchanges that became a stream, events or upgrade, and have not ended. A stream begins with its "
     "response head."},
    {"wayside_stream_duration_seconds", kHistogram,
     "Time from the response head of a stream being complete to the end of the stream."},
    {"wayside_stream_bytes_total", kCounter,
     "Bytes that ended streams relayed, without framing, by direction: from the client or from the backend."},
    {"wayside_build_info", kInfo, "Which build this is; the value is always 1."},
    {"wayside_routes", kGauge, "Route templates in the configuration."},
    {"wayside_series", kGauge,
     "Series of endpoints that exist, as the series budget counts them: under one naming."},
    {"wayside_series_limit", kGauge, "The series budget: as many series of endpoints as there may be."},
    {"wayside_series_overflow_total", kCounter,
     "Exchanges whose status is counted under the endpoint overflow because the series budget had no room. "
     "Counted when the exchange ended."},
    {"wayside_access_log_dropped_total", kCounter,
     "Exchanges without a line in the access log because its reader did not keep up or is gone. Counted when "
     "the exchange ended."},
    {"wayside_log_lines_dropped_total", kCounter,
     "Lines of the log that found no room because the reader of standard error did not keep up or is gone. "
     "Counted when they were to be logged."},
    {"wayside_config_last_reload_successful", kGauge,
     "Whether the last attempt to load the configuration succeeded: 1 or 0."},
    {"wayside_config_last_reload_success_timestamp_seconds", kGauge,
     "When the configuration was last loaded successfully, in seconds since the Unix epoch."},
    {"wayside_scrape_duration_seconds", kGauge,
     "Time from this scrape's first step to the writing of this very line."},
}};

constexpr const ExchangeRows& rows_of(Naming naming) noexcept {
  switch (naming) {
    case Naming::kHttp:
      return kHttpRows;
    case Naming::kFlask:
      return kFlaskRows;
    case Naming::kOtel:
      break;
  }
  return kOtelRows;
}

struct LabelNames {
  std::string_view endpoint;
  std::string_view method;
  std::string_view status;
};

constexpr LabelNames labels_of(Naming naming) noexcept {
  if (naming == Naming::kOtel) return {"http_route", "http_request_method", "http_response_status_code"};
  return {"endpoint", "method", "http_status"};
}

constexpr std::array<std::string_view, 6> kServiceLabels = {"endpoint", "phase", "reason",
                                                            "state",    "kind",  "direction"};

std::string renamed(const std::map<std::string, std::string, std::less<>>& names, std::string_view name) {
  const auto found = names.find(name);
  return found == names.end() ? std::string(name) : found->second;
}

Family make_family(const Row& row, const Renaming& renaming) {
  return {renamed(renaming.families, row.name), row.type, row.help};
}

bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// Every name that there is to be renamed.
struct KnownNames {
  std::vector<const Row*> families;
  std::vector<std::vector<std::string_view>> label_groups;  // those that stand together on a series
};

KnownNames known_names(std::span<const Naming> namings, std::span<const std::string> extra_labels) {
  KnownNames known;
  for (const Naming naming : namings) {
    for (const Row& row : rows_of(naming)) {
      if (!row.name.empty()) known.families.push_back(&row);
    }
    const LabelNames labels = labels_of(naming);
    auto& group = known.label_groups.emplace_back(
        std::initializer_list<std::string_view>{labels.endpoint, labels.method, labels.status});
    group.insert(group.end(), extra_labels.begin(), extra_labels.end());
  }
  for (const Row& row : kServiceRows)
    known.families.push_back(&row);
  known.label_groups.emplace_back(kServiceLabels.begin(), kServiceLabels.end());
  return known;
}

void check_new_name(std::string_view name, std::vector<std::string>& mistakes) {
  if (!is_valid_name(name)) {
    mistakes.push_back("expected a name of letters, digits and underscores, found " + quoted(name));
  }
}

// All that a family of that name and type is called, and its samples, in either format.
std::vector<std::string> names_in_either_format(const std::string& name, FamilyType type) {
  constexpr std::string_view kTotal = "_total";
  constexpr std::string_view kInfoSuffix = "_info";
  switch (type) {
    case kCounter: {
      const std::string base = name.ends_with(kTotal) ? name.substr(0, name.size() - kTotal.size()) : name;
      return {base, base + "_total", base + "_created"};
    }
    case kHistogram:
      return {name, name + "_bucket", name + "_count", name + "_sum", name + "_created"};
    case kInfo:
      return {name, name.substr(0, name.size() - kInfoSuffix.size())};
    case kGauge:
      break;
  }
  return {name};
}

void check_new_family(const Row& row, const std::string& name, std::vector<std::string>& mistakes) {
  check_new_name(name, mistakes);
  if (name.starts_with("process_")) {
    mistakes.push_back("expected a name that is not the process metrics', found " + quoted(name));
  }
  if (row.type == kInfo && !name.ends_with("_info")) {
    mistakes.push_back("expected a name that ends in _info, as OpenMetrics wants it, found " + quoted(name));
  }
  if (row.type != kCounter && name.ends_with("_total")) {
    mistakes.push_back("expected a name without _total, as " + std::string(row.name) +
                       " is no counter, found " + quoted(name));
  }
}

void check_families(std::span<const Row* const> rows, const Renaming& renaming,
                    std::vector<std::string>& mistakes) {
  std::map<std::string, std::string_view> seen;
  for (const Row* row : rows) {
    const std::string new_name = renamed(renaming.families, row->name);
    if (new_name != row->name) check_new_family(*row, new_name, mistakes);
    for (const std::string& name : names_in_either_format(new_name, row->type)) {
      const auto [first, is_new] = seen.emplace(name, row->name);
      if (is_new) continue;
      mistakes.push_back("expected names that differ, found " + quoted(name) + " for both " +
                         std::string(first->second) + " and " + std::string(row->name));
      break;
    }
  }
}

template <class Names>
void check_distinct(const Names& old_names, const std::map<std::string, std::string, std::less<>>& renames,
                    std::vector<std::string>& mistakes) {
  std::map<std::string, std::string_view> seen;
  for (const std::string_view old_name : old_names) {
    const std::string new_name = renamed(renames, old_name);
    const auto [first, is_new] = seen.emplace(new_name, old_name);
    if (!is_new && first->second == old_name) {
      mistakes.push_back("expected another name for a label from a field, found " + quoted(old_name));
    } else if (!is_new) {
      mistakes.push_back("expected names that differ, found " + quoted(new_name) + " for both " +
                         std::string(first->second) + " and " + std::string(old_name));
    }
  }
}

}  // namespace

ExchangeNames::ExchangeNames(Naming naming, const Renaming& renaming)
    : other_method(naming == Naming::kOtel ? "_OTHER" : "OTHER"),
      durations_by_status(naming == Naming::kOtel) {
  std::ranges::transform(rows_of(naming), families.begin(),
                         [&](const Row& row) { return make_family(row, renaming); });
  const LabelNames labels = labels_of(naming);
  endpoint = renamed_label(labels.endpoint, renaming);
  method = renamed_label(labels.method, renaming);
  status = renamed_label(labels.status, renaming);
}

std::string_view ExchangeNames::text_of(Method its_method) const noexcept {
  return its_method == Method::unknown ? other_method : method_label(its_method);
}

ServiceNames::ServiceNames(const Renaming& renaming) {
  std::ranges::transform(kServiceRows, families.begin(),
                         [&](const Row& row) { return make_family(row, renaming); });
  endpoint = renamed_label("endpoint", renaming);
  phase = renamed_label("phase", renaming);
  reason = renamed_label("reason", renaming);
  state = renamed_label("state", renaming);
  kind = renamed_label("kind", renaming);
  direction = renamed_label("direction", renaming);
}

std::string renamed_label(std::string_view label, const Renaming& renaming) {
  return renamed(renaming.labels, label);
}

bool is_valid_name(std::string_view name) noexcept {
  return !name.empty() && is_letter(name.front()) && !name.starts_with("__") &&
         std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c); });
}

std::vector<std::string> mistakes_of(const Renaming& renaming, std::span<const Naming> namings,
                                     std::span<const std::string> extra_labels) {
  const KnownNames known = known_names(namings, extra_labels);
  std::vector<std::string> mistakes;
  for (const auto& [old_name, new_name] : renaming.families) {
    const auto has_the_name = [&, &name = old_name](const Row* row) { return row->name == name; };
    if (std::ranges::none_of(known.families, has_the_name)) {
      mistakes.push_back("expected the name of a family, found " + quoted(old_name));
    }
  }
  for (const auto& [old_name, new_name] : renaming.labels) {
    const bool is_known = std::ranges::any_of(known.label_groups, [&, &name = old_name](const auto& group) {
      return std::ranges::find(group, name) != group.end();
    });
    if (!is_known) mistakes.push_back("expected the name of a label, found " + quoted(old_name));
    check_new_name(new_name, mistakes);
    if (new_name == "le") mistakes.emplace_back("expected a name that histograms do not need, found \"le\"");
  }
  check_families(known.families, renaming, mistakes);
  for (const auto& group : known.label_groups)
    check_distinct(group, renaming.labels, mistakes);
  return mistakes;
}

}  // namespace wayside::metrics
