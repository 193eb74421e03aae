#include "app/routing_book.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace wayside::app {
namespace {

Method usual_method(MethodSet methods) {
  if (methods.empty() || methods.contains(Method::get)) return Method::get;
  return *std::ranges::find_if(kMethods, [&](Method method) { return methods.contains(method); });
}

}  // namespace

RoutingBook::RoutingBook(metrics::Registry& registry, std::size_t worker_count)
    : registry_(registry), inspector_(worker_count), table_(std::make_shared<routes::RouteTable>()) {}

std::vector<std::string> RoutingBook::use(const config::Settings& settings) {
  auto table = routes::RouteTable::build(settings.routes, settings.matching);
  if (table.has_error()) throw std::logic_error("unchecked routes: " + table.error().message);
  table_ = std::make_shared<const routes::RouteTable>(*std::move(table));
  std::vector<std::string> measured_otherwise;
  retire_labels_that_are_gone();
  endpoints_.assign(1, registry_.intern(routes::kUnmatchedLabel, settings.measurement.defaults));
  for (routes::RouteId route = 1; route < table_->size(); ++route)
    endpoints_.push_back(endpoint_of(settings, route, measured_otherwise));
  unmatched_ = settings.unmatched_mode();
  inspector_.set_routes(settings.routes);
  return measured_otherwise;
}

// First of all, so that new ones find the room.
void RoutingBook::retire_labels_that_are_gone() {
  std::set<std::string_view> labels;
  for (routes::RouteId route = 0; route < table_->size(); ++route)
    labels.insert(table_->label(route));
  std::erase_if(endpoint_by_label_, [&](const auto& entry) {
    const bool is_gone = !labels.contains(entry.first);
    if (is_gone) registry_.retire(entry.second);
    return is_gone;
  });
}

metrics::EndpointId RoutingBook::endpoint_of(const config::Settings& settings, routes::RouteId route,
                                             std::vector<std::string>& measured_otherwise) {
  const routes::RouteSpec& spec = settings.routes[route - 1];
  if (spec.is_excluded) return metrics::kExcludedEndpoint;
  const std::string_view label = table_->label(route);
  const metrics::EndpointOptions options = config::endpoint_options(settings.measurement, spec);
  const metrics::EndpointId endpoint = registry_.intern(label, options, usual_method(spec.methods));
  endpoint_by_label_.emplace(label, endpoint);
  if (registry_.options_of(endpoint) != options) measured_otherwise.emplace_back(label);
  return endpoint;
}

std::unique_ptr<const proxy::Routing> RoutingBook::of_worker(std::size_t worker) {
  auto routing = std::make_unique<proxy::Routing>();
  routing->table = table_;
  routing->unmatched = unmatched_;
  for (routes::RouteId route = 0; route < table_->size(); ++route)
    routing->targets.push_back({endpoints_[route], &inspector_.use(worker, route)});
  return routing;
}

bool differ_in_routing_only(config::Settings next, const config::Settings& present) {
  next.routes = present.routes;
  next.matching = present.matching;
  next.unmatched = present.unmatched;
  next.openapi = present.openapi;
  return next == present;
}

}  // namespace wayside::app
