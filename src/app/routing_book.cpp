#include "app/routing_book.hpp"

#include <stdexcept>
#include <utility>

namespace wayside::app {

RoutingBook::RoutingBook(metrics::Registry& registry, std::size_t worker_count)
    : registry_(registry), inspector_(worker_count), table_(std::make_shared<routes::RouteTable>()) {}

void RoutingBook::use(const config::Settings& settings) {
  auto table = routes::RouteTable::build(settings.routes, settings.matching);
  if (table.has_error()) throw std::logic_error("unchecked routes: " + table.error().message);
  table_ = std::make_shared<const routes::RouteTable>(*std::move(table));
  endpoints_.assign(1, registry_.intern(routes::kUnmatchedLabel, settings.measurement.defaults));
  for (std::size_t i = 0; i < settings.routes.size(); ++i) {
    const routes::RouteSpec& spec = settings.routes[i];
    const auto route = static_cast<routes::RouteId>(i + 1);
    endpoints_.push_back(
        spec.is_excluded
            ? metrics::kExcludedEndpoint
            : registry_.intern(table_->label(route), config::endpoint_options(settings.measurement, spec)));
  }
  unmatched_ = settings.unmatched_mode();
  inspector_.set_routes(settings.routes);
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
