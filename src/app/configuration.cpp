#include "app/configuration.hpp"

#include "wayside/config/difference.hpp"

#include <chrono>
#include <cstddef>
#include <fmt/format.h>
#include <stdexcept>
#include <utility>

namespace wayside::app {
namespace {

constexpr std::string_view kOnlyRoutes =
    "only routes were reloaded: restart for the other changes to take effect";

std::string line_of(std::string_view message, const LogField& field) {
  return fmt::format("{} ({}: {})", message, field.key, field.value);
}

LogField settings_field(const std::vector<std::string_view>& keys) {
  return {"settings", fmt::to_string(fmt::join(keys, ", "))};
}

// Whether labels are paths as clients sent them.
bool labels_are_paths(const config::Settings& settings) noexcept {
  return settings.unmatched_policy() == routes::UnmatchedPolicy::kPath;
}

}  // namespace

admin::Access access_of(const config::Settings& settings) {
  admin::Access access;
  for (const config::WebConfig::User& user : settings.web.users)
    access.users.push_back({user.name, user.hash});
  for (const config::WebConfig::Field& field : settings.web.fields)
    access.fields.push_back({field.name, field.value});
  access.probes_are_open = settings.probes == config::Probes::kOpen;
  return access;
}

Configuration::Configuration(const config::Settings& settings, std::vector<std::string> hints,
                             Telemetry& telemetry, Certificates& certificates, const Logger& log)
    : settings_(settings),
      telemetry_(telemetry),
      certificates_(certificates),
      log_(log),
      binder_(telemetry.registry(), settings.workers, settings.inspector_examples),
      warnings_(std::move(hints)),
      state_{settings.routes.size(), true, std::chrono::system_clock::now()} {}

std::vector<std::unique_ptr<const proxy::Routing>> Configuration::begin() {
  RoutingUpdate update = bind(settings_, warnings_);
  if (labels_are_paths(settings_)) telemetry_.hide_paths_in_history();
  binder_.put_in_force(update);
  inspector().show(std::move(update.shown));
  telemetry_.exposition().set_configuration(state_);
  warn_of_lacking_series();
  return std::move(update.of_worker);
}

Prepared Configuration::prepare(config::Invocation next) {
  auto certificates = certificates_.read({next.settings.listen, next.settings.web.tls});
  if (!certificates) throw std::runtime_error(certificates.error().message);
  std::vector<std::string> lines = std::move(next.hints);
  const std::vector<std::string_view> keys = config::keys_that_need_restart(settings_, next.settings);
  // The buckets of new routes are those of the others, so that a sum over endpoints is one histogram.
  next.settings.measurement = settings_.measurement;
  RoutingUpdate routing = bind(next.settings, lines);
  if (!keys.empty()) lines.push_back(line_of(kOnlyRoutes, settings_field(keys)));
  return {.routing = std::move(routing),
          .certificates = *std::move(certificates),
          .access = access_of(next.settings),
          .route_count = next.settings.routes.size(),
          .warnings = std::move(lines),
          .needs_restart = keys,
          .labels_are_paths = labels_are_paths(next.settings)};
}

// Adds the lines of the log to `lines`.
RoutingUpdate Configuration::bind(const config::Settings& next, std::vector<std::string>& lines) {
  RoutingUpdate update = binder_.prepare(next);
  for (const std::string& label : update.measured_otherwise) {
    warn(lines, "buckets, histograms and slo of a known endpoint are fixed: restart to change them",
         {"endpoint", label});
  }
  return update;
}

void Configuration::warn_of_lacking_series() {
  if (const std::size_t lacking = telemetry_.registry().lacking_series(); lacking != 0) {
    warn(warnings_, "metrics.max_series has no room for all routes: some are counted as \"overflow\"",
         {"lacking", std::to_string(lacking)});
  }
}

void Configuration::warn(std::vector<std::string>& lines, std::string_view message, LogField field) const {
  lines.push_back(line_of(message, field));
  log_.warn(message, {std::move(field)});
}

Checked<void, std::string> Configuration::finish(Reloader::Outcome& outcome,
                                                 const std::vector<std::unique_ptr<proxy::Worker>>& workers) {
  reload_succeeded_ = outcome.has_value();
  if (reload_succeeded_) certificates_are_good_ = true;  // the reload has read them
  state_.last_reload_successful = reload_succeeded_ && certificates_are_good_;
  if (outcome.has_error()) return refuse(outcome.error());
  put_in_force(*outcome, workers);
  return {};
}

std::string Configuration::refuse(const config::Errors& errors) {
  std::string first = errors.lines.empty() ? "memory ran out" : errors.lines.front();
  state_.last_reload_error = first;
  telemetry_.exposition().set_configuration(state_);
  log_.error("reload failed, the old configuration stays in force",
             {{"error", first}, {"errors", std::to_string(errors.lines.size())}});
  return first;
}

void Configuration::note_certificates(const Checked<void, tls::LoadError>& result) {
  certificates_are_good_ = result.has_value();
  state_.last_reload_successful = reload_succeeded_ && certificates_are_good_;
  if (result.has_error()) {
    state_.last_reload_error = result.error().message;
    log_.error("changed certificates cannot be used, the old ones stay in force",
               {{"error", result.error().message}});
  } else {
    log_.info("certificates were read again");
  }
  telemetry_.exposition().set_configuration(state_);
}

// What takes memory comes last: where that runs out, a line is missing.
void Configuration::put_in_force(Prepared& next, const std::vector<std::unique_ptr<proxy::Worker>>& workers) {
  if (next.labels_are_paths) telemetry_.hide_paths_in_history();
  for (std::size_t i = 0; i < workers.size(); ++i)
    workers[i]->use_routing(std::move(next.routing.of_worker[i]));
  certificates_.use(std::move(next.certificates));
  binder_.put_in_force(next.routing);
  next.routing.shown = inspector().show(std::move(next.routing.shown));
  warnings_.swap(next.warnings);
  state_.route_count = next.route_count;
  state_.last_reload_success = std::chrono::system_clock::now();
  state_.was_reloaded = true;
  telemetry_.exposition().set_configuration(state_);
  warn_of_lacking_series();
  log_.info("reloaded", {{"routes", std::to_string(next.route_count)}});
  if (!next.needs_restart.empty()) log_.warn(kOnlyRoutes, {settings_field(next.needs_restart)});
}

}  // namespace wayside::app
