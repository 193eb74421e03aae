#include "wayside/openapi/document.hpp"

#include "wayside/base/percent.hpp"

#include "openapi/servers.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <utility>

namespace wayside::openapi {
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

// yaml-cpp reads JSON as YAML, but refuses the surrogate pairs by which JSON escapes characters beyond
// U+FFFF: \ud83d\ude00 becomes \U0001F600.
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
      at += 2;  // behind the escaped character, which may be a backslash
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

// A key of `paths` as a template. The part behind ? or # belongs to no path; characters that a path may not
// hold are encoded, as clients send them.
std::string template_of(std::string_view key) {
  std::string text;
  for (const char c : key.substr(0, key.find_first_of("?#"))) {
    const bool is_kept = is_segment_char(c) || c == '/' || c == '{' || c == '}' || c == '%';
    text += is_kept ? std::string(1, c) : percent_encoded({&c, 1});
  }
  return text;
}

// Collects the routes of one document. A function that returns an error leaves them unfinished.
class Document {
 public:
  Document(std::string file, const routes::Limits& limits)
      : file_(std::move(file)), limits_(limits), servers_left_(kMethodCount * limits.routes) {}

  std::optional<DocumentError> read(const YAML::Node& root) {
    if (!root.IsMap()) return unexpected(root, "an OpenAPI document");
    auto prefixes = root_prefixes(root);
    if (prefixes.has_error()) return prefixes.error();
    const YAML::Node paths = root["paths"];
    if (!paths) return unexpected(root, "a mapping paths beside the others in it");
    if (!paths.IsMap()) return unexpected(paths, "a mapping of paths");
    for (const auto& entry : paths) {
      if (auto error = read_path(entry.first, entry.second, *prefixes)) return error;
    }
    return std::nullopt;
  }

  std::vector<routes::RouteSpec> take_routes() && { return std::move(routes_); }

 private:
  Checked<Prefixes, DocumentError> root_prefixes(const YAML::Node& root) {
    if (const YAML::Node version = root["swagger"]) {
      if (!version.IsScalar() || version.Scalar() != "2.0") return unexpected(version, "swagger: \"2.0\"");
      const YAML::Node base_path = root["basePath"];
      if (!base_path) return Prefixes{""};
      if (!base_path.IsScalar()) return unexpected(base_path, "a path");
      return Prefixes{prefix_of_base_path(base_path.Scalar())};
    }
    const YAML::Node version = root["openapi"];
    if (!version) return unexpected(root, "openapi: 3.0, 3.1, or swagger: 2.0 in it");
    const bool is_known = version.IsScalar() && version.Scalar().starts_with("3.");
    if (!is_known) return unexpected(version, "a version 3.0 or 3.1");
    return own_prefixes(root, Prefixes{""});
  }

  // The prefixes of the node's own `servers`; `inherited` where it has none.
  Checked<Prefixes, DocumentError> own_prefixes(const YAML::Node& node, const Prefixes& inherited) {
    const YAML::Node servers = node["servers"];
    if (!servers) return inherited;
    // Aliases may repeat a long list without a bound.
    if (servers.IsSequence() && servers.size() > servers_left_) return too_many(servers);
    if (servers.IsSequence()) servers_left_ -= servers.size();
    return prefixes_of(servers);
  }

  DocumentError too_many(const YAML::Node& node) const {
    return error_at(node.Mark(),
                    fmt::format("expected at most {} templates (limits.routes), servers expanded, "
                                "found more",
                                limits_.routes));
  }

  std::optional<DocumentError> read_path(const YAML::Node& key, const YAML::Node& item,
                                         const Prefixes& inherited) {
    if (key.IsScalar() && key.Scalar().starts_with("x-")) return std::nullopt;
    if (!key.IsScalar() || !key.Scalar().starts_with('/'))
      return unexpected(key, "a path that begins with /");
    if (!item.IsMap()) {
      DocumentError error = unexpected(item, "a mapping of operations");
      error.line = line_of(key);  // an empty item has no place
      return error;
    }
    const auto prefixes = own_prefixes(item, inherited);
    if (prefixes.has_error()) return prefixes.error();
    std::map<std::string, MethodSet> methods_by_prefix;
    for (const auto& [name, method] : kOperations) {
      const YAML::Node operation = item[std::string(name)];
      if (!operation) continue;
      if (!operation.IsMap()) return unexpected(operation, "an operation, which is a mapping");
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
      add(template_of(prefix) + template_of(key.Scalar()), methods, line_of(key));
      if (routes_.size() > limits_.routes) return too_many(key);
    }
    return std::nullopt;
  }

  // Keys that differ behind a ? or # only are one route.
  void add(std::string path, MethodSet methods, std::size_t line) {
    const auto [known, is_new] = index_of_.try_emplace(path, routes_.size());
    if (is_new) {
      routes::RouteSpec spec;
      spec.path = std::move(path);
      spec.methods = methods;
      spec.line = line;
      spec.dialect = routes::Dialect::kOpenApi;
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
  const routes::Limits& limits_;
  std::size_t servers_left_;  // entries of `servers` that may still be read, repeated ones included
  std::vector<routes::RouteSpec> routes_;
  std::map<std::string, std::size_t> index_of_;  // by path
};

}  // namespace

Checked<std::vector<routes::RouteSpec>, DocumentError> read_routes(const std::string& text,
                                                                   const std::string& file,
                                                                   const routes::Limits& limits) {
  // The exceptions of yaml-cpp are mistakes of the document's syntax, and end here.
  try {
    Document document(file, limits);
    if (auto error = document.read(YAML::Load(without_surrogates(text)))) return *std::move(error);
    return std::move(document).take_routes();
  } catch (const YAML::Exception& error) {
    return error_at(error.mark, "expected valid YAML or JSON, found a mistake: " + error.msg);
  }
}

}  // namespace wayside::openapi
