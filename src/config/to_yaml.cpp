// The effective configuration as a file: every key, defaults included, so that nothing is left to be known.
#include "wayside/config/load.hpp"

#include "config/duration.hpp"
#include "config/limit_keys.hpp"
#include "config/measurement_values.hpp"
#include "config/size.hpp"
#include "config/timeout_keys.hpp"
#include "config/values.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace wayside::config {
namespace {

void emit_methods(YAML::Emitter& out, MethodSet methods) {
  out << YAML::Flow << YAML::BeginSeq;
  for (const Method method : kMethods) {
    if (methods.contains(method)) out << std::string(method_label(method));
  }
  out << YAML::EndSeq;
}

// As few digits as yield the same number again.
std::string shortest(double number) {
  std::array<char, 32> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() ? std::string(text.data(), end) : std::to_string(number);
}

void emit_histograms(YAML::Emitter& out, metrics::ExtraHistogramSet histograms) {
  out << YAML::Key << "histograms" << YAML::Value << YAML::Flow << YAML::BeginSeq;
  for (std::size_t i = 0; i < metrics::kExtraHistogramCount; ++i) {
    const auto histogram = static_cast<metrics::ExtraHistogram>(i);
    if (histograms.contains(histogram)) out << std::string(to_string(histogram));
  }
  out << YAML::EndSeq;
}

void emit_buckets(YAML::Emitter& out, const metrics::Buckets& buckets) {
  out << YAML::Key << "buckets" << YAML::Value << YAML::Flow << YAML::BeginSeq;
  for (const std::int64_t bound : buckets.bounds())
    out << shortest(buckets.exposed(static_cast<double>(bound)));
  out << YAML::EndSeq;
}

void emit_names(YAML::Emitter& out, const char* key,
                const std::map<std::string, std::string, std::less<>>& names) {
  out << YAML::Key << key << YAML::Value << YAML::BeginMap;
  for (const auto& [old_name, new_name] : names)
    out << YAML::Key << old_name << YAML::Value << new_name;
  out << YAML::EndMap;
}

void emit_measurement(YAML::Emitter& out, const Measurement& measurement) {
  emit_buckets(out, measurement.defaults.buckets);
  emit_histograms(out, measurement.defaults.extras);
  out << YAML::Key << "max_series" << YAML::Value << measurement.max_series;
  if (!measurement.route_header.empty()) {
    out << YAML::Key << "route_header" << YAML::Value << YAML::DoubleQuoted << measurement.route_header;
  }
  out << YAML::Key << "labels" << YAML::Value << YAML::BeginMap;
  for (const HeaderLabel& label : measurement.labels) {
    out << YAML::Key << label.label.name << YAML::Value << YAML::BeginMap;
    out << YAML::Key << "header" << YAML::Value << YAML::DoubleQuoted << label.header;
    out << YAML::Key << "values" << YAML::Value << YAML::Flow << YAML::BeginSeq;
    for (const std::string& value : label.label.values)
      out << YAML::DoubleQuoted << value;
    out << YAML::EndSeq << YAML::Key << "other" << YAML::Value << YAML::DoubleQuoted << label.label.other;
    out << YAML::EndMap;
  }
  out << YAML::EndMap;
  out << YAML::Key << "rename" << YAML::Value << YAML::BeginMap;
  emit_names(out, "families", measurement.renaming.families);
  emit_names(out, "labels", measurement.renaming.labels);
  out << YAML::EndMap;
}

// One route, or those of one group, which have all but their templates in common.
void emit_route(YAML::Emitter& out, std::span<const routes::RouteSpec> group) {
  const routes::RouteSpec& route = group.front();
  out << YAML::BeginMap;
  // Quoted, because a bare {id} or a name such as "~" would mean something else to YAML.
  if (route.group == 0) {
    out << YAML::Key << "path" << YAML::Value << YAML::DoubleQuoted << route.path;
  } else {
    out << YAML::Key << "group" << YAML::Value << YAML::Flow << YAML::BeginSeq;
    for (const routes::RouteSpec& each : group)
      out << YAML::DoubleQuoted << each.path;
    out << YAML::EndSeq;
  }
  if (!route.methods.empty()) {
    out << YAML::Key << "methods" << YAML::Value;
    emit_methods(out, route.methods);
  }
  if (!route.name.empty()) out << YAML::Key << "name" << YAML::Value << YAML::DoubleQuoted << route.name;
  if (!route.buckets.empty()) {
    out << YAML::Key << "buckets" << YAML::Value << YAML::Flow << YAML::BeginSeq;
    for (const double bound : route.buckets)
      out << shortest(bound);
    out << YAML::EndSeq;
  }
  if (route.histograms) {
    out << YAML::Key << "histograms" << YAML::Value << YAML::Flow << *route.histograms;
  }
  if (route.slo) out << YAML::Key << "slo" << YAML::Value << to_string(*route.slo);
  if (route.is_excluded) out << YAML::Key << "exclude" << YAML::Value << true;
  out << YAML::EndMap;
}

// Those of the OpenAPI document are left out: they come with it again.
void emit_routes(YAML::Emitter& out, std::span<const routes::RouteSpec> routes) {
  out << YAML::BeginSeq;
  while (!routes.empty()) {
    const auto ends_group = [&](const routes::RouteSpec& other) {
      return other.group == 0 || other.group != routes.front().group;
    };
    const auto end = std::find_if(routes.begin() + 1, routes.end(), ends_group);
    const auto size = static_cast<std::size_t>(end - routes.begin());
    if (routes.front().file.empty()) emit_route(out, routes.first(size));
    routes = routes.subspan(size);
  }
  out << YAML::EndSeq;
}

void emit_metrics(YAML::Emitter& out, const Settings& settings) {
  out << YAML::BeginMap;
  out << YAML::Key << "listen" << YAML::Value << to_string(settings.metrics_listen);
  out << YAML::Key << "naming" << YAML::Value << YAML::Flow << YAML::BeginSeq;
  for (const metrics::Naming naming : settings.namings)
    out << std::string(to_string(naming));
  out << YAML::EndSeq;
  out << YAML::Key << "enable_lifecycle" << YAML::Value << settings.enable_lifecycle;
  emit_measurement(out, settings.measurement);
  out << YAML::EndMap;
}

void emit_backend(YAML::Emitter& out, const Settings& settings) {
  const BackendLimits& limits = settings.backend_limits;
  out << YAML::BeginMap;
  out << YAML::Key << "url" << YAML::Value << backend_to_string(settings.backend);
  out << YAML::Key << "max_connections" << YAML::Value
      << (limits.max_connections ? std::to_string(*limits.max_connections) : "none");
  out << YAML::Key << "max_queue" << YAML::Value << limits.max_queue;
  out << YAML::EndMap;
}

void emit_request_body(YAML::Emitter& out, const RequestBody& body) {
  const auto size_or_off = [](std::size_t bytes) { return bytes == 0 ? "off" : size_to_string(bytes); };
  out << YAML::BeginMap;
  out << YAML::Key << "buffer" << YAML::Value << size_or_off(body.buffer);
  out << YAML::Key << "min_rate" << YAML::Value << size_or_off(body.min_rate);
  out << YAML::EndMap;
}

void emit_timeouts(YAML::Emitter& out, const Timeouts& timeouts) {
  out << YAML::BeginMap;
  for (const TimeoutKey& key : kTimeoutKeys) {
    out << YAML::Key << std::string(key.name) << YAML::Value << to_string(timeouts.*key.member);
  }
  out << YAML::EndMap;
}

template <class Limits>
void emit_limit(YAML::Emitter& out, const LimitKey<Limits>& key, const Limits& limits) {
  const std::size_t value = limits.*key.member;
  out << YAML::Key << std::string(key.name) << YAML::Value
      << (key.is_size ? size_to_string(value) : std::to_string(value));
}

void emit_limits(YAML::Emitter& out, const Settings& settings) {
  const http::Limits& limits = settings.limits;
  out << YAML::BeginMap;
  for (const auto& key : kLimitKeys)
    emit_limit(out, key, limits);
  out << YAML::Key << "body" << YAML::Value << (limits.body ? size_to_string(*limits.body) : "none");
  for (const auto& key : kRouteLimitKeys)
    emit_limit(out, key, settings.route_limits);
  out << YAML::EndMap;
}

}  // namespace

std::string to_yaml(const Settings& settings) {
  YAML::Emitter out;
  out << YAML::BeginMap;
  out << YAML::Key << "listen" << YAML::Value << to_string(settings.listen);
  out << YAML::Key << "backend" << YAML::Value;
  emit_backend(out, settings);
  out << YAML::Key << "metrics" << YAML::Value;
  emit_metrics(out, settings);
  out << YAML::Key << "workers" << YAML::Value << settings.workers;
  out << YAML::Key << "log_level" << YAML::Value << std::string(to_string(settings.log_level));
  out << YAML::Key << "access_log" << YAML::Value << std::string(to_string(settings.access_log));
  out << YAML::Key << "inspector" << YAML::Value << YAML::BeginMap;
  out << YAML::Key << "examples" << YAML::Value << (settings.inspector_examples ? "on" : "off");
  out << YAML::EndMap;
  out << YAML::Key << "timeouts" << YAML::Value;
  emit_timeouts(out, settings.timeouts);
  out << YAML::Key << "limits" << YAML::Value;
  emit_limits(out, settings);
  out << YAML::Key << "request_body" << YAML::Value;
  emit_request_body(out, settings.request_body);
  out << YAML::Key << "max_connections" << YAML::Value
      << (settings.max_connections ? std::to_string(*settings.max_connections) : "none");
  out << YAML::Key << "reuse_port" << YAML::Value << settings.reuse_port;
  out << YAML::Key << "via" << YAML::Value << (settings.via ? "on" : "off");
  out << YAML::Key << "client_half_close" << YAML::Value
      << std::string(to_string(settings.client_half_close));
  if (!settings.openapi.empty()) {
    out << YAML::Key << "openapi" << YAML::Value << std::filesystem::absolute(settings.openapi).string();
  }
  out << YAML::Key << "unmatched" << YAML::Value << std::string(to_string(settings.unmatched_mode()));
  out << YAML::Key << "trailing_slash" << YAML::Value
      << (settings.matching.trailing_slash_matters ? "strict" : "ignore");
  out << YAML::Key << "ignore_case" << YAML::Value << settings.matching.ignores_case;
  out << YAML::Key << "routes" << YAML::Value;
  emit_routes(out, settings.routes);
  out << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
}

}  // namespace wayside::config
