// The compiled route table: which route does a request belong to?
//
// build() compiles the templates into a trie of path segments. Matching walks the trie without allocating,
// locking or writing, so any number of threads may match in one table at once. A table is immutable: a reload
// builds a new one. It knows nothing of sockets, of HTTP beyond the shape of a path, or of metrics.
//
// A template is a path whose segments are
//     users        static: this text, percent-encoded as clients send it
//     {id}         a parameter: exactly one segment
//     {id:[0-9]+}  a constrained parameter: one segment of a certain form
//     {rest...}    a catch-all: the rest of the path, which may be empty
// or any of these in another framework's notation; docs/routes.md has the table, and RouteSpec::dialect says
// whose it is. In each segment, static wins over constrained, constrained over parameter, parameter over a
// catch-all with text beside or behind it, and that over a bare catch-all, wherever the routes stand in their
// file. Of two constraints that both match, the one that allows less wins, then the one with more static
// text.
//
// A Go pattern may begin with a host. Paths are matched without it, so the first of several routes that
// differ in their hosts alone gets the requests of all.
//
// Paths are compared in their normal form (RFC 3986 section 6.2.2): "/a//b/../%63" is "/a/c". The target that
// is forwarded stays as it is.
#pragma once

#include "wayside/base/method.hpp"
#include "wayside/base/result.hpp"
#include "wayside/routes/limits.hpp"
#include "wayside/routes/route_spec.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::routes {

// The index of a route in its table, valid for the life of the table.
using RouteId = std::uint32_t;

// The route of a request that no template matches. No other route may have its label.
inline constexpr RouteId kUnmatched = 0;
inline constexpr std::string_view kUnmatchedLabel = "unmatched";

// How paths are compared with templates.
struct MatchOptions {
  bool trailing_slash_matters = false;  // false: /users/ is /users, in templates and in paths
  bool ignores_case = false;            // of ASCII letters

  friend bool operator==(const MatchOptions&, const MatchOptions&) = default;
};

// Why a set of routes could not be compiled.
struct RouteError {
  std::size_t spec = 0;               // index of the RouteSpec
  std::size_t column = 0;             // in the template, in bytes from 1; 0: the whole route is at fault
  std::string message;                // "expected …, found …", with the line of `twin`
  std::optional<std::size_t> twin{};  // index of an earlier RouteSpec that matches the same requests
  bool is_limit = false;              // the routes reach a limit here: those behind were not looked at
};

class RouteTable {
 public:
  // The empty table: no request has a route.
  RouteTable();
  // A moved-from table may only be assigned to or destroyed.
  RouteTable(RouteTable&&) noexcept;
  RouteTable& operator=(RouteTable&&) noexcept;
  ~RouteTable();

  // Compiles the routes; specs[i] gets the id i + 1. Errors are a template that cannot be read, a reserved
  // label, two templates that match the same paths with a method in common (whatever their parameters are
  // called), and routes beyond `limits`, at which compiling ends. The error is the first that check() finds.
  static Checked<RouteTable, RouteError> build(std::span<const RouteSpec> specs, MatchOptions options = {},
                                               const Limits& limits = {});

  // Every error of the routes, in the order of `specs`. Throws std::bad_alloc, as build() does.
  static std::vector<RouteError> check(std::span<const RouteSpec> specs, MatchOptions options = {},
                                       const Limits& limits = {});

  // The route of a request target in origin-form or absolute-form (RFC 9112 section 3.2), whatever its query
  // is. A target in asterisk-form or authority-form has no path, and so no route.
  //
  // The path alone decides the template; the method then chooses among the routes of that template. A method
  // that none of them lists belongs to the one that lists no methods, or else to the first of them in the
  // file: a route's 405s are counted with it, and a request never falls through to a less specific template
  // because of its method.
  //
  // Never throws, never allocates. The cost is one step for each byte of the target, one probe for each of
  // its segments, and at most one visit of each trie node whose prefix matches: no path costs more than one
  // pass over the templates. A catch-all with text behind it costs one step for each byte of the path.
  RouteId match(Method method, std::string_view target) const noexcept;

  // That route, and behind it the route of each less specific template that matches too, in the order of
  // precedence. Empty where nothing matches. For explanations: it allocates.
  std::vector<RouteId> match_all(Method method, std::string_view target) const;

  // The number of routes, kUnmatched included: valid ids are 0 … size() - 1.
  std::size_t size() const noexcept;

  // The text that stands for the route in the metrics, valid as long as the table. Several routes may share
  // one. `route` is a valid id.
  std::string_view label(RouteId route) const noexcept;

 private:
  struct Compiled;
  explicit RouteTable(std::unique_ptr<const Compiled> compiled) noexcept;

  static std::unique_ptr<const Compiled> compile(std::span<const RouteSpec> specs, MatchOptions options,
                                                 const Limits& limits, std::vector<RouteError>& errors);

  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace wayside::routes
