#include "wayside/config/difference.hpp"

#include "config/setting.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <string>
#include <variant>

namespace wayside::config {
namespace {

// The keys of the routes, and of who may read the metrics listener.
constexpr auto kReloaded = std::to_array<std::string_view>(
    {"routes", "openapi", "unmatched", "dialect", "trailing_slash", "ignore_case", "limits.routes",
     "limits.openapi_size", "limits.route_memory", "metrics.web_config", "metrics.probes"});

std::string print(const StructuredValue& value, const Settings& settings) {
  YAML::Emitter out;
  value.print(settings, out);
  return out.c_str();
}

bool differs(const Setting& setting, const Settings& a, const Settings& b) {
  if (const auto* const text = std::get_if<TextValue>(&setting.value))
    return text->print(a) != text->print(b);
  if (setting.key == "listen" && differ_in_tls_alone(a.listen, b.listen)) return false;
  const auto& structured = std::get<StructuredValue>(setting.value);
  return print(structured, a) != print(structured, b);
}

}  // namespace

bool differ_in_tls_alone(const std::vector<ListenSpec>& current, const std::vector<ListenSpec>& next) {
  return std::ranges::equal(current, next, [](const ListenSpec& a, ListenSpec b) {
    if (a.tls && b.tls) b.tls = a.tls;
    return a == b;
  });
}

std::vector<std::string_view> keys_that_need_restart(const Settings& current, const Settings& next) {
  std::vector<std::string_view> keys;
  for (const Setting& setting : settings()) {
    const bool is_fixed =
        !setting.key.empty() && std::ranges::find(kReloaded, setting.key) == kReloaded.end();
    if (is_fixed && differs(setting, current, next)) keys.push_back(setting.key);
  }
  return keys;
}

}  // namespace wayside::config
