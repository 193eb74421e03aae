#include "admin/live_json.hpp"

#include "wayside/base/json_writer.hpp"
#include "wayside/base/method.hpp"
#include "wayside/base/rfc3339.hpp"
#include "wayside/metrics/exposition.hpp"
#include "wayside/metrics/quantile.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>
#include <string_view>
#include <vector>

namespace wayside::admin {
namespace {

using metrics::Distribution;
using metrics::EndpointUse;
using metrics::Points;

double seconds_of(Nanoseconds time) noexcept {
  return std::chrono::duration<double>(time).count();
}

std::string text_of(std::chrono::system_clock::time_point time) {
  return std::string(Rfc3339(time, Rfc3339::Precision::kSeconds).view());
}

std::optional<Rounded> rounded(std::optional<double> number) noexcept {
  return number ? std::optional(Rounded{*number}) : std::nullopt;
}

void write_quantiles(JsonWriter& json, const Distribution& distribution) {
  json.member("p50", rounded(quantile(0.5, distribution)))
      .member("p95", rounded(quantile(0.95, distribution)))
      .member("p99", rounded(quantile(0.99, distribution)))
      .member("first_bound", metrics::first_bound(distribution));
}

void write_counts(JsonWriter& json, std::string_view name, const metrics::ProcessCounts::ByReason& counts) {
  json.key(name).begin_object();
  for (const auto& [reason, count] : counts)
    json.member(reason, count);
  json.end_object();
}

void write_slo(JsonWriter& json, const std::optional<metrics::SloUse>& slo) {
  json.key("slo");
  if (!slo) return static_cast<void>(json.null());
  // A worker counts the good one first, so a snapshot may have it alone.
  const auto good = static_cast<double>(std::min(slo->good, slo->total));
  const auto share = slo->total == 0 ? std::nullopt : std::optional(good / static_cast<double>(slo->total));
  json.begin_object()
      .member("target_seconds", seconds_of(slo->target))
      .member("attainment", rounded(share))
      .end_object();
}

void write_points(JsonWriter& json, const Points& points) {
  json.key("points");
  if (points.rates.empty()) return static_cast<void>(json.null());
  const auto write = [&json](std::string_view name, const auto& numbers) {
    json.key(name).begin_array();
    for (const std::optional<double> number : numbers)
      json.value(rounded(number));
    json.end_array();
  };
  json.begin_object();
  write("rate", points.rates);
  write("errors", points.errors);
  write("p95", points.p95);
  json.end_object();
}

// What the service and an endpoint have in common.
void write_use(JsonWriter& json, const EndpointUse& use, Nanoseconds covered) {
  constexpr std::array kClasses = {"1xx", "2xx", "3xx", "4xx", "5xx"};
  static_assert(kClasses.size() == metrics::kStatusClassCount);
  const double seconds = seconds_of(covered);
  json.member("requests", use.requests())
      .member("rate", Rounded{seconds > 0 ? static_cast<double>(use.requests()) / seconds : 0});
  json.key("status").begin_object();
  for (std::size_t i = 0; i < kClasses.size(); ++i)
    json.member(kClasses[i], use.by_class[i]);
  json.end_object()
      .member("client_aborts", use.client_aborts())
      .member("error_share", rounded(use.error_share()))
      .member("mean", rounded(mean(use.durations)));
  write_quantiles(json, use.durations);
  json.member("in_flight", use.in_flight)
      .member("streams_active", use.streams_active)
      .member("requests_total", use.requests_total);
}

std::vector<std::string_view> names_of(MethodSet methods) {
  std::vector<std::string_view> names;
  for (const Method method : kMethods) {
    if (methods.contains(method)) names.push_back(method_label(method));
  }
  return names;
}

void write_endpoint_use(JsonWriter& json, const EndpointUse& use, Nanoseconds covered,
                        const inspector::ClockReading& now) {
  json.member("label", use.label).array("methods", names_of(use.methods));
  write_use(json, use, covered);
  write_slo(json, use.slo);
  json.member("last_used", use.last_used ? std::optional(now.wall_time(*use.last_used)) : std::nullopt);
}

void write_backend(JsonWriter& json, const AdminPages& pages, const metrics::ProcessCounts& counts) {
  const std::optional<BackendOutage> outage = pages.backend_outage ? pages.backend_outage() : std::nullopt;
  json.key("backend")
      .begin_object()
      .member("address", pages.backend)
      .member("up", pages.backend_is_up ? pages.backend_is_up() : std::nullopt)
      .member("error", outage ? std::optional(outage->error) : std::nullopt)
      .member("failed_for", outage ? std::optional(Rounded{seconds_of(outage->failed_for)}) : std::nullopt);
  json.key("connections")
      .begin_object()
      .member("active", counts.backend_active)
      .member("idle", counts.backend_idle)
      .end_object()
      .member("queue", counts.backend_queue)
      .member("connects_total", counts.backend_connects)
      .member("retries_total", counts.backend_retries);
  write_counts(json, "errors_total", counts.backend_errors);
  write_counts(json, "errors", counts.backend_errors_in_window);
  json.end_object();
}

void write_process(JsonWriter& json, const metrics::ProcessCounts& counts) {
  json.key("clients")
      .begin_object()
      .member("connections", counts.client_connections)
      .member("evictions_total", counts.client_evictions)
      .end_object();
  json.key("series")
      .begin_object()
      .member("used", counts.series)
      .member("limit", counts.series_limit)
      .member("overflow_total", counts.series_overflow)
      .end_object();
  write_counts(json, "rejected_total", counts.rejected);
  write_counts(json, "rejected", counts.rejected_in_window);
}

void write_configuration(JsonWriter& json, const AdminPages& pages) {
  const metrics::ConfigurationState& state = pages.configuration;
  json.key("configuration")
      .begin_object()
      .member("routes", state.route_count)
      .member("last_reload_successful", state.last_reload_successful)
      .member("last_reload",
              state.was_reloaded ? std::optional(text_of(state.last_reload_success)) : std::nullopt)
      .member("last_reload_error",
              state.last_reload_successful ? std::nullopt : std::optional(state.last_reload_error))
      .array("warnings", pages.warnings)
      .end_object();
}

// The counts are whole: the buckets of one endpoint are never split.
void write_distribution(JsonWriter& json, const Distribution& distribution) {
  json.begin_object().array("le", distribution.bounds).key("counts").begin_array();
  for (const double count : distribution.counts)
    json.value(static_cast<std::uint64_t>(count));
  json.end_array()
      .member("sum", distribution.sum)
      .member("count", static_cast<std::uint64_t>(distribution.count()))
      .end_object();
}

void write_phase(JsonWriter& json, std::string_view name, const std::optional<Distribution>& phase) {
  json.key(name);
  if (!phase) return static_cast<void>(json.null());
  write_distribution(json, *phase);
}

void write_status(JsonWriter& json, const metrics::StatusUse& use) {
  constexpr unsigned kFirstCode = 100;
  json.begin_object().member("method", method_label(use.method));
  if (use.status >= kFirstCode) {
    json.member("status", use.status);
  } else {
    json.member("status", fmt::format("{}xx", use.status));
  }
  json.member("requests", use.requests).member("requests_total", use.requests_total).end_object();
}

void write_exemplar(JsonWriter& json, const metrics::ExemplarUse& use) {
  json.begin_object()
      .member("trace_id", fmt::format("{:016x}{:016x}", use.trace.trace_id_high, use.trace.trace_id_low))
      .member("span_id", fmt::format("{:016x}", use.trace.span_id))
      .member("seconds", use.seconds)
      .member("time", text_of(use.time))
      .member("le", use.bound)
      .end_object();
}

}  // namespace

void write_live(const AdminPages& pages, LiveWindow window, std::uint64_t since,
                const inspector::ClockReading& now, std::string& out,
                const std::function<void()>& between_pieces) {
  metrics::History& history = pages.history;
  const metrics::LiveUse use = history.live(window.ticks(), now.steady);
  JsonWriter json(out);
  json.begin_object()
      .member("time", text_of(now.wall))
      .member("started", text_of(pages.started))
      .member("version", pages.version)
      .member("tick", history.newest_tick())
      .member("tick_seconds", static_cast<std::uint64_t>(metrics::History::kTickTime.count()))
      .member("window_seconds", static_cast<std::uint64_t>(window.length.count()))
      .member("covered_seconds", Rounded{seconds_of(use.covered)})
      .array("listen", pages.listen);
  write_backend(json, pages, use.process);
  write_process(json, use.process);
  json.member("streams_active", use.service.streams_active);
  write_configuration(json, pages);
  json.key("overhead").begin_object();
  write_quantiles(json, use.overhead);
  json.end_object();
  json.key("service").begin_object();
  write_use(json, use.service, use.covered);
  write_points(json, history.points_of_service(since));
  json.end_object().key("endpoints").begin_array();
  for (const EndpointUse& each : use.endpoints) {
    if (between_pieces) between_pieces();
    json.new_line().begin_object();
    write_endpoint_use(json, each, use.covered, now);
    write_points(json, history.points_of(each.endpoint, since));
    json.end_object();
  }
  json.end_array().end_object();
  out += '\n';
}

void write_endpoint(const metrics::EndpointDetail& detail, LiveWindow window, std::string& out) {
  JsonWriter json(out);
  json.begin_object()
      .member("label", detail.label)
      .member("window_seconds", static_cast<std::uint64_t>(window.length.count()))
      .member("covered_seconds", Rounded{seconds_of(detail.covered)})
      .key("duration");
  write_distribution(json, detail.durations);
  json.key("phases").begin_object();
  write_phase(json, "queue", detail.queue);
  write_phase(json, "backend", detail.backend);
  json.end_object().key("statuses").begin_array();
  for (const metrics::StatusUse& use : detail.statuses)
    write_status(json, use);
  json.end_array()
      .key("client_aborts")
      .begin_object()
      .member("request", detail.aborts[static_cast<std::size_t>(metrics::AbortPhase::kRequest)])
      .member("waiting", detail.aborts[static_cast<std::size_t>(metrics::AbortPhase::kWaiting)])
      .member("response", detail.aborts[static_cast<std::size_t>(metrics::AbortPhase::kResponse)])
      .end_object()
      .key("bytes")
      .begin_object()
      .member("from_clients", detail.bytes_from_clients)
      .member("from_backend", detail.bytes_from_backend)
      .end_object()
      .key("exemplars")
      .begin_array();
  for (const metrics::ExemplarUse& use : detail.exemplars)
    write_exemplar(json, use);
  json.end_array().end_object();
  out += '\n';
}

}  // namespace wayside::admin
