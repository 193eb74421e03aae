#include "wayside/metrics/exposition.hpp"

#include "metrics/label_value.hpp"
#include "metrics/process_metrics.hpp"
#include "metrics/text_writer.hpp"

#include <utility>

namespace wayside::metrics {

// One naming: what its families are called and how they explain themselves.
struct Exposition::FamilyNames {
  std::string_view requests;
  std::string_view requests_help;
  std::string_view duration;
  std::string_view duration_help;
  std::string_view in_flight;  // empty: this naming has no such family
  std::string_view in_flight_help;
};

namespace {

constexpr double kNanosecondsPerSecond = 1e9;

#if defined(__clang__)
constexpr std::string_view kCompiler = "clang " __clang_version__;
#else
constexpr std::string_view kCompiler = "gcc " __VERSION__;
#endif

}  // namespace

const Exposition::FamilyNames& Exposition::names_of(Naming naming) {
  static constexpr FamilyNames kHttpNames = {
      .requests = "http_requests_total",
      .requests_help =
          "Requests that ended, by the status of the response. 499: the client left before the "
          "response was complete.",
      .duration = "http_request_duration_seconds",
      .duration_help =
          "Time from the request head being complete to the last byte of the response being "
          "accepted by the client's socket.",
      .in_flight = "http_requests_in_flight",
      .in_flight_help = "Requests whose head is complete and that have not ended.",
  };
  // What the Python extension flask_prometheus prints, letter for letter.
  static constexpr FamilyNames kFlaskNames = {
      .requests = "flask_request_count",
      .requests_help = "Flask Request Count",
      .duration = "flask_request_latency_seconds",
      .duration_help = "Flask Request Latency",
      .in_flight = {},
      .in_flight_help = {},
  };
  return naming == Naming::kFlask ? kFlaskNames : kHttpNames;
}

Exposition::Exposition(const Registry& registry, ExpositionOptions options)
    : registry_(registry),
      options_(std::move(options)),
      process_metrics_(std::make_unique<const ProcessMetrics>()) {
  for (LabelIndex label = 0; label < registry_.label_count(); ++label) {
    endpoint_labels_.push_back("endpoint=\"" + escaped_label_value(registry_.label(label)) + '"');
  }
  for (const Nanoseconds bound : registry_.buckets().bounds()) {
    // A division is rounded once, so 5,000,000 ns is the double nearest to 0.005 and prints as such.
    append_value(bound_values_.emplace_back(), static_cast<double>(bound.count()) / kNanosecondsPerSecond);
  }
  bound_values_.emplace_back("+Inf");
}

Exposition::~Exposition() = default;

void Exposition::render(std::string& out) {
  registry_.snapshot(snapshot_);
  TextWriter writer(out);
  for (const Naming naming : options_.namings) {
    const FamilyNames& names = names_of(naming);
    write_counts(names, writer);
    write_durations(names, writer);
    if (!names.in_flight.empty()) {
      writer.family(names.in_flight, FamilyType::kGauge, names.in_flight_help);
      writer.sample({names.in_flight}, static_cast<double>(snapshot_.in_flight));
    }
  }
  write_build_info(writer);
  process_metrics_->write(writer);
}

void Exposition::write_counts(const FamilyNames& names, TextWriter& writer) const {
  writer.family(names.requests, FamilyType::kCounter, names.requests_help);
  for (const CountSample& sample : snapshot_.counts) {
    const std::string status = std::to_string(sample.status);  // three digits: no allocation
    writer.sample({names.requests, "{", endpoint_labels_[sample.label], ",http_status=\"", status,
                   "\",method=\"", to_string(sample.method), "\"}"},
                  sample.count);
  }
}

void Exposition::write_durations(const FamilyNames& names, TextWriter& writer) {
  writer.family(names.duration, FamilyType::kHistogram, names.duration_help);
  auto bucket_count = snapshot_.bucket_counts.begin();
  for (const DurationSample& sample : snapshot_.durations) {
    const std::string_view endpoint = endpoint_labels_[sample.label];
    const std::string_view method = to_string(sample.method);
    bucket_head_.assign(names.duration).append("_bucket{").append(endpoint).append(",le=\"");
    bucket_tail_.assign("\",method=\"").append(method).append("\"}");
    std::uint64_t cumulated = 0;
    for (const std::string& bound : bound_values_) {
      cumulated += *bucket_count++;
      writer.sample({bucket_head_, bound, bucket_tail_}, cumulated);
    }
    const auto summary = [&](std::string_view suffix, auto value) {
      writer.sample({names.duration, suffix, "{", endpoint, ",method=\"", method, "\"}"}, value);
    };
    summary("_count", cumulated);
    summary("_sum", static_cast<double>(sample.sum_ns) / kNanosecondsPerSecond);
  }
}

void Exposition::write_build_info(TextWriter& writer) const {
  writer.family("wayside_build_info", FamilyType::kGauge, "Which build this is; the value is always 1.");
  const std::string compiler = escaped_label_value(kCompiler);
  const std::string revision = escaped_label_value(valid_utf8(options_.revision));
  const std::string version = escaped_label_value(valid_utf8(options_.version));
  writer.sample({"wayside_build_info{compiler=\"", compiler, "\",revision=\"",
                 revision.empty() ? std::string_view("unknown") : std::string_view(revision), "\",version=\"",
                 version, "\"}"},
                1.0);
}

}  // namespace wayside::metrics
