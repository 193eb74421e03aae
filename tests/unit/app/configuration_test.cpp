#include "app/configuration.hpp"

#include "support/log_lines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace wayside::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

config::Settings settings_with_routes(const std::vector<std::string>& paths) {
  config::Settings settings;
  settings.workers = 1;
  for (const std::string& path : paths)
    settings.routes.push_back({.path = path, .methods = {}, .name = {}});
  return settings;
}

// The budget has room for `routes` endpoints, besides that of requests without a route.
config::Settings settings_with_room(const std::vector<std::string>& paths, std::size_t routes) {
  config::Settings settings = settings_with_routes(paths);
  settings.measurement.zero_series = false;  // a series that is used is not given back
  const metrics::EndpointOptions& defaults = settings.measurement.defaults;
  settings.measurement.max_series =
      metrics::least_max_series(defaults, false) + (routes + 1) * metrics::guaranteed_series(defaults, {});
  return settings;
}

metrics::Buckets buckets_at(const std::vector<double>& bounds) {
  return *metrics::Buckets::from_seconds(bounds);
}

class ConfigurationTest : public testing::Test {
 protected:
  explicit ConfigurationTest(config::Settings settings = settings_with_room({"/a", "/b"}, 2))
      : settings_(std::move(settings)) {
    configuration_.begin();
  }

  Prepared prepare(config::Settings next, std::vector<std::string> hints = {}) {
    return configuration_.prepare(
        {.settings = std::move(next), .explain = {}, .hints = std::move(hints), .notes = {}});
  }
  Checked<void, std::string> finish(Prepared next) {
    Reloader::Outcome outcome = std::move(next);
    return configuration_.finish(outcome, {});
  }

  test::LogLines lines_;
  Logger log_{LogLevel::kDebug, lines_};
  const config::Settings settings_;
  Telemetry telemetry_{settings_, {}};
  Certificates certificates_{{settings_.listen, {}}};
  Configuration configuration_{settings_, {"a hint"}, telemetry_, certificates_, log_};
};

TEST_F(ConfigurationTest, IsThatOfTheStartAtFirst) {
  EXPECT_EQ(configuration_.state().route_count, 2U);
  EXPECT_TRUE(configuration_.state().last_reload_successful);
  EXPECT_THAT(configuration_.warnings(), ElementsAre("a hint"));
}

TEST_F(ConfigurationTest, ChangesWithAReloadThatFinishes) {
  Prepared next = prepare(settings_with_room({"/c"}, 2), {"another hint"});
  EXPECT_EQ(configuration_.state().route_count, 2U);
  EXPECT_TRUE(finish(std::move(next)));
  EXPECT_EQ(configuration_.state().route_count, 1U);
  EXPECT_THAT(configuration_.warnings(), ElementsAre("another hint"));
}

TEST_F(ConfigurationTest, StaysWhereAReloadFails) {
  Reloader::Outcome outcome = config::Errors{{"f.yaml:1: a mistake", "f.yaml:2: another"}};
  EXPECT_EQ(configuration_.finish(outcome, {}).error(), "f.yaml:1: a mistake");
  EXPECT_FALSE(configuration_.state().last_reload_successful);
  EXPECT_EQ(configuration_.state().route_count, 2U);
  EXPECT_THAT(configuration_.warnings(), ElementsAre("a hint"));
}

// Routes of one configuration have one set of buckets, so that a sum over endpoints is one histogram.
TEST_F(ConfigurationTest, KeepsTheMeasurementOfTheStart) {
  config::Settings next = settings_with_room({"/a", "/new", "/own"}, 2);
  next.measurement.defaults.buckets = buckets_at({1, 2});
  next.routes.back().buckets = {3};
  const Prepared prepared = prepare(std::move(next));
  EXPECT_THAT(prepared.needs_restart, ElementsAre("metrics.buckets"));
  EXPECT_THAT(prepared.warnings, ElementsAre(HasSubstr("restart for the other changes"))) << "of no endpoint";
  const auto buckets_of = [&](routes::RouteId route) {
    return telemetry_.registry().options_of(prepared.routing.of_worker[0]->targets[route].endpoint).buckets;
  };
  EXPECT_EQ(buckets_of(2), settings_.measurement.defaults.buckets);
  EXPECT_EQ(buckets_of(3), buckets_at({3}));
}

TEST_F(ConfigurationTest, WarnsOfRoutesWithoutRoomOnceTheyAreInForce) {
  ASSERT_EQ(telemetry_.registry().lacking_series(), 0U);
  EXPECT_TRUE(finish(prepare(settings_with_room({"/a", "/b", "/c"}, 2))));
  EXPECT_THAT(configuration_.warnings(), ElementsAre(HasSubstr("metrics.max_series has no room")));
  EXPECT_TRUE(finish(prepare(settings_with_room({"/c", "/d"}, 2))));
  EXPECT_THAT(configuration_.warnings(), IsEmpty()) << "/a and /b have given theirs back";
}

TEST_F(ConfigurationTest, GivesTheSeriesOfAReloadThatEndsEarlyBack) {
  prepare(settings_with_room({"/c", "/d"}, 2));
  EXPECT_EQ(telemetry_.registry().lacking_series(), 0U);
  const Prepared next = prepare(settings_with_room({"/a", "/b"}, 2));
  EXPECT_THAT(next.warnings, IsEmpty());
  EXPECT_EQ(telemetry_.registry().lacking_series(), 0U) << "those in force have kept theirs";
}

}  // namespace
}  // namespace wayside::app
