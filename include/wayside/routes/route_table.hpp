// The compiled route table: which route does a request belong to?
//
// Templates are compiled once into a trie of path segments; matching walks it without allocating, locking or
// writing, so any number of threads may match in one table at once. The table is immutable: a reload builds a
// new one. It knows nothing of sockets, of HTTP parsing beyond the shape of a path, or of metrics.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wayside/base/method.hpp"
#include "wayside/base/result.hpp"

namespace wayside::routes {

// Index of a route in its table. Stable for the life of the table.
using RouteId = std::uint32_t;

// The route of every request that no template matches.
inline constexpr RouteId kUnmatched = 0;
inline constexpr std::string_view kUnmatchedLabel = "unmatched";

// One route as a user wrote it.
struct RouteSpec {
  std::string path;   // the template: "/users/{id}"
  MethodSet methods;  // empty: every method
  std::string name;   // the label; empty: the template itself is the label
  std::size_t line = 0;  // where it stands in its file, from 1; 0 where there is no file
};

// Why a set of routes could not be compiled.
struct RouteError {
  std::size_t spec = 0;     // index of the offending RouteSpec
  std::size_t column = 0;   // byte of the template at fault, from 1; 0 where the whole template is
  std::string message;      // what was expected and what was found, naming the other line where there are two
};

class RouteTable {
 public:
  // The empty table: every request is unmatched.
  RouteTable();
  RouteTable(RouteTable&&) noexcept;
  RouteTable& operator=(RouteTable&&) noexcept;
  ~RouteTable();

  // Compiles the routes. Route i of `specs` gets the id i + 1. Two templates that match the same paths with
  // methods in common are an error, as is a template that cannot be read.
  static Checked<RouteTable, RouteError> build(std::span<const RouteSpec> specs);

  // The route of a request target in origin-form or absolute-form (RFC 9112 section 3.2); the query never
  // matters. A path that a template matches, with a method that the template's route does not list, still belongs
  // to that route: its 405s are its own, not "unmatched". Never throws, never allocates; the cost is bounded by
  // the length of the path and the depth of the table.
  RouteId match(Method method, std::string_view target) const noexcept;

  // Number of routes, kUnmatched included: valid ids are 0 … size() - 1.
  std::size_t size() const noexcept;

  // The text that stands for the route in metrics. Valid as long as the table. Several routes may share one.
  std::string_view label(RouteId route) const noexcept;

 private:
  struct Compiled;
  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace wayside::routes
