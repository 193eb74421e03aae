#include "openapi/servers.hpp"

#include "wayside/base/quote.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <utility>

namespace wayside::openapi {
namespace {

// yaml-cpp counts from 0, and gives -1 to a node that has no place in the document.
std::size_t from_one(int value) noexcept {
  return static_cast<std::size_t>(std::max(value, 0)) + 1;
}

// The most paths of one URL: the product of the numbers of its variables' values.
constexpr std::size_t kMaxPrefixes = 32;

// The path of a URL whose authority may hold variables: "https://{region}.host/v1" is "/v1".
std::string_view path_of_url(std::string_view url) {
  constexpr std::string_view kSeparator = "//";
  if (const std::size_t separator = url.find(kSeparator); separator != std::string_view::npos) {
    url.remove_prefix(separator + kSeparator.size());
    url.remove_prefix(std::min(url.find('/'), url.size()));
  }
  return url.substr(0, url.find_first_of("?#"));
}

Checked<std::vector<std::string>, DocumentError> values_of(const YAML::Node& server, const std::string& name,
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
  if (values.empty())
    return unexpected(url, fmt::format("a default for the variable {{{}}} of the server", name));
  return values;
}

// The paths of the server's URL, one for each combination of its variables' values. A value is not expanded
// again: it may have braces, and even name its own variable.
Checked<std::vector<std::string>, DocumentError> expand(const YAML::Node& server, const YAML::Node& url) {
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
      return unexpected(url, fmt::format("a server URL of at most {} paths", kMaxPrefixes));
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

std::size_t line_of(const YAML::Node& node) {
  return from_one(node.Mark().line);
}

DocumentError error_at(const YAML::Mark& mark, std::string message) {
  return {from_one(mark.line), from_one(mark.column), std::move(message)};
}

DocumentError unexpected(const YAML::Node& node, std::string_view what) {
  std::string found = "nothing";
  if (node.IsScalar()) found = quoted(node.Scalar());
  if (node.IsSequence()) found = "a list";
  if (node.IsMap()) found = "a mapping";
  return error_at(node.Mark(), fmt::format("expected {}, found {}", what, found));
}

Checked<std::vector<std::string>, DocumentError> prefixes_of(const YAML::Node& servers) {
  if (!servers.IsSequence()) return unexpected(servers, "a list of servers");
  std::vector<std::string> prefixes;
  std::set<std::string> known;
  for (const YAML::Node& server : servers) {
    const YAML::Node url = server.IsMap() ? server["url"] : YAML::Node();
    if (!url || !url.IsScalar()) return unexpected(server, "a server with a url");
    auto expanded = expand(server, url);
    if (expanded.has_error()) return expanded.error();
    for (std::string& prefix : *expanded) {
      if (known.insert(prefix).second) prefixes.push_back(std::move(prefix));
    }
  }
  if (prefixes.empty()) prefixes.emplace_back();  // an empty list means the server "/" (OpenAPI 3.0.3)
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

}  // namespace wayside::openapi
