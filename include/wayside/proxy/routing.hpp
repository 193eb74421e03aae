// Where a worker looks a request up: the route table, and what its routes are to the metrics and to the
// inspector.
//
// Immutable; a reload hands every worker a new one. An exchange takes what it needs of it when its head is
// complete, and so outlives it.
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
  routes::Unmatched unmatched = routes::Unmatched::kFold;
};

}  // namespace wayside::proxy
