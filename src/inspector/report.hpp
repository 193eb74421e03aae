// The page /routes as values, and its two forms.
#pragma once

#include "wayside/inspector/inspector.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::inspector {

// Method labels, which have static storage duration.
using MethodNames = std::vector<std::string_view>;

// Times are RFC 3339, in UTC.
struct RouteRow {
  std::string path;
  std::string label;
  std::string place;    // "on line 7 of api.yaml"
  MethodNames methods;  // empty: any method
  bool is_excluded = false;
  std::uint64_t hits = 0;
  std::uint64_t client_errors = 0;
  std::uint64_t server_errors = 0;
  std::string last_used;  // empty: never
};

struct UnmatchedRow {
  std::string suggestion;  // empty: not shown
  std::string example;     // empty: not shown
  std::uint64_t count = 0;
  std::uint64_t error = 0;  // the part of `count` that may belong to other paths
  MethodNames methods;
  std::vector<std::uint16_t> statuses;
  std::string first_seen;
  std::string last_seen;
};

struct Report {
  std::vector<RouteRow> routes;         // the busiest first, then in the order of the configuration
  std::uint64_t unmatched_count = 0;    // requests without a route
  std::vector<UnmatchedRow> unmatched;  // the busiest first
  std::vector<CatchAllHint> catch_alls;
};

// Each appends one form of the page to `out`. Throws std::bad_alloc.
void write_json(const Report& report, std::string& out);
void write_text(const Report& report, const FurtherColumns& further, std::string& out);

}  // namespace wayside::inspector
