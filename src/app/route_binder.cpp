#include "app/route_binder.hpp"

#include <new>
#include <stdexcept>
#include <utility>

namespace wayside::app {
namespace {

// The method whose series are guaranteed at the endpoint.
Method usual_method(MethodSet methods) {
  if (methods.empty() || methods.contains(Method::get)) return Method::get;
  for (const Method method : kMethods) {
    if (methods.contains(method)) return method;
  }
  return Method::unknown;
}

}  // namespace

RouteBinder::RouteBinder(metrics::Registry& registry, std::size_t worker_count, bool inspector_shows_examples)
    : registry_(registry), worker_count_(worker_count), inspector_(worker_count, inspector_shows_examples) {}

void RoutingUpdate::Retire::operator()(BoundEndpoints* bound) const noexcept {
  binder->retire_unused(*bound);
  delete bound;
}

RoutingUpdate RouteBinder::prepare(const config::Settings& settings) {
  RoutingUpdate update{.of_worker = {},
                       .shown = {},
                       .endpoints = {new BoundEndpoints, RoutingUpdate::Retire{this}},
                       .measured_otherwise = {}};
  bind_routes(settings, update);
  return update;
}

void RouteBinder::bind_routes(const config::Settings& settings, RoutingUpdate& update) {
  auto compiled = routes::RouteTable::build(settings.routes, settings.matching, routes::kNoLimits);
  if (compiled.has_error()) throw std::logic_error("unchecked routes: " + compiled.error().message);
  const auto table = std::make_shared<const routes::RouteTable>(*std::move(compiled));
  update.shown = inspector_.prepare(table, settings.routes);
  std::vector<metrics::EndpointId> by_route{
      registry_.intern(routes::kUnmatchedLabel, settings.measurement.defaults)};
  BoundEndpoints& endpoints = *update.endpoints;
  endpoints.in_order.reserve(settings.routes.size());
  for (const routes::RouteSpec& spec : settings.routes) {
    if (spec.is_excluded) {
      by_route.push_back(metrics::kExcludedEndpoint);
      continue;
    }
    const auto [label, is_new] = endpoints.by_label.try_emplace(spec.label());
    const metrics::EndpointOptions options = config::endpoint_options(settings.measurement, spec);
    try {
      label->second = registry_.intern(label->first, options, usual_method(spec.methods));
    } catch (...) {
      if (is_new) endpoints.by_label.erase(label);
      throw;
    }
    endpoints.in_order.emplace_back(label);
    by_route.push_back(label->second);
    if (registry_.options_of(label->second) != options) update.measured_otherwise.push_back(label->first);
  }
  for (std::size_t worker = 0; worker < worker_count_; ++worker) {
    auto routing = std::make_unique<proxy::Routing>();
    routing->table = table;
    routing->unmatched = settings.unmatched_policy();
    routing->targets.reserve(by_route.size());
    for (routes::RouteId route = 0; route < by_route.size(); ++route)
      routing->targets.push_back({by_route[route], &update.shown->use(worker, route)});
    update.of_worker.push_back(std::move(routing));
  }
}

void RouteBinder::put_in_force(RoutingUpdate& update) noexcept {
  std::swap(endpoints_, *update.endpoints);
  update.endpoints.reset();
  renew_guarantees();
}

void RouteBinder::retire_unused(const BoundEndpoints& endpoints) noexcept {
  for (const auto& [label, endpoint] : endpoints.by_label) {
    if (!endpoints_.by_label.contains(label)) registry_.retire(endpoint);
  }
}

// Gives the series of retired labels to routes that had no room before.
void RouteBinder::renew_guarantees() noexcept {
  if (registry_.lacking_series() == 0) return;
  try {
    for (const auto& label : endpoints_.in_order)
      registry_.intern(label->first);
  } catch (const std::bad_alloc&) {
    // Some routes may be counted as overflow until the next reload.
  }
}

}  // namespace wayside::app
