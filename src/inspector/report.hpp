// The page /routes as values, and its three forms.
#pragma once

#include "wayside/inspector/inspector.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace wayside::inspector {

struct RouteRow {
  std::string path;
  std::string label;
  std::string place;    // "on line 7 of api.yaml"
  std::string methods;  // "GET POST"; empty: any
  bool is_excluded = false;
  std::uint64_t hits = 0;
  std::uint64_t client_errors = 0;
  std::uint64_t server_errors = 0;
  std::string last_used;  // RFC 3339, UTC; empty: never
};

struct UnmatchedRow {
  std::string suggestion;  // empty: none is shown
  std::string example;     // likewise
  std::uint64_t count = 0;
  std::uint64_t error = 0;
  std::string methods;
  std::vector<std::uint16_t> statuses;
  std::string first_seen;
  std::string last_seen;
};

struct Report {
  std::vector<RouteRow> routes;         // in the order of the configuration
  std::uint64_t unmatched_count = 0;    // requests
  std::vector<UnmatchedRow> unmatched;  // the busiest first
};

void write_json(const Report& report, std::string& out);
void write_text(const Report& report, std::string& out);
void write_html(const Report& report, std::string& out);

}  // namespace wayside::inspector
