// Makes the routing of each worker from the settings, at the start and at every reload.
//
// Binds each route to its endpoint in the metrics and to its counters in the inspector: the only place where
// routes, metrics and inspector meet. One thread at a time: the reloader's, and that of the daemon's start
// and of the io_context, which puts an update in force while the reloader waits for that.
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

class RouteBinder;

// The endpoints of routes.
struct BoundEndpoints {
  using ByLabel = std::map<std::string, metrics::EndpointId, std::less<>>;

  ByLabel by_label;
  std::vector<ByLabel::const_iterator> in_order;  // of the routes; a label once for each route that has it
};

// New routes, which are in force once each worker, the inspector and the binder have their part.
struct RoutingUpdate {
  // Gives back the series of endpoints that no route in force has.
  struct Retire {
    RouteBinder* binder = nullptr;
    void operator()(BoundEndpoints* bound) const noexcept;
  };

  std::vector<std::unique_ptr<const proxy::Routing>> of_worker;
  std::unique_ptr<const inspector::Inspector::Routes> shown;
  std::unique_ptr<BoundEndpoints, Retire> endpoints;
  // Labels whose endpoints have other buckets, histograms or objectives than the settings: those of an
  // endpoint never change.
  std::vector<std::string> measured_otherwise;
};

class RouteBinder {
 public:
  // `registry` outlives the binder.
  RouteBinder(metrics::Registry& registry, std::size_t worker_count, bool inspector_shows_examples = true);

  // The routing for `settings`, whose routes compile. A known label keeps its endpoint and so its counts.
  // Series are guaranteed to the new routes beside those in force, until the update is destroyed or put in
  // force. The binder outlives it. Throws std::logic_error if the routes do not compile, and std::bad_alloc;
  // then nothing has changed.
  RoutingUpdate prepare(const config::Settings& settings);

  // From now on series are guaranteed to the routes of the update alone. The endpoint of a label that is gone
  // stays exposed. Once for each update.
  void put_in_force(RoutingUpdate& update) noexcept;

  inspector::Inspector& inspector() noexcept { return inspector_; }

 private:
  friend RoutingUpdate::Retire;

  void bind_routes(const config::Settings& settings, RoutingUpdate& update);
  void retire_unused(const BoundEndpoints& endpoints) noexcept;
  void renew_guarantees() noexcept;

  metrics::Registry& registry_;
  std::size_t worker_count_;
  inspector::Inspector inspector_;
  BoundEndpoints endpoints_;  // of the routes in force
};

}  // namespace wayside::app
