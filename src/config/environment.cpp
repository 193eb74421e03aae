#include "config/environment.hpp"

#include "wayside/base/text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace wayside::config {
namespace {

constexpr std::string_view kPrefix = "WAYSIDE_";

bool skip(std::string_view& text, std::string_view prefix) noexcept {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool skip_digits(std::string_view& text) noexcept {
  const std::string_view before = text;
  while (!text.empty() && is_digit(text.front()))
    text.remove_prefix(1);
  return text.size() < before.size();
}

bool is_name_of_a_variable(std::string_view text) noexcept {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_'; });
}

// SERVICE_HOST, SERVICE_PORT, SERVICE_PORT_<NAME>
bool is_service_variable(std::string_view name) noexcept {
  if (!skip(name, "SERVICE_")) return false;
  if (name == "HOST" || name == "PORT") return true;
  return skip(name, "PORT_") && is_name_of_a_variable(name);
}

// PORT, PORT_<NUMBER>_<PROTOCOL>, PORT_<NUMBER>_<PROTOCOL>_{PROTO,PORT,ADDR}
bool is_link_variable(std::string_view name) noexcept {
  if (!skip(name, "PORT")) return false;
  if (name.empty()) return true;
  if (!skip(name, "_") || !skip_digits(name)) return false;
  if (!skip(name, "_TCP") && !skip(name, "_UDP") && !skip(name, "_SCTP")) return false;
  return name.empty() || name == "_PROTO" || name == "_PORT" || name == "_ADDR";
}

// kubernetes.io, "Environment variables" of a service, in both forms ({NAME}_SERVICE_HOST, and Docker's
// links). The name of the service is WAYSIDE, or WAYSIDE_ and more words.
bool is_set_by_kubernetes(std::string_view name) noexcept {
  name.remove_prefix(kPrefix.size());
  if (!is_name_of_a_variable(name)) return false;
  for (;;) {
    if (is_service_variable(name) || is_link_variable(name)) return true;
    const std::size_t end = name.find('_');
    if (end == name.npos) return false;
    name.remove_prefix(end + 1);
  }
}

std::string unknown_variable(std::string_view name) {
  std::vector<std::string> variables;
  for (const Setting* setting : settings_with_flag())
    variables.push_back(variable_of(*setting));
  const std::vector<std::string_view> known(variables.begin(), variables.end());
  return fmt::format("{}: {}", name, unknown_word("a known variable", name, known));
}

}  // namespace

std::vector<GivenValue> read_environment(std::span<const char* const> entries,
                                         std::vector<std::string>& errors) {
  const std::vector<const Setting*> known = settings_with_flag();
  std::vector<GivenValue> given;
  for (const std::string_view entry : entries) {
    if (!entry.starts_with(kPrefix)) continue;
    const std::string_view name = entry.substr(0, entry.find('='));
    const auto setting =
        std::ranges::find_if(known, [&](const Setting* each) { return variable_of(*each) == name; });
    if (setting != known.end()) {
      const std::string_view value = entry.substr(std::min(name.size() + 1, entry.size()));
      given.push_back({*setting, std::string(name), {std::string(value)}});
    } else if (!is_set_by_kubernetes(name)) {
      errors.push_back(unknown_variable(name));
    }
  }
  return given;
}

}  // namespace wayside::config
