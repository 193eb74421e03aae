// Makes the routing of each worker from the settings, at the start and at every reload.
//
// Binds each route to its endpoint in the metrics and to its counters in the inspector: the only place where
// routes, metrics and inspector meet. One thread at a time: the one that starts the daemon, then the
// reloader's.
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

// New routes, which are in force once each worker and the inspector have their part.
struct RoutingUpdate {
  std::vector<std::unique_ptr<const proxy::Routing>> of_worker;
  std::unique_ptr<const inspector::Inspector::Routes> shown;
  // Labels whose endpoints have other buckets, histograms or objectives than the settings: those of an
  // endpoint never change.
  std::vector<std::string> measured_otherwise;
};

class RouteBinder {
 public:
  // `registry` outlives the binder.
  RouteBinder(metrics::Registry& registry, std::size_t worker_count, bool inspector_shows_examples = true);

  // The routing for `settings`, whose routes compile. A known label keeps its endpoint and so its counts; the
  // endpoint of a label that is gone stays exposed. From now on, series are guaranteed to the new routes.
  // Throws std::logic_error if the routes do not compile, and std::bad_alloc; then nothing has changed.
  RoutingUpdate prepare(const config::Settings& settings);

  inspector::Inspector& inspector() noexcept { return inspector_; }

 private:
  using Endpoints = std::map<std::string, metrics::EndpointId, std::less<>>;  // by label

  RoutingUpdate make_update(const config::Settings& settings, Endpoints& endpoints);
  void renew_guarantees(const config::Settings& settings) noexcept;

  metrics::Registry& registry_;
  std::size_t worker_count_;
  inspector::Inspector inspector_;
  Endpoints endpoints_;  // of the latest routes
};

}  // namespace wayside::app
