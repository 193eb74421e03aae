#include "wayside/routes/openapi.hpp"

#include "wayside/base/percent.hpp"

#include "routes/openapi_servers.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

namespace wayside::routes {
namespace {

using Prefixes = std::vector<std::string>;

struct Operation {
  std::string_view key;
  Method method;
};

constexpr std::array kOperations = {
    Operation{"get", Method::get},         Operation{"put", Method::put},
    Operation{"post", Method::post},       Operation{"delete", Method::delete_},
    Operation{"options", Method::options}, Operation{"head", Method::head},
    Operation{"patch", Method::patch},     Operation{"trace", Method::trace},
};

// yaml-cpp takes JSON for the YAML that it nearly is, except that it refuses the surrogate pairs with which
// JSON escapes what lies beyond the basic plane: \ud83d\ude00 becomes \U0001F600.
std::string without_surrogates(std::string_view text) {
  constexpr std::size_t kEscape = 6;  // a backslash, u and four digits
  const auto unit_at = [text](std::size_t at) -> unsigned {
    if (at + kEscape > text.size() || text[at] != '\\' || text[at + 1] != 'u') return 0;
    unsigned unit = 0;
    for (const char c : text.substr(at + 2, 4)) {
      if (!is_hex_digit(c)) return 0;
      unit = unit << 4U | static_cast<unsigned>(hex_value(c));
    }
    return unit;
  };
  std::string out;
  std::size_t copied = 0;
  for (std::size_t at = text.find('\\'); at != std::string_view::npos; at = text.find('\\', at)) {
    const unsigned high = unit_at(at);
    const unsigned low = high >= 0xD800 && high < 0xDC00 ? unit_at(at + kEscape) : 0;
    if (low < 0xDC00 || low >= 0xE000) {
      at += 2;  // behind what is escaped
      continue;
    }
    const unsigned code = 0x10000 + ((high - 0xD800) << 10U) + (low - 0xDC00);
    out.append(text.substr(copied, at - copied)).append("\\U");
    for (unsigned shift = 32; shift > 0; shift -= 4)
      out += kUpperHexDigits[(code >> (shift - 4)) & 15U];
    copied = at += 2 * kEscape;
  }
  return out.append(text.substr(copied));
}

// A key of `paths` as a template: nothing behind ? or # is part of a path, and what a path may not hold is
// encoded as clients send it.
std::string template_of(std::string_view key) {
  std::string text;
  for (const char c : key.substr(0, key.find_first_of("?#"))) {
    const bool is_kept = is_segment_char(c) || c == '/' || c == '{' || c == '}' || c == '%';
    text += is_kept ? std::string(1, c) : percent_encoded({&c, 1});
  }
  return text;
}

// One document on its way into routes. Functions that return an error leave the routes unfinished.
class Document {
 public:
  Document(std::string file, const Limits& limits)
      : file_(std::move(file)), limits_(limits), servers_left_(kMethodCount * limits.routes) {}

  std::optional<OpenApiError> read(const YAML::Node& root) {
    if (!root.IsMap()) return openapi_error(root, "an OpenAPI document");
    auto prefixes = root_prefixes(root);
    if (prefixes.has_error()) return prefixes.error();
    const YAML::Node paths = root["paths"];
    if (!paths) return openapi_error(root, "a mapping paths beside the others in it");
    if (!paths.IsMap()) return openapi_error(paths, "a mapping of paths");
    for (const auto& entry : paths) {
      if (auto error = read_path(entry.first, entry.second, *prefixes)) return error;
    }
    return std::nullopt;
  }

  std::vector<RouteSpec> take_routes() && { return std::move(routes_); }

 private:
  Checked<Prefixes, OpenApiError> root_prefixes(const YAML::Node& root) {
    if (const YAML::Node version = root["swagger"]) {
      if (!version.IsScalar() || version.Scalar() != "2.0") return openapi_error(version, "swagger: \"2.0\"");
      const YAML::Node base_path = root["basePath"];
      if (!base_path) return Prefixes{""};
      if (!base_path.IsScalar()) return openapi_error(base_path, "a path");
      return Prefixes{prefix_of_base_path(base_path.Scalar())};
    }
    const YAML::Node version = root["openapi"];
    if (!version) return openapi_error(root, "openapi: 3.0, 3.1, or swagger: 2.0 in it");
    const bool is_known = version.IsScalar() && version.Scalar().starts_with("3.");
    if (!is_known) return openapi_error(version, "a version 3.0 or 3.1");
    return own_prefixes(root, Prefixes{""});
  }

  // Those of the node's own `servers`, where it has some.
  Checked<Prefixes, OpenApiError> own_prefixes(const YAML::Node& node, const Prefixes& inherited) {
    const YAML::Node servers = node["servers"];
    if (!servers) return inherited;
    // An alias may stand for a long list in very many places.
    if (servers.IsSequence() && servers.size() > servers_left_) return too_many(servers);
    if (servers.IsSequence()) servers_left_ -= servers.size();
    return prefixes_of(servers);
  }

  OpenApiError too_many(const YAML::Node& node) const {
    OpenApiError error = openapi_error(node, {});
    error.message = "expected at most " + std::to_string(limits_.routes) +
                    " templates (limits.routes), servers expanded, found more";
    return error;
  }

  std::optional<OpenApiError> read_path(const YAML::Node& key, const YAML::Node& item,
                                        const Prefixes& inherited) {
    if (key.IsScalar() && key.Scalar().starts_with("x-")) return std::nullopt;
    if (!key.IsScalar() || !key.Scalar().starts_with('/'))
      return openapi_error(key, "a path that begins with /");
    if (!item.IsMap()) {
      OpenApiError error = openapi_error(item, "a mapping of operations");
      error.line = openapi_error(key, {}).line;  // an empty item has no place
      return error;
    }
    const auto prefixes = own_prefixes(item, inherited);
    if (prefixes.has_error()) return prefixes.error();
    std::map<std::string, MethodSet> methods_by_prefix;
    for (const auto& [name, method] : kOperations) {
      const YAML::Node operation = item[std::string(name)];
      if (!operation) continue;
      if (!operation.IsMap()) return openapi_error(operation, "an operation, which is a mapping");
      const auto own = own_prefixes(operation, *prefixes);
      if (own.has_error()) return own.error();
      for (const std::string& prefix : *own)
        methods_by_prefix[prefix].insert(method);
    }
    if (methods_by_prefix.empty()) {
      for (const std::string& prefix : *prefixes)
        methods_by_prefix[prefix];  // any method
    }
    for (const auto& [prefix, methods] : methods_by_prefix) {
      add(template_of(prefix) + template_of(key.Scalar()), methods, openapi_error(key, {}).line);
      if (routes_.size() > limits_.routes) return too_many(key);
    }
    return std::nullopt;
  }

  // Keys that differ behind a ? or # only are one route.
  void add(std::string path, MethodSet methods, std::size_t line) {
    const auto [known, is_new] = index_of_.try_emplace(path, routes_.size());
    if (is_new) {
      RouteSpec spec;
      spec.path = std::move(path);
      spec.methods = methods;
      spec.line = line;
      spec.syntax = TemplateSyntax::kOpenApi;
      spec.file = file_;
      routes_.push_back(std::move(spec));
      return;
    }
    MethodSet& all = routes_[known->second].methods;
    if (all.empty() || methods.empty()) {
      all = {};
      return;
    }
    all.insert(methods);
  }

  std::string file_;
  const Limits& limits_;
  std::size_t servers_left_;  // that may be read, repetitions included: some for each operation of each route
  std::vector<RouteSpec> routes_;
  std::map<std::string, std::size_t> index_of_;  // by path
};

}  // namespace

Checked<std::vector<RouteSpec>, OpenApiError> read_openapi(const std::string& text, const std::string& file,
                                                           const Limits& limits) {
  // yaml-cpp throws, and only from here: what it throws is a mistake of the syntax.
  try {
    Document document(file, limits);
    if (auto error = document.read(YAML::Load(without_surrogates(text)))) return *std::move(error);
    return std::move(document).take_routes();
  } catch (const YAML::Exception& error) {
    const auto from_one = [](int value) { return static_cast<std::size_t>(std::max(value, 0)) + 1; };
    return OpenApiError{from_one(error.mark.line), from_one(error.mark.column),
                        "expected valid YAML or JSON, found a mistake: " + error.msg};
  }
}

}  // namespace wayside::routes
