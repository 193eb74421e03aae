// A reload while memory runs out: nothing changes, and the next one succeeds.
#include "wayside/metrics/exposition.hpp"
#include "wayside/metrics/registry.hpp"

#include "app/route_binder.hpp"
#include "exhaustion/every_allocation.hpp"

#include <optional>
#include <string>

namespace wayside::app {
namespace {

config::Settings settings_with(const std::string& prefix) {
  config::Settings settings;
  for (const char* const path : {"/users/{id}", "/orders/{order}/items/{item}", "/static/{rest...}"})
    settings.routes.push_back({.path = prefix + path, .methods = {}, .name = {}});
  settings.routes.push_back({.path = prefix + "/healthz", .methods = {}, .name = {}, .is_excluded = true});
  return settings;
}

TEST(ReloadWithoutMemory, ChangesNothingAndTheNextSucceeds) {
  metrics::Registry registry({});
  RouteBinder binder(registry, 2);
  const config::Settings before = settings_with("/v1");
  const RoutingUpdate in_force = binder.prepare(before);
  const std::size_t lacking = registry.lacking_series();

  const config::Settings after = settings_with("/v2");
  std::optional<RoutingUpdate> update;
  const long failures = test::fail_every_allocation(
      [&] { update = binder.prepare(after); },
      [&] {
        if (update) return;
        // The old routes are as good as before: their endpoints are the same.
        const RoutingUpdate again = binder.prepare(before);
        for (std::size_t worker = 0; worker < 2; ++worker) {
          for (std::size_t route = 0; route < again.of_worker[worker]->targets.size(); ++route) {
            EXPECT_EQ(again.of_worker[worker]->targets[route].endpoint,
                      in_force.of_worker[worker]->targets[route].endpoint);
          }
        }
        EXPECT_EQ(registry.lacking_series(), lacking);
      });
  EXPECT_GT(failures, 50);
  ASSERT_TRUE(update);
  const proxy::Routing& routing = *update->of_worker.front();
  EXPECT_EQ(routing.table->label(routing.table->match(Method::get, "/v2/users/1")), "/v2/users/{id}");
}

}  // namespace
}  // namespace wayside::app
