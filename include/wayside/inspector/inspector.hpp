// What the routes are used for: the page /routes of the metrics listener.
//
// Owns what the workers write for it, one RouteUse for each route and worker and one UnmatchedPaths for each
// worker, and puts them together for the page. A route is known by its template and methods: it keeps its
// numbers over reloads, and gets them back when it returns. One thread calls everything here; the workers
// write into what they were given meanwhile.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/inspector/route_use.hpp"
#include "wayside/inspector/unmatched_paths.hpp"
#include "wayside/routes/route_table.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace wayside::inspector {

enum class Format : std::uint8_t { kJson, kText, kHtml };

// The present on both clocks: what is shown is wall time, what is recorded is not.
struct Present {
  TimePoint steady = Clock::now();
  std::chrono::system_clock::time_point wall = std::chrono::system_clock::now();
};

class Inspector {
 public:
  explicit Inspector(std::size_t worker_count);
  ~Inspector();
  Inspector(const Inspector&) = delete;
  Inspector& operator=(const Inspector&) = delete;

  // From now on these are the routes; `specs` compile.
  void set_routes(std::span<const routes::RouteSpec> specs);

  // What worker `worker` writes for route `route` of the present ones, and for those that are none's. Both
  // are valid as long as the inspector.
  RouteUse& use(std::size_t worker, routes::RouteId route);
  UnmatchedPaths& unmatched(std::size_t worker) { return *unmatched_[worker]; }

  // Appends the page. Throws std::bad_alloc.
  void write(Format format, const Present& now, std::string& out) const;

 private:
  struct Known {
    explicit Known(std::size_t worker_count) : uses(worker_count) {}
    std::vector<RouteUse> uses;  // by worker
  };
  using Key = std::pair<std::string, std::uint32_t>;  // template and methods

  std::size_t worker_count_;
  std::vector<routes::RouteSpec> specs_;
  std::map<Key, Known> known_;  // nodes never move
  std::vector<Known*> by_route_;
  std::vector<std::unique_ptr<UnmatchedPaths>> unmatched_;
};

}  // namespace wayside::inspector
