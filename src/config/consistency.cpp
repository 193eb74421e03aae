#include "config/consistency.hpp"

#include "wayside/base/quote.hpp"
#include "wayside/metrics/registry.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

namespace wayside::config {
namespace {

bool is_any(std::string_view host) noexcept {
  return host == "0.0.0.0" || host == "::";
}

bool is_this_machine(std::string_view host) noexcept {
  return is_any(host) || host == "localhost" || host == "::1" || host.starts_with("127.");
}

// Whether a connection to `target` arrives at `listener`, as far as the text tells.
bool arrives_at(const Address& target, const Address& listener) noexcept {
  if (target.is_unix() || target.port != listener.port || target.port == 0) return false;
  return target.host == listener.host || (is_this_machine(target.host) && is_any(listener.host));
}

// What the names and the number of series depend on is spread over the settings.
void append_measurement_mistakes(const Settings& settings, std::vector<std::string>& lines) {
  const Measurement& measurement = settings.measurement;
  const bool by_status = durations_by_status(settings);
  const std::size_t least = metrics::least_max_series(measurement.defaults, by_status);
  if (measurement.max_series < least) {
    lines.push_back("metrics.max_series: expected at least " + std::to_string(least) +
                    " with these namings, buckets and histograms, found " +
                    std::to_string(measurement.max_series));
  }
  std::vector<std::string> label_names;
  for (const HeaderLabel& label : measurement.labels) {
    label_names.push_back(label.label.name);
    if (!metrics::is_valid_name(label.label.name) || label.label.name == "le") {
      lines.push_back("metrics.labels: expected the name of a label, found " + quoted(label.label.name));
    }
  }
  for (const std::string& mistake :
       metrics::mistakes_of(measurement.renaming, settings.namings, label_names)) {
    lines.push_back("metrics: " + mistake);
  }
}

// A label has one histogram, whatever route it comes from.
void append_twins_that_differ(const Settings& settings, std::vector<std::string>& lines) {
  std::map<std::string_view, const routes::RouteSpec*> first_of_label;
  for (const routes::RouteSpec& route : settings.routes) {
    if (route.is_excluded) continue;
    const std::string_view label = route.name.empty() ? route.path : route.name;
    const routes::RouteSpec& first = *first_of_label.emplace(label, &route).first->second;
    if (endpoint_options(settings.measurement, first) == endpoint_options(settings.measurement, route)) {
      continue;
    }
    lines.push_back(place_of(settings, route) + "expected the buckets, histograms and slo of line " +
                    std::to_string(first.line) + ", which is counted under the same name " + quoted(label) +
                    ", found others: make them equal, or give one of the routes a name");
  }
}

}  // namespace

std::string place_of(const Settings& settings, const routes::RouteSpec& route) {
  const std::string& file = route.file.empty() ? settings.file : route.file;
  return file + ":" + std::to_string(route.line) + ": routes: ";
}

std::optional<std::string> series_hint(const Settings& settings) {
  const Measurement& measurement = settings.measurement;
  const bool by_status = durations_by_status(settings);
  // What has no route is an endpoint too.
  std::size_t needed = metrics::least_max_series(measurement.defaults, by_status) +
                       metrics::guaranteed_series(measurement.defaults, by_status);
  std::set<std::string_view> labels;
  for (const routes::RouteSpec& route : settings.routes) {
    const std::string_view label = route.name.empty() ? route.path : route.name;
    if (route.is_excluded || !labels.insert(label).second) continue;
    needed += metrics::guaranteed_series(endpoint_options(measurement, route), by_status);
  }
  if (needed <= measurement.max_series) return std::nullopt;
  return "metrics.max_series: expected at least " + std::to_string(needed) + " for " +
         std::to_string(labels.size()) + " routes, found " + std::to_string(measurement.max_series) +
         ": some will be counted as " + std::string(metrics::kOverflowLabel);
}

std::vector<std::string> inconsistencies(const Settings& settings, Action action) {
  std::vector<std::string> lines;
  const std::string metrics = quoted(to_string(settings.metrics_listen));
  if (settings.listen.port != 0 && settings.listen == settings.metrics_listen) {
    lines.push_back("metrics.listen: expected another address than listen, found " + metrics + " for both");
  }
  if (action != Action::kDemo && arrives_at(settings.backend, settings.listen)) {
    lines.push_back("backend: expected another service, found " + quoted(to_string(settings.backend)) +
                    ", where wayside itself listens");
  }
  append_measurement_mistakes(settings, lines);
  append_twins_that_differ(settings, lines);
  return lines;
}

}  // namespace wayside::config
