#include "app/telemetry.hpp"

#include "wayside/app/version.hpp"
#include "wayside/base/address.hpp"
#include "wayside/proxy/reasons.hpp"
#include "wayside/routes/route_table.hpp"
#include "wayside/tls/error.hpp"

#include <algorithm>
#include <utility>

namespace wayside::app {
namespace {

metrics::RegistryOptions registry_options(const config::Settings& settings) {
  std::vector<metrics::ExtraLabel> extra_labels;
  for (const config::HeaderLabel& label : settings.measurement.labels)
    extra_labels.push_back(label.label);
  std::vector<metrics::ListedValues> values = {
      {"wayside_backend_errors_total", proxy::backend_error_reasons()},
      {"wayside_rejected_requests_total", proxy::rejection_reasons()}};
  const std::vector<std::string> results(tls::kHandshakeResults.begin(), tls::kHandshakeResults.end());
  const auto speaks_tls = [](const config::ListenSpec& spec) { return spec.tls.has_value(); };
  if (std::ranges::any_of(settings.listen, speaks_tls))
    values.push_back({"wayside_tls_handshakes_total", results});
  if (settings.backend.is_https) values.push_back({"wayside_backend_tls_handshakes_total", results});
  return {.shard_count = settings.workers,
          .max_series = settings.measurement.max_series,
          .otel_detail = config::exposes_otel(settings),
          .native_histograms = settings.measurement.native_histograms,
          .dynamic = settings.measurement.defaults,
          .extra_labels = std::move(extra_labels),
          .label_values = std::move(values),
          .zero_series = config::shows_zeros(settings)};
}

}  // namespace

Telemetry::Telemetry(const config::Settings& settings, Sources sources)
    : settings_(settings),
      sources_(std::move(sources)),
      registry_(registry_options(settings)),
      exposition_(registry_, {settings.namings, settings.measurement.renaming, std::string(kVersion),
                              std::string(kRevision), sources_.log_lines_dropped, sources_.backend_is_up,
                              sources_.certificate_expiries}),
      unmatched_endpoint_(registry_.intern(routes::kUnmatchedLabel, settings.measurement.defaults)) {}

admin::AdminPages Telemetry::pages(PageContents contents) {
  return {.exposition = exposition_,
          .why_unready = std::move(contents.why_unready),
          .inspector = contents.inspector,
          .reload = std::move(contents.reload),
          .version = std::string(kVersion),
          .listen = std::move(contents.listen),
          .backend = backend_text(settings_.backend),
          .history = history_,
          .configuration = contents.configuration,
          .warnings = contents.warnings,
          .started = started_,
          .backend_is_up = sources_.backend_is_up,
          .backend_outage = sources_.backend_outage,
          .shows_page = settings_.expose.page,
          .shows_routes = settings_.expose.routes};
}

void Telemetry::hide_paths_in_history() noexcept {
  if (!settings_.inspector_examples) history_.hide_dynamic_endpoints_in(unmatched_endpoint_);
}

}  // namespace wayside::app
