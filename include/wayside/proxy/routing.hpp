// One worker's routing: the route table, and the endpoint and the inspector's entry of each route.
//
// Immutable; a reload hands every worker a new one. An exchange copies its target when its head is complete,
// so it may outlive the routing.
#pragma once

#include "wayside/inspector/route_use.hpp"
#include "wayside/metrics/endpoint.hpp"
#include "wayside/routes/route_table.hpp"
#include "wayside/routes/unmatched.hpp"

#include <memory>
#include <vector>

namespace wayside::proxy {

struct RouteTarget {
  metrics::EndpointId endpoint = metrics::kOverflowEndpoint;  // kExcludedEndpoint where the route is excluded
  inspector::RouteUse* use = nullptr;                         // the worker's own; outlives the worker
};

struct Routing {
  std::shared_ptr<const routes::RouteTable> table;  // shared: it is large, and the same for all workers
  std::vector<RouteTarget> targets;                 // by RouteId
  routes::UnmatchedPolicy unmatched = routes::UnmatchedPolicy::kFold;
};

}  // namespace wayside::proxy
