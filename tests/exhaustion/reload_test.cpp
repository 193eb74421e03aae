// A reload while memory runs out: nothing changes, and the next one succeeds.
#include "wayside/metrics/exposition.hpp"
#include "wayside/metrics/registry.hpp"

#include "app/configuration.hpp"
#include "app/route_binder.hpp"
#include "app/telemetry.hpp"
#include "exhaustion/every_allocation.hpp"
#include "support/log_lines.hpp"

#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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
  RoutingUpdate in_force = binder.prepare(before);
  binder.put_in_force(in_force);
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

// The series budget has room for the routes in force, and not for the next ones.
TEST(ReloadWithoutMemory, LeavesTheSeriesOfTheRoutesInForce) {
  config::Settings settings = settings_with("/v1");
  settings.workers = 1;
  settings.measurement.zero_series = false;
  const metrics::EndpointOptions& defaults = settings.measurement.defaults;
  settings.measurement.max_series =
      metrics::least_max_series(defaults, false) + 4 * metrics::guaranteed_series(defaults, {});
  config::Settings next = settings;
  next.workers = 2;  // a line about what needs a restart
  next.routes.clear();
  for (int i = 0; i < 8; ++i)
    next.routes.push_back({.path = "/v2/" + std::to_string(i), .methods = {}, .name = {}});
  test::LogLines lines;
  const Logger log(LogLevel::kWarn, lines);
  Telemetry telemetry(settings, {});
  Certificates certificates({settings.listen, {}});
  Configuration configuration(settings, {}, telemetry, certificates, log);
  configuration.begin();
  ASSERT_EQ(telemetry.registry().lacking_series(), 0U);

  std::optional<Prepared> prepared;
  const long failures = test::fail_every_allocation(
      [&] { prepared = configuration.prepare({.settings = next, .explain = {}, .hints = {}, .notes = {}}); },
      [&] {
        if (!prepared) {
          EXPECT_EQ(telemetry.registry().lacking_series(), 0U);
        }
      });
  EXPECT_GT(failures, 50);
  ASSERT_TRUE(prepared);
  EXPECT_FALSE(prepared->needs_restart.empty());
}

// Lines of the log and of the page may be missing.
TEST(ReloadWithoutMemory, IsWholeOnceItIsPrepared) {
  config::Settings settings = settings_with("/v1");
  settings.workers = 1;
  config::Settings next = settings;
  next.routes.pop_back();
  test::LogLines lines;
  const Logger log(LogLevel::kInfo, lines);
  Telemetry telemetry(settings, {});
  Certificates certificates({settings.listen, {}});
  Configuration configuration(settings, {}, telemetry, certificates, log);
  std::vector<std::unique_ptr<proxy::Worker>> workers;
  workers.push_back(std::make_unique<proxy::Worker>(proxy::Worker::Dependencies{
      settings, std::move(configuration.begin().front()), telemetry.registry().shard(0),
      configuration.inspector().unmatched(0), nullptr, log, proxy::Share{1, 1, 0, 0}}));
  Reloader::Outcome prepared =
      configuration.prepare({.settings = next, .explain = {}, .hints = {"a hint"}, .notes = {}});
  {
    const test::FailingMemory no_memory(0);
    EXPECT_THROW(configuration.finish(prepared, workers), std::bad_alloc);
  }
  EXPECT_EQ(configuration.state().route_count, 3U);
  EXPECT_EQ(configuration.warnings(), std::vector<std::string>{"a hint"});
}

}  // namespace
}  // namespace wayside::app
