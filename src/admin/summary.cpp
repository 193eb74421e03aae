#include "admin/summary.hpp"

#include "wayside/base/text_table.hpp"
#include "wayside/metrics/history.hpp"
#include "wayside/metrics/quantile.hpp"

#include <chrono>
#include <cstddef>
#include <fmt/format.h>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace wayside::admin {
namespace {

using metrics::EndpointUse;

constexpr std::chrono::minutes kWindow{5};
constexpr std::size_t kWindowTicks = kWindow / metrics::History::kTickTime;

constexpr std::string_view kOtherPages = R"(
Other pages:
  /metrics           the metrics, for Prometheus
  /routes            the use of each route, and paths without a route (?format=text)
  /api/v1/live       these numbers as JSON
  /-/healthy         whether the process runs
  /-/ready           whether the proxy accepts connections
)";

std::string readable(std::optional<double> seconds) {
  if (!seconds) return "-";
  if (*seconds < 1e-3) return fmt::format("{:.3g}us", *seconds * 1e6);
  if (*seconds < 1) return fmt::format("{:.3g}ms", *seconds * 1e3);
  return fmt::format("{:.3g}s", *seconds);
}

// A quantile within the first bucket may be anything down to 0.
std::string quantile_text(double q, const metrics::Distribution& durations) {
  const auto value = metrics::quantile(q, durations);
  const auto bound = metrics::first_bound(durations);
  return value && *value < *bound ? '<' + readable(bound) : readable(value);
}

std::string percent(std::optional<double> share) {
  return share ? fmt::format("{:.3g}%", *share * 100) : "-";
}

std::string rate(const EndpointUse& use, Nanoseconds covered) {
  const double seconds = std::chrono::duration<double>(covered).count();
  return fmt::format("{:.2f}", seconds > 0 ? static_cast<double>(use.requests()) / seconds : 0);
}

std::vector<std::string> heads() {
  return {"RATE/S", "ERRORS", "P50", "P95", "P99", "IN FLIGHT"};
}

std::vector<std::string> cells(const EndpointUse& use, Nanoseconds covered) {
  return {rate(use, covered),
          percent(use.error_share()),
          quantile_text(0.5, use.durations),
          quantile_text(0.95, use.durations),
          quantile_text(0.99, use.durations),
          fmt::to_string(use.in_flight)};
}

std::string_view word_for(std::optional<bool> is_up) noexcept {
  if (!is_up) return "not asked yet";
  return *is_up ? "up" : "down";
}

void write_service(const AdminPages& pages, const metrics::LiveUse& use, std::string& out) {
  const auto is_up = pages.backend_is_up ? pages.backend_is_up() : std::nullopt;
  const auto numbers = cells(use.service, use.covered);
  fmt::format_to(std::back_inserter(out), "wayside {}: {} -> {} ({})\n", printable(pages.version),
                 printable(fmt::to_string(fmt::join(pages.listen, ", "))), printable(pages.backend),
                 word_for(is_up));
  fmt::format_to(std::back_inserter(out),
                 "The last {:.0f} s: {} requests/s, {} of them errors; p50 {}, p95 {}, p99 {}; "
                 "now {} in flight and {} streams\n\n",
                 std::chrono::duration<double>(use.covered).count(), numbers[0], numbers[1], numbers[2],
                 numbers[3], numbers[4], numbers[5], use.service.streams_active);
}

}  // namespace

void write_summary(const AdminPages& pages, const inspector::ClockReading& now, std::string& out) {
  const metrics::LiveUse use = pages.history.live(kWindowTicks, now.steady);
  write_service(pages, use, out);
  TextTable table{heads(), {}};
  table.heads.emplace_back("ENDPOINT");
  table.rows.reserve(use.endpoints.size());
  for (const EndpointUse& each : use.endpoints)
    table.rows.emplace_back(cells(each, use.covered)).emplace_back(each.label);
  append_text(table, out);
  out += kOtherPages;
}

inspector::FurtherColumns live_columns(metrics::History& history, TimePoint now) {
  const metrics::LiveUse use = history.live(kWindowTicks, now);
  inspector::FurtherColumns columns{heads(), {}};
  for (const EndpointUse& each : use.endpoints)
    columns.cells.emplace(each.label, cells(each, use.covered));
  return columns;
}

}  // namespace wayside::admin
