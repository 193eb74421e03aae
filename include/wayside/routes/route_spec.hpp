// One route as a user wrote it, before it is compiled.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/base/method.hpp"
#include "wayside/routes/dialect.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wayside::routes {

struct RouteSpec {
  std::string path;      // the template: "/users/{id}"
  MethodSet methods;     // empty: every method that no other route of the same paths and file lists
  std::string name;      // the label; empty: the template is the label
  std::size_t line = 0;  // in its file, from 1; 0: the route comes from no file
  Dialect dialect = Dialect::kAuto;
  std::string file{};  // the file of `line`; empty: the configuration file
  std::size_t group =
      0;  // specs with the same number, other than 0, were written as one and share their name

  // Settings that the table carries for the metrics, and does not read.
  bool is_excluded = false;       // forwarded, not measured
  std::vector<double> buckets{};  // bounds of the latency histogram in seconds; empty: the general ones
  std::optional<std::vector<std::string>> histograms{};  // names of further ones; nothing: the general ones
  std::optional<Milliseconds> slo{};                     // the longest duration that is good enough

  // The text that stands for the route in the metrics.
  const std::string& label() const noexcept { return name.empty() ? path : name; }

  friend bool operator==(const RouteSpec&, const RouteSpec&) = default;
};

// "on line 7", "on line 7 of api.yaml" where its file is not `seen_from`, or "in route 3" where the spec has
// no line. `index` is that of the spec, from 0.
std::string place_of(const RouteSpec& spec, std::size_t index, std::string_view seen_from = {});

}  // namespace wayside::routes
