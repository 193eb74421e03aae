// The effective configuration as a file: every key, defaults included, so that nothing is left to be known.
#include "wayside/config/load.hpp"

#include "config/duration.hpp"
#include "config/limit_keys.hpp"
#include "config/size.hpp"
#include "config/timeout_keys.hpp"
#include "config/values.hpp"

#include <yaml-cpp/yaml.h>

#include <string>

namespace wayside::config {
namespace {

void emit_methods(YAML::Emitter& out, MethodSet methods) {
  out << YAML::Flow << YAML::BeginSeq;
  for (std::size_t i = 0; i < kMethodCount; ++i) {
    const auto method = static_cast<Method>(i);
    if (methods.contains(method)) out << std::string(to_string(method));
  }
  out << YAML::EndSeq;
}

void emit_route(YAML::Emitter& out, const routes::RouteSpec& route) {
  // Quoted, because a bare {id} or a name such as "~" would mean something else to YAML.
  out << YAML::BeginMap << YAML::Key << "path" << YAML::Value << YAML::DoubleQuoted << route.path;
  if (!route.methods.empty()) {
    out << YAML::Key << "methods" << YAML::Value;
    emit_methods(out, route.methods);
  }
  if (!route.name.empty()) out << YAML::Key << "name" << YAML::Value << YAML::DoubleQuoted << route.name;
  out << YAML::EndMap;
}

void emit_metrics(YAML::Emitter& out, const Settings& settings) {
  out << YAML::BeginMap;
  out << YAML::Key << "listen" << YAML::Value << to_string(settings.metrics_listen);
  out << YAML::Key << "naming" << YAML::Value << YAML::Flow << YAML::BeginSeq;
  for (const metrics::Naming naming : settings.namings)
    out << std::string(to_string(naming));
  out << YAML::EndSeq << YAML::EndMap;
}

void emit_timeouts(YAML::Emitter& out, const Timeouts& timeouts) {
  out << YAML::BeginMap;
  for (const TimeoutKey& key : kTimeoutKeys) {
    out << YAML::Key << std::string(key.name) << YAML::Value << to_string(timeouts.*key.member);
  }
  out << YAML::EndMap;
}

void emit_limits(YAML::Emitter& out, const http::Limits& limits) {
  out << YAML::BeginMap;
  for (const LimitKey& key : kLimitKeys) {
    const std::size_t value = limits.*key.member;
    out << YAML::Key << std::string(key.name) << YAML::Value
        << (key.is_size ? size_to_string(value) : std::to_string(value));
  }
  out << YAML::Key << "body" << YAML::Value << (limits.body ? size_to_string(*limits.body) : "none");
  out << YAML::EndMap;
}

}  // namespace

std::string to_yaml(const Settings& settings) {
  YAML::Emitter out;
  out << YAML::BeginMap;
  out << YAML::Key << "listen" << YAML::Value << to_string(settings.listen);
  out << YAML::Key << "backend" << YAML::Value << backend_to_string(settings.backend);
  out << YAML::Key << "metrics" << YAML::Value;
  emit_metrics(out, settings);
  out << YAML::Key << "workers" << YAML::Value << settings.workers;
  out << YAML::Key << "log_level" << YAML::Value << std::string(to_string(settings.log_level));
  out << YAML::Key << "timeouts" << YAML::Value;
  emit_timeouts(out, settings.timeouts);
  out << YAML::Key << "limits" << YAML::Value;
  emit_limits(out, settings.limits);
  out << YAML::Key << "max_connections" << YAML::Value
      << (settings.max_connections ? std::to_string(*settings.max_connections) : "none");
  out << YAML::Key << "via" << YAML::Value << (settings.via ? "on" : "off");
  out << YAML::Key << "client_half_close" << YAML::Value
      << std::string(to_string(settings.client_half_close));
  out << YAML::Key << "routes" << YAML::Value << YAML::BeginSeq;
  for (const routes::RouteSpec& route : settings.routes)
    emit_route(out, route);
  out << YAML::EndSeq << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
}

}  // namespace wayside::config
