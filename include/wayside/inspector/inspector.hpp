// What the routes are used for: the page /routes of the metrics listener.
//
// Owns what the workers write for it, one RouteUse for each route and worker and one UnmatchedPaths for each
// worker, and puts them together for the page. A route is known by its template and methods: it keeps its
// numbers over reloads, and gets them back when it returns. Two threads may use it: one prepares routes, the
// other shows them and writes the page. The workers write into what they were given meanwhile.
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
  struct Known;

 public:
  // Routes with what the workers write for them.
  class Routes {
   public:
    // What worker `worker` writes for route `route`; valid as long as the inspector.
    RouteUse& use(std::size_t worker, routes::RouteId route) const;

   private:
    friend Inspector;
    std::vector<routes::RouteSpec> specs_;
    std::vector<Known*> by_route_;
  };

  // `shows_examples`: whether the page has paths as clients sent them.
  explicit Inspector(std::size_t worker_count, bool shows_examples = true);
  ~Inspector();
  Inspector(const Inspector&) = delete;
  Inspector& operator=(const Inspector&) = delete;

  // `specs`, which compile, on their way to show(). One thread at a time, while another one shows and writes.
  // Throws std::bad_alloc, and then nothing has changed.
  std::unique_ptr<const Routes> prepare(std::span<const routes::RouteSpec> specs);

  // From now on these are the routes. Returns those before, whose destruction takes a while. Together with
  // write() on one thread.
  std::unique_ptr<const Routes> show(std::unique_ptr<const Routes> routes) noexcept;

  // What worker `worker` writes for requests without a route; valid as long as the inspector.
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
  bool shows_examples_;
  std::map<Key, Known> known_;           // of the thread that prepares; nodes never move
  std::unique_ptr<const Routes> shown_;  // of the thread that writes
  std::vector<std::unique_ptr<UnmatchedPaths>> unmatched_;
};

}  // namespace wayside::inspector
