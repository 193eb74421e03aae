#include "config/measurement_values.hpp"

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

TEST(MeasurementValues, BucketsAreSeconds) {
  const auto buckets = parse_buckets(Texts{"0.1", "2.5"});
  ASSERT_TRUE(buckets.has_value());
  EXPECT_THAT(buckets->bounds(), ElementsAre(100'000'000, 2'500'000'000));
  EXPECT_THAT(parse_buckets(Texts{"1", "1"}).error().text, HasSubstr("increasing"));
  EXPECT_THAT(parse_buckets(Texts{"1s"}).error().text, HasSubstr("a number of seconds"));
  EXPECT_THAT(parse_buckets(Texts{}).error().text, HasSubstr("at least one"));
  EXPECT_THAT(parse_buckets(Texts{"inf"}).error().text, HasSubstr("finite"));
}

TEST(MeasurementValues, HistogramsAreNamed) {
  const auto histograms = parse_histograms(Texts{"queue", "request_size"});
  ASSERT_TRUE(histograms.has_value());
  EXPECT_TRUE(histograms->contains(metrics::ExtraHistogram::kQueue));
  EXPECT_FALSE(histograms->contains(metrics::ExtraHistogram::kBackendTtfb));
  EXPECT_TRUE(parse_histograms(Texts{}).has_value());
  EXPECT_THAT(parse_histograms(Texts{"queue", "queue"}).error().text, HasSubstr("twice"));
  EXPECT_THAT(parse_histograms(Texts{"ttfb"}).error().text, HasSubstr("backend_ttfb"));
}

TEST(MeasurementValues, NamesAndValues) {
  EXPECT_TRUE(parse_header_name("X-Tenant").has_value());
  EXPECT_FALSE(parse_header_name("X Tenant").has_value());
  EXPECT_FALSE(parse_header_name("").has_value());
  EXPECT_FALSE(parse_label_values(Texts{"a", "a"}).has_value());
  EXPECT_TRUE(parse_route_header("X-Route-Template").has_value());
  EXPECT_FALSE(parse_route_header("set-cookie").has_value());
  EXPECT_FALSE(parse_route_header("X Route").has_value());
  EXPECT_FALSE(parse_label_values(Texts{""}).has_value());
  EXPECT_FALSE(parse_label_values(Texts{"a", "caf\xE9"}).has_value());
  EXPECT_FALSE(parse_label_value(" a").has_value());
  EXPECT_EQ(*parse_access_log("json"), AccessLog::kJson);
  EXPECT_FALSE(parse_access_log("yes").has_value());
  EXPECT_FALSE(parse_max_series("0").has_value());
}

TEST(MeasurementValues, OfARouteGoBeforeTheDefaults) {
  Settings settings;
  const auto mistakes = read_yaml("f.yaml", R"(
metrics:
  buckets: [1]
  histograms: [queue]
  max_series: 5000
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
  EXPECT_EQ(settings.measurement.max_series, 5'000U);
  EXPECT_EQ(settings.measurement.labels.front().label.values, (Texts{"a", "b"}));
  EXPECT_EQ(settings.measurement.renaming.labels.at("endpoint"), "route");

  Settings again;
  EXPECT_THAT(read_yaml("g.yaml", to_yaml(settings), again), IsEmpty());
  EXPECT_EQ(again.measurement, settings.measurement);
  ASSERT_EQ(again.routes.size(), 3U);
  EXPECT_EQ(again.routes[1].slo, settings.routes[1].slo);
  EXPECT_EQ(again.routes[1].histograms, settings.routes[1].histograms);
}

TEST(MeasurementValues, SayWhatIsWrongAndWhere) {
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
