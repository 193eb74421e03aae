#include "routes/openapi_servers.hpp"

#include "wayside/base/quote.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>
#include <utility>

namespace wayside::routes {
namespace {

// Values of all variables of one URL, multiplied.
constexpr std::size_t kMaxPrefixes = 32;

// What follows scheme and authority, which may hold variables: "https://{region}.host/v1" is "/v1".
std::string_view path_of_url(std::string_view url) {
  constexpr std::string_view kSeparator = "//";
  if (const std::size_t separator = url.find(kSeparator); separator != std::string_view::npos) {
    url.remove_prefix(separator + kSeparator.size());
    url.remove_prefix(std::min(url.find('/'), url.size()));
  }
  return url.substr(0, url.find_first_of("?#"));
}

Checked<std::vector<std::string>, OpenApiError> values_of(const YAML::Node& server, const std::string& name,
                                                          const YAML::Node& url) {
  const YAML::Node variables = server["variables"];
  const YAML::Node variable = variables && variables.IsMap() ? variables[name] : YAML::Node();
  std::vector<std::string> values;
  if (variable && variable.IsMap()) {
    const YAML::Node choices = variable["enum"];
    if (choices && choices.IsSequence()) {
      for (const YAML::Node& choice : choices) {
        if (choice.IsScalar()) values.push_back(choice.Scalar());
      }
    }
    const YAML::Node standard = variable["default"];
    if (values.empty() && standard && standard.IsScalar()) values.push_back(standard.Scalar());
  }
  if (values.empty()) return openapi_error(url, "a default for the variable {" + name + "} of the server");
  return values;
}

// Every value of every variable in the place of the variable. What was put there is not looked at again: a
// value may have braces, and even name its own variable.
Checked<std::vector<std::string>, OpenApiError> expand(const YAML::Node& server, const YAML::Node& url) {
  std::vector<std::string> paths{""};
  std::string_view rest = path_of_url(url.Scalar());
  for (;;) {
    const std::size_t begin = rest.find('{');
    const std::size_t end = rest.find('}', begin == std::string_view::npos ? 0 : begin);
    const bool has_variable = begin != std::string_view::npos && end != std::string_view::npos;
    for (std::string& path : paths)
      path += rest.substr(0, has_variable ? begin : rest.size());
    if (!has_variable) break;
    const auto values = values_of(server, std::string(rest.substr(begin + 1, end - begin - 1)), url);
    if (values.has_error()) return values.error();
    if (values->size() > kMaxPrefixes || paths.size() * values->size() > kMaxPrefixes)
      return openapi_error(url, "a server URL of at most 32 paths");
    std::vector<std::string> longer;
    for (const std::string& path : paths) {
      for (const std::string& value : *values)
        longer.push_back(path + value);
    }
    paths = std::move(longer);
    rest.remove_prefix(end + 1);
  }
  for (std::string& path : paths)
    path = prefix_of_base_path(path);
  return paths;
}

}  // namespace

OpenApiError openapi_error(const YAML::Node& node, std::string_view what) {
  const YAML::Mark mark = node.Mark();  // from 0; -1 where the node has no place
  const auto from_one = [](int value) { return static_cast<std::size_t>(std::max(value, 0)) + 1; };
  std::string found = "nothing";
  if (node.IsScalar()) found = quoted(node.Scalar());
  if (node.IsSequence()) found = "a list";
  if (node.IsMap()) found = "a mapping";
  return {from_one(mark.line), from_one(mark.column), "expected " + std::string(what) + ", found " + found};
}

Checked<std::vector<std::string>, OpenApiError> prefixes_of(const YAML::Node& servers) {
  if (!servers.IsSequence()) return openapi_error(servers, "a list of servers");
  std::vector<std::string> prefixes;
  std::set<std::string> known;
  for (const YAML::Node& server : servers) {
    const YAML::Node url = server.IsMap() ? server["url"] : YAML::Node();
    if (!url || !url.IsScalar()) return openapi_error(server, "a server with a url");
    auto expanded = expand(server, url);
    if (expanded.has_error()) return expanded.error();
    for (std::string& prefix : *expanded) {
      if (known.insert(prefix).second) prefixes.push_back(std::move(prefix));
    }
  }
  if (prefixes.empty()) prefixes.emplace_back();  // no server is the server "/"
  return prefixes;
}

std::string prefix_of_base_path(std::string_view base_path) {
  while (base_path.starts_with('.'))
    base_path.remove_prefix(1);  // relative to where the document is served
  while (base_path.ends_with('/'))
    base_path.remove_suffix(1);
  if (base_path.empty()) return {};
  return (base_path.starts_with('/') ? "" : "/") + std::string(base_path);
}

}  // namespace wayside::routes
