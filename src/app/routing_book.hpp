// From settings to what each worker routes by, at the start and at every reload.
//
// Knows which endpoint of the metrics and which figures of the inspector a route has: the only place where
// the three modules meet. One thread: that which starts the daemon, and then that of the reloads.
#pragma once

#include "wayside/config/settings.hpp"
#include "wayside/inspector/inspector.hpp"
#include "wayside/metrics/registry.hpp"
#include "wayside/proxy/routing.hpp"
#include "wayside/routes/route_table.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace wayside::app {

// What the workers and the page of the inspector are to go by. Nothing is in force before each has its part.
struct RoutingUpdate {
  std::vector<std::unique_ptr<const proxy::Routing>> of_worker;
  std::unique_ptr<const inspector::Inspector::Routes> shown;
  // Labels at which something else is measured than the settings say: buckets, histograms and target of an
  // endpoint are those that it began with.
  std::vector<std::string> measured_otherwise;
};

class RoutingBook {
 public:
  // `registry` outlives the book.
  RoutingBook(metrics::Registry& registry, std::size_t worker_count, bool inspector_shows_examples = true);

  // The routes of `settings`, which were checked, ready for use. A label that was there before keeps its
  // endpoint, and so its counts; one that goes stays exposed. The metrics' guarantees are those of the new
  // routes from now on. Throws std::logic_error where the routes do not compile, and std::bad_alloc; then
  // nothing has changed.
  RoutingUpdate prepare(const config::Settings& settings);

  inspector::Inspector& inspector() noexcept { return inspector_; }

 private:
  using Endpoints = std::map<std::string, metrics::EndpointId, std::less<>>;  // by label

  RoutingUpdate make_update(const config::Settings& settings, Endpoints& endpoints);
  void guarantee_again(const config::Settings& settings) noexcept;

  metrics::Registry& registry_;
  std::size_t worker_count_;
  inspector::Inspector inspector_;
  Endpoints endpoints_;  // of the routes in force
};

// Whether all that `next` has otherwise than `present` belongs to routes, and so is reloaded.
bool differ_in_routing_only(config::Settings next, const config::Settings& present);

}  // namespace wayside::app
