#include "wayside/openapi/document.hpp"

#include "wayside/base/percent.hpp"

#include "openapi/operations.hpp"
#include "openapi/outline.hpp"
#include "openapi/servers.hpp"

#include <fmt/format.h>
#include <map>
#include <optional>
#include <utility>

namespace wayside::openapi {
namespace {

using Prefixes = std::vector<std::string>;

// The memory of limits.route_memory that lets a child of a path item or an operation be looked at once: less
// than any node takes, so the limit is for what aliases repeat.
constexpr std::size_t kMemoryOfWork = 16;

// A key of `paths` as a template. The part behind ? or # belongs to no path; characters that a path may not
// hold are encoded, as clients send them, and slashes that follow each other are one, as in the paths of
// requests. In a name, ? and # are like other characters.
std::string template_of(std::string_view key) {
  std::string text;
  bool is_in_name = false;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const char c = key[i];
    if (c == '?' || c == '#') {
      if (!is_in_name) break;
      // {?page} and {#part} expand to a query and a fragment (RFC 6570); {id?} is a name.
      if (key[i - 1] == '{') {
        text.pop_back();
        break;
      }
    }
    if (c == '/' && text.ends_with('/')) continue;
    if (c == '{' || c == '}') is_in_name = c == '{';
    const bool is_encoded = c == '%' && percent_decoded_byte(key, i) >= 0;
    const bool belongs_to_name = is_in_name && (c == '?' || c == '#' || c == '%');
    const bool is_kept =
        is_segment_char(c) || c == '/' || c == '{' || c == '}' || is_encoded || belongs_to_name;
    text += is_kept ? std::string(1, c) : percent_encoded({&c, 1});
  }
  return text;
}

// Collects the routes of one document. A function that returns an error leaves them unfinished.
class Document {
 public:
  Document(std::string file, const std::optional<std::string>& prefix, const routes::Limits& limits)
      : file_(std::move(file)),
        prefix_(prefix),
        limits_(limits),
        servers_left_(kMethodCount * limits.routes),
        work_left_(limits.memory / kMemoryOfWork) {}

  std::optional<DocumentError> read(const Node& root) {
    if (!root.is_mapping()) return unexpected(root, "an OpenAPI document");
    auto prefixes = root_prefixes(root);
    if (prefixes.has_error()) return prefixes.error();
    const Node paths = root.find("paths");
    if (!paths) return unexpected(root, "a mapping paths beside the others in it");
    if (!paths.is_mapping()) return unexpected(paths, "a mapping of paths");
    for (Node key = paths.first(); key; key = key.next().next()) {
      if (auto error = read_path(key, key.next(), *prefixes)) return error;
    }
    return std::nullopt;
  }

  std::vector<routes::RouteSpec> take_routes() && { return std::move(routes_); }

 private:
  Checked<Prefixes, DocumentError> root_prefixes(const Node& root) {
    if (const Node version = root.find("swagger")) {
      if (version.text() != "2.0") return unexpected(version, "swagger: \"2.0\"");
      const Node base_path = root.find("basePath");
      if (prefix_) return Prefixes{*prefix_};
      if (!base_path) return Prefixes{""};
      if (!base_path.is_scalar()) return unexpected(base_path, "a path");
      return Prefixes{prefix_of_base_path(base_path.text())};
    }
    const Node version = root.find("openapi");
    if (!version) return unexpected(root, "openapi: 3.0, 3.1, or swagger: 2.0 in it");
    if (!version.text().starts_with("3.")) return unexpected(version, "a version 3.0 or 3.1");
    return own_prefixes(root, Prefixes{prefix_.value_or("")});
  }

  // The prefixes of the node's own `servers`; `inherited` where it has none, or the prefix was given.
  Checked<Prefixes, DocumentError> own_prefixes(const Node& node, const Prefixes& inherited) {
    const Node servers = node.find("servers");
    if (!servers || prefix_) return inherited;
    // Aliases may repeat a long list without a bound.
    const std::size_t size = servers.is_list() ? servers.size() : 0;
    if (size > servers_left_) return too_many(servers);
    servers_left_ -= size;
    return prefixes_of(servers);
  }

  // Whether the children of the node may still be looked at: aliases may repeat many without a bound.
  bool take_work(const Node& node) {
    if (node.size() > work_left_) return false;
    work_left_ -= node.size();
    return true;
  }

  DocumentError too_much(const Node& node) const {
    return error_at(node, fmt::format("expected aliases that repeat at most {} nodes (limits.route_memory), "
                                      "found more",
                                      limits_.memory / kMemoryOfWork));
  }

  DocumentError too_many(const Node& node) const {
    return error_at(node, fmt::format("expected at most {} templates (limits.routes), servers expanded, "
                                      "found more",
                                      limits_.routes));
  }

  std::optional<DocumentError> read_path(const Node& key, const Node& item, const Prefixes& inherited) {
    if (!key.is_scalar() || !key.text().starts_with('/')) return unexpected(key, "a path that begins with /");
    if (!item.is_mapping()) return unexpected(item, "a mapping of operations");
    if (!take_work(item)) return too_much(item);
    const auto prefixes = own_prefixes(item, inherited);
    if (prefixes.has_error()) return prefixes.error();
    std::map<std::string, MethodSet> methods_by_prefix;
    for (const auto& [name, method] : kOperations) {
      const Node operation = item.find(name);
      if (!operation) continue;
      if (!operation.is_mapping()) return unexpected(operation, "an operation, which is a mapping");
      if (!take_work(operation)) return too_much(operation);
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
      add(template_of(prefix + std::string(key.text())), methods, key.line());
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
  const std::optional<std::string>& prefix_;
  const routes::Limits& limits_;
  std::size_t servers_left_;  // entries of `servers` that may still be read, repeated ones included
  std::size_t work_left_;     // children of path items and operations, the same
  std::vector<routes::RouteSpec> routes_;
  std::map<std::string, std::size_t> index_of_;  // by path
};

}  // namespace

Checked<std::vector<routes::RouteSpec>, DocumentError> read_routes(std::string_view text,
                                                                   const std::string& file,
                                                                   const routes::Limits& limits,
                                                                   const std::optional<std::string>& prefix) {
  const auto outline = Outline::read(text, limits.memory);
  if (outline.has_error()) return outline.error();
  Document document(file, prefix, limits);
  if (auto error = document.read(outline->root())) return *std::move(error);
  return std::move(document).take_routes();
}

}  // namespace wayside::openapi
