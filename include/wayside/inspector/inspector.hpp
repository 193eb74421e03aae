// The page /routes of the metrics listener: the use of each route, and paths without a route.
//
// Owns the counters that the workers write, a RouteUse for each route and worker and an UnmatchedPaths for
// each worker, and adds them up for the page. Suggests catch-alls where paths go on below a route. A route is
// identified by its template and methods: it keeps its counts over reloads, even if it was absent for a
// while. Two threads may use the inspector at once: one prepares routes, the other one shows them and writes
// the page. Workers count meanwhile.
#pragma once

#include "wayside/base/clock.hpp"
#include "wayside/inspector/route_use.hpp"
#include "wayside/inspector/unmatched_paths.hpp"
#include "wayside/routes/route_table.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace wayside::inspector {

enum class Format : std::uint8_t { kJson, kText };

// A reading of both clocks at the same time: the page shows wall time, and workers record steady time.
struct ClockReading {
  TimePoint steady = Clock::now();
  std::chrono::system_clock::time_point wall = std::chrono::system_clock::now();

  // The wall time at which the steady clock showed `time`, as RFC 3339 writes it. Throws std::bad_alloc.
  std::string wall_time(TimePoint time) const;
};

// Columns that somebody else adds to the table of routes, in its text form alone.
struct FurtherColumns {
  std::vector<std::string> heads;
  // By the label of the route, a cell for each head. Routes without a label here get "-".
  std::map<std::string, std::vector<std::string>, std::less<>> cells;
};

// A route that ends in a parameter, and the requests without a route below it. Paths that got errors alone
// are left out.
struct CatchAllHint {
  std::string route;      // "/files/{p}"
  std::string catch_all;  // "/files/{p:path}"
  std::uint64_t count = 0;

  // The entry of `routes` in the configuration.
  std::string yaml_line() const { return "- " + catch_all; }
};

struct Report;

class Inspector {
  struct Known;

 public:
  // A set of routes with their counters.
  class Routes {
   public:
    // The counters of `route` that worker `worker` writes; valid as long as the inspector.
    RouteUse& use(std::size_t worker, routes::RouteId route) const;

   private:
    friend Inspector;
    std::shared_ptr<const routes::RouteTable> table_;  // shared with the workers
    std::vector<routes::RouteSpec> specs_;
    std::vector<Known*> by_route_;
  };

  // `shows_examples`: whether the page shows paths as clients sent them. Throws std::bad_alloc.
  explicit Inspector(std::size_t worker_count, bool shows_examples = true);
  ~Inspector();
  Inspector(const Inspector&) = delete;
  Inspector& operator=(const Inspector&) = delete;

  // Routes for show(); `table` was built from `specs`. One thread at a time, while another one may call
  // show(), catch_all_hints() and write(). Throws std::bad_alloc; then nothing has changed.
  std::unique_ptr<const Routes> prepare(std::shared_ptr<const routes::RouteTable> table,
                                        std::span<const routes::RouteSpec> specs);

  // From now on the page shows these routes. Returns the previous ones, whose destruction may take long.
  // Called on the thread of write().
  std::unique_ptr<const Routes> show(std::unique_ptr<const Routes> routes) noexcept;

  // The paths without a route, which worker `worker` writes; valid as long as the inspector.
  UnmatchedPaths& unmatched(std::size_t worker) { return *unmatched_[worker]; }

  // The catch-alls that seem to be missing, the busiest first. Called on the thread of write(). Throws
  // std::bad_alloc.
  std::vector<CatchAllHint> catch_all_hints() const;
  // Appends the page to `out`. Throws std::bad_alloc.
  void write(Format format, const ClockReading& now, std::string& out,
             const FurtherColumns& further = {}) const;

 private:
  struct Known {
    explicit Known(std::size_t worker_count) : uses(worker_count) {}
    std::vector<RouteUse> uses;  // by worker
  };
  using Key = std::pair<std::string, std::uint32_t>;  // template and methods

  Report report(const ClockReading& now) const;
  std::vector<UnmatchedPath> read_unmatched() const;
  std::vector<CatchAllHint> find_catch_alls(const std::vector<UnmatchedPath>& paths) const;

  std::size_t worker_count_;
  bool shows_examples_;
  std::map<Key, Known> known_;           // used by the thread that prepares; nodes never move
  std::unique_ptr<const Routes> shown_;  // used by the thread that writes
  std::vector<std::unique_ptr<UnmatchedPaths>> unmatched_;
};

}  // namespace wayside::inspector
