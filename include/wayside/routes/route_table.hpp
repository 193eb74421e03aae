// The compiled route table: which route does a request belong to?
//
// Templates are compiled once into a trie of path segments; matching walks it without allocating, locking or
// writing, so any number of threads may match in one table at once. The table is immutable: a reload builds a
// new one. It knows nothing of sockets, of HTTP parsing beyond the shape of a path, or of metrics.
//
// A template is a path whose segments are
//     users        static: this very text, percent-encoded as clients send it
//     {id}         a parameter: exactly one segment
//     {id:[0-9]+}  a constrained parameter: one segment of a certain form
//     {rest...}    a catch-all: all that is left, nothing included; the last segment only
// or any of these as other frameworks spell them; README.md has the table. Segment by segment, static wins
// over constrained, constrained over parameter and parameter over catch-all, wherever the routes stand in
// their file. Of two constraints that both match, the one that allows less wins, and then the one with more
// static text.
//
// Paths are compared in their normal form (RFC 3986 section 6.2.2): "/a//b/../%63" is "/a/c". The target that
// is forwarded is not touched.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/base/method.hpp"
#include "wayside/base/result.hpp"
#include "wayside/routes/limits.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::routes {

// Index of a route in its table. Stable for the life of the table.
using RouteId = std::uint32_t;

// The route of every request that no template matches. No other route may be called so.
inline constexpr RouteId kUnmatched = 0;
inline constexpr std::string_view kUnmatchedLabel = "unmatched";

// Which spellings of parameters are known.
enum class TemplateSyntax : std::uint8_t {
  kAny,      // those of every framework in README.md's table
  kOpenApi,  // {id} alone: every other character means itself
};

// One route as a user wrote it.
struct RouteSpec {
  std::string path;      // the template: "/users/{id}"
  MethodSet methods;     // empty: every method
  std::string name;      // the label; empty: the template itself is the label
  std::size_t line = 0;  // where it stands in its file, from 1; 0 where there is no file
  TemplateSyntax syntax = TemplateSyntax::kAny;
  std::string file{};     // where the line is; empty: in the file that everything is about
  std::size_t group = 0;  // specs of one number, other than 0, were written as one: they share their name

  // What the table carries for others, and does not look at.
  bool is_excluded = false;       // forwarded, not measured
  std::vector<double> buckets{};  // bounds of the latency histogram in seconds; empty: the general ones
  std::optional<std::vector<std::string>> histograms{};  // names of further ones; nothing: the general ones
  std::optional<Milliseconds> slo{};                     // the longest duration that is good enough

  friend bool operator==(const RouteSpec&, const RouteSpec&) = default;
};

// How paths are compared.
struct MatchOptions {
  bool trailing_slash_matters = false;  // false: /users/ is /users, in templates and in paths
  bool ignores_case = false;            // of ASCII letters

  friend bool operator==(const MatchOptions&, const MatchOptions&) = default;
};

// Why a set of routes could not be compiled.
struct RouteError {
  std::size_t spec = 0;               // index of the offending RouteSpec
  std::size_t column = 0;             // byte of the template at fault, from 1; 0 where the whole route is
  std::string message;                // "expected …, found …", naming the other line where there are two
  std::optional<std::size_t> twin{};  // index of the other RouteSpec where two cannot be told apart
};

class RouteTable {
 public:
  // The empty table: every request is unmatched.
  RouteTable();
  // A table that was moved from may only be assigned to or destroyed.
  RouteTable(RouteTable&&) noexcept;
  RouteTable& operator=(RouteTable&&) noexcept;
  ~RouteTable();

  // Compiles the routes. Route i of `specs` gets the id i + 1. Two templates that match the same paths
  // (whatever their parameters are called) with methods in common are an error, as is a template that cannot
  // be read or a label that is reserved. So are templates beyond `limits`, behind which nothing is looked at.
  // The error is the first that check() finds.
  static Checked<RouteTable, RouteError> build(std::span<const RouteSpec> specs, MatchOptions options = {},
                                               const Limits& limits = {});

  // Every reason why the routes would not compile, in the order of `specs`; none where they would.
  static std::vector<RouteError> check(std::span<const RouteSpec> specs, MatchOptions options = {},
                                       const Limits& limits = {});

  // The route of a request target in origin-form or absolute-form (RFC 9112 section 3.2); the query never
  // matters. Targets in asterisk-form or authority-form have no path and are unmatched.
  //
  // The path alone decides the template; the method then chooses among the routes of that template. A method
  // that none of them lists belongs to the first of them in the file: a route's 405s are its own, not
  // "unmatched", and a request never falls through to a less specific template because of its method.
  //
  // Never throws, never allocates. The cost is one look at each byte of the target, one probe for each of
  // its segments, and one visit, at most, of each trie node whose template prefix matches: no path can cost
  // more than one pass over the templates.
  RouteId match(Method method, std::string_view target) const noexcept;

  // The same, and behind it every route of a less specific template that matches too, in the order in which
  // they would have won. Empty where nothing matches. For explanations: it allocates.
  std::vector<RouteId> match_all(Method method, std::string_view target) const;

  // Number of routes, kUnmatched included: valid ids are 0 … size() - 1.
  std::size_t size() const noexcept;

  // The text that stands for the route in metrics; `route` is a valid id. Valid as long as the table. Several
  // routes may share one.
  std::string_view label(RouteId route) const noexcept;

 private:
  struct Compiled;
  explicit RouteTable(std::unique_ptr<const Compiled> compiled) noexcept;

  static std::unique_ptr<const Compiled> compile(std::span<const RouteSpec> specs, MatchOptions options,
                                                 const Limits& limits, std::vector<RouteError>& errors);

  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace wayside::routes
