#include "openapi/servers.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <set>
#include <utility>

namespace wayside::openapi {
namespace {

// The most paths of one URL, and the most values of one of its variables.
constexpr std::size_t kMaxPrefixes = 32;
constexpr std::size_t kMaxValues = 1024;
// The size of a URL, with its variables and without, in bytes: a path that is longer would match no request.
constexpr std::size_t kMaxUrl = 8192;

// Stands for a variable without a value, whose name follows it up to the same character. A URL cannot have
// it.
constexpr char kNoValue = '\x01';

// The URL without its authority, whose text decides nothing: "https://eu.host/v1" is "///v1", and
// "https://eu.host" is
// "//", to which more of the authority may be added. Anything else is as it was.
std::string without_authority(std::string url) {
  const std::size_t separator = url.find("//");
  if (separator == url.npos) return url;
  const bool has_authority = separator == 0 || (url[separator - 1] == ':' && url.find('/') == separator);
  if (!has_authority) return url;
  const std::size_t begin = separator + 2;
  return "//" + url.substr(std::min(url.find_first_of("/?#", begin), url.size()));
}

// The URL in that form with `text` behind it. A path does not become an authority: "/{base}" with the base
// "/v1" is
// "/v1".
std::string extended(const std::string& url, std::string_view text) {
  if (url.ends_with('/') && url != "//")
    text.remove_prefix(std::min(text.find_first_not_of('/'), text.size()));
  return without_authority(url + std::string(text));
}

// The path of a URL in that form.
std::string_view path_of(std::string_view url) {
  if (url.starts_with("//")) url.remove_prefix(2);
  return url.substr(0, url.find_first_of("?#"));
}

// The values of the variable; one that says so where it has none.
std::vector<std::string> values_of(const Node& server, std::string_view name) {
  const Node variable = server.find("variables").find(name);
  std::vector<std::string> values;
  const Node choices = variable.find("enum");
  for (Node choice = choices.is_list() ? choices.first() : Node(); choice; choice = choice.next()) {
    if (choice.is_scalar()) values.emplace_back(choice.text());
    if (values.size() > kMaxValues) break;
  }
  const Node standard = variable.find("default");
  if (values.empty() && standard.is_scalar()) values.emplace_back(standard.text());
  if (values.empty()) values.push_back(kNoValue + std::string(name) + kNoValue);
  return values;
}

void keep_each_once(std::vector<std::string>& texts) {
  std::set<std::string> known;
  std::erase_if(texts, [&](const std::string& text) { return !known.insert(text).second; });
}

// The paths of the server's URL, one for each combination of its variables' values. All variables are
// replaced before the URL is taken apart, because a value may be any part of it. A value is not expanded
// again: it may have braces, and even name its own variable.
Checked<std::vector<std::string>, DocumentError> expand(const Node& server, const Node& url) {
  std::vector<std::string> urls{""};
  std::string_view rest = url.text();
  const auto is_too_long = [](const std::string& text) { return text.size() > kMaxUrl; };
  for (;;) {
    if (rest.size() > kMaxUrl || std::ranges::any_of(urls, is_too_long))
      return unexpected(url, fmt::format("a server URL of at most {} bytes", kMaxUrl));
    const std::size_t begin = rest.find('{');
    const std::size_t end = rest.find('}', begin == rest.npos ? 0 : begin);
    const bool has_variable = begin != rest.npos && end != rest.npos;
    for (std::string& each : urls)
      each = extended(each, rest.substr(0, has_variable ? begin : rest.size()));
    if (!has_variable) break;
    const std::vector<std::string> values = values_of(server, rest.substr(begin + 1, end - begin - 1));
    std::vector<std::string> longer;
    for (const std::string& each : urls) {
      for (const std::string& value : values)
        longer.push_back(extended(each, value));
    }
    keep_each_once(longer);
    if (longer.size() > kMaxPrefixes || values.size() > kMaxValues)
      return unexpected(url, fmt::format("a server URL of at most {} paths", kMaxPrefixes));
    urls = std::move(longer);
    rest.remove_prefix(end + 1);
  }
  std::vector<std::string> paths;
  for (const std::string& each : urls) {
    const std::string_view path = path_of(each);
    if (const std::size_t name = path.find(kNoValue); name != path.npos) {
      return unexpected(url, fmt::format("a default for the variable {{{}}} of the server",
                                         path.substr(name + 1, path.find(kNoValue, name + 1) - name - 1)));
    }
    paths.push_back(prefix_of_base_path(path));
  }
  return paths;
}

}  // namespace

Checked<std::vector<std::string>, DocumentError> prefixes_of(const Node& servers) {
  if (!servers.is_list()) return unexpected(servers, "a list of servers");
  std::vector<std::string> prefixes;
  for (Node server = servers.first(); server; server = server.next()) {
    const Node url = server.find("url");
    if (!url.is_scalar()) return unexpected(server, "a server with a url");
    auto expanded = expand(server, url);
    if (expanded.has_error()) return expanded.error();
    std::ranges::move(*expanded, std::back_inserter(prefixes));
  }
  keep_each_once(prefixes);
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
