#include "config/environment.hpp"

#include "config/nearest.hpp"

#include <algorithm>
#include <regex>
#include <string_view>

namespace wayside::config {
namespace {

constexpr std::string_view kPrefix = "WAYSIDE_";

// kubernetes.io, "Environment variables" of a service, in both its forms ({NAME}_SERVICE_HOST, and Docker's
// links).
bool is_set_by_kubernetes(const std::string& name) {
  static const std::regex pattern(
      "WAYSIDE_([A-Z0-9_]+_)?"
      "(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)");
  return std::regex_match(name, pattern);
}

std::string unknown_variable(const std::string& name) {
  std::vector<std::string_view> known;
  for (const Option& option : options())
    known.emplace_back(option.variable);
  return name + ": " + unknown_word("a known variable", name, known);
}

}  // namespace

std::vector<GivenOption> read_environment(std::span<const char* const> entries,
                                          std::vector<std::string>& errors) {
  std::vector<GivenOption> given;
  for (const std::string_view entry : entries) {
    if (!entry.starts_with(kPrefix)) continue;
    const std::size_t equals = std::min(entry.find('='), entry.size());
    const std::string name(entry.substr(0, equals));
    const auto option = std::ranges::find(options(), name, &Option::variable);
    if (option != options().end()) {
      given.push_back({&*option, name, {std::string(entry.substr(std::min(equals + 1, entry.size())))}});
    } else if (!is_set_by_kubernetes(name)) {
      errors.push_back(unknown_variable(name));
    }
  }
  return given;
}

}  // namespace wayside::config
