// From settings to what each worker routes by, at the start and at every reload.
//
// Knows which endpoint of the metrics and which figures of the inspector a route has: the only place where
// the three modules meet. One thread.
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

class RoutingBook {
 public:
  // `registry` outlives the book.
  RoutingBook(metrics::Registry& registry, std::size_t worker_count);

  // The routes of `settings`, which were checked, are those from now on. A label that was there before keeps
  // its endpoint, and so its counts; one that goes stays exposed. Throws std::logic_error where the routes do
  // not compile.
  //
  // Returns the labels at which something else is measured than the settings say: buckets, histograms and
  // target of an endpoint are those that it began with.
  std::vector<std::string> use(const config::Settings& settings);

  // What worker `worker` is to route by.
  std::unique_ptr<const proxy::Routing> of_worker(std::size_t worker);

  inspector::Inspector& inspector() noexcept { return inspector_; }

 private:
  void retire_labels_that_are_gone();
  metrics::EndpointId endpoint_of(const config::Settings& settings, routes::RouteId route,
                                  std::vector<std::string>& measured_otherwise);

  metrics::Registry& registry_;
  inspector::Inspector inspector_;
  std::shared_ptr<const routes::RouteTable> table_;  // shared with the workers, which may have it longer
  std::vector<metrics::EndpointId> endpoints_;       // by route
  std::map<std::string, metrics::EndpointId, std::less<>> endpoint_by_label_;  // of routes
  routes::Unmatched unmatched_ = routes::Unmatched::kFold;
};

// Whether all that `next` has otherwise than `present` belongs to routes, and so is reloaded.
bool differ_in_routing_only(config::Settings next, const config::Settings& present);

}  // namespace wayside::app
