#include "config/yaml_measurement.hpp"

#include "wayside/config/load.hpp"

#include "config/yaml_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wayside::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Texts = std::vector<std::string>;

TEST(YamlMeasurement, OfARouteGoesBeforeTheDefaults) {
  Settings settings;
  const auto mistakes = read_yaml("f.yaml", R"(
metrics:
  buckets: [1]
  histograms: [queue]
  native_histograms: true
  max_series: 5000
  zero_series: off
  route_header: X-Route
  labels: {tenant: {header: X-Tenant, values: [a, b]}}
  rename: {families: {http_requests_total: r_total}, labels: {endpoint: route}}
routes:
  - /a
  - {path: /b, buckets: [2], histograms: [], slo: 300ms}
  - {path: /c, exclude: on}
)",
                                  settings);
  EXPECT_THAT(mistakes, IsEmpty());
  ASSERT_EQ(settings.routes.size(), 3U);
  const auto a = endpoint_options(settings.measurement, settings.routes[0]);
  EXPECT_THAT(a.buckets.bounds(), ElementsAre(1'000'000'000));
  EXPECT_FALSE(a.slo);
  EXPECT_TRUE(a.extras.contains(metrics::ExtraHistogram::kQueue));
  const auto b = endpoint_options(settings.measurement, settings.routes[1]);
  EXPECT_THAT(b.buckets.bounds(), ElementsAre(2'000'000'000));
  EXPECT_EQ(b.slo, std::chrono::milliseconds(300));
  EXPECT_TRUE(b.extras.empty());
  EXPECT_TRUE(settings.routes[2].is_excluded);
  EXPECT_TRUE(settings.measurement.native_histograms);
  EXPECT_EQ(settings.measurement.max_series, 5'000U);
  EXPECT_FALSE(settings.measurement.zero_series);
  EXPECT_EQ(settings.measurement.labels.front().label.values, (Texts{"a", "b"}));
  EXPECT_EQ(settings.measurement.renaming.labels.at("endpoint"), "route");

  Settings again;
  EXPECT_THAT(read_yaml("g.yaml", to_yaml(settings), again), IsEmpty());
  EXPECT_EQ(again.measurement, settings.measurement);
  ASSERT_EQ(again.routes.size(), 3U);
  EXPECT_EQ(again.routes[1].slo, settings.routes[1].slo);
  EXPECT_EQ(again.routes[1].histograms, settings.routes[1].histograms);
}

TEST(YamlMeasurement, SaysWhatIsWrongAndWhere) {
  const struct {
    const char* text;
    const char* mistake;
  } rows[] = {
      {"metrics:\n  labels: {t: {values: [a]}}", "f.yaml:2: metrics.labels.t: expected a header, found none"},
      {"metrics:\n  labels: {t: {header: X}}", "f.yaml:2: metrics.labels.t: expected values, found none"},
      {"metrics:\n  labels: {t: {header: X, values: [other]}}",
       "expected another value for all others, found \"other\" among the values"},
      {"routes:\n  - {path: /, slo: soon}", "f.yaml:2: routes[0].slo: expected a duration"},
      {"routes:\n  - {path: /, exclude: maybe}", "f.yaml:2: routes[0].exclude: expected on or off"},
  };
  for (const auto& row : rows) {
    Settings settings;
    EXPECT_THAT(read_yaml("f.yaml", row.text, settings), ElementsAre(HasSubstr(row.mistake)));
  }
}

}  // namespace
}  // namespace wayside::config
