#include "metrics/text_writer.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>

namespace wayside::metrics {
namespace {

template <class Number>
std::string text_of(Number value) {
  std::string text;
  append_value(text, value);
  return text;
}

TEST(TextWriter, WritesDoublesAsPythonDoes) {
  const struct {
    double value;
    std::string_view text;
  } rows[] = {
      {0.0, "0.0"},
      {-0.0, "-0.0"},
      {4.0, "4.0"},
      {-1.5, "-1.5"},
      {0.005, "0.005"},
      {0.1 + 0.2, "0.30000000000000004"},
      {0.0010027885437011719, "0.0010027885437011719"},
      {100000.0, "100000.0"},
      {1e15, "1000000000000000.0"},
      {9999999999999998.0, "9999999999999998.0"},
      {1e16, "1e+16"},
      {0.0001, "0.0001"},
      {0.00001, "1e-05"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {5e-324, "5e-324"},
      {std::numeric_limits<double>::infinity(), "+Inf"},
      {-std::numeric_limits<double>::infinity(), "-Inf"},
      {std::numeric_limits<double>::quiet_NaN(), "NaN"},
  };
  for (const auto& row : rows)
    EXPECT_EQ(text_of(row.value), row.text);
}

TEST(TextWriter, DoublesReadBackAsTheSameNumber) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> exponent(-300, 300);
  for (int i = 0; i < 10'000; ++i) {
    const double value = std::pow(10.0, exponent(random));
    EXPECT_EQ(std::strtod(text_of(value).c_str(), nullptr), value);
  }
}

TEST(TextWriter, WritesIntegersWithAllTheirDigits) {
  EXPECT_EQ(text_of(std::uint64_t{0}), "0.0");
  EXPECT_EQ(text_of(std::uint64_t{1'000'000}), "1000000.0");
  EXPECT_EQ(text_of(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615.0");
}

HistogramLabels histogram_labels() {
  return LabelSet().add("z", "1").add("a", "2").around_bound();
}

// One family of each type, with a sample.
std::string families(Format format, std::vector<std::string> wanted = {}) {
  std::string out;
  TextWriter writer(out, format, wanted);
  if (writer.family("a_total", FamilyType::kCounter, "Things.")) {
    writer.sample(LabelSet().add("x", "1").text(), std::uint64_t{3});
  }
  if (writer.family("old_count", FamilyType::kCounter, "Old things.")) writer.sample(" ", std::uint64_t{4});
  if (writer.family("b_seconds", FamilyType::kHistogram, "Times.")) {
    const std::vector<std::string> bounds = {"0.5", "+Inf"};
    const std::vector<std::uint64_t> counts = {2, 1};
    const Exemplar exemplar{
        {0x0af7651916cd43dd, 0x8448eb211c80319c, 0xb7ad6b7169203331}, 250'000'000, 1'520'879'607'789'000'000};
    const std::vector<const Exemplar*> exemplars = {&exemplar, nullptr};
    const std::vector<const Exemplar*> none;
    writer.histogram({.labels = histogram_labels(),
                      .buckets = *Buckets::from_seconds(std::array{0.5}),
                      .bounds = bounds,
                      .counts = counts,
                      .sum = 1.75,
                      .exemplars = format == Format::kOpenMetrics ? exemplars : none});
  }
  if (writer.family("c_bytes", FamilyType::kGauge, "A level.")) writer.sample(" ", 0.25);
  if (writer.family("d_info", FamilyType::kInfo, "What.")) writer.sample(" ", 1.0);
  writer.end();
  return out;
}

TEST(TextWriter, WritesTheTextFormat) {
  EXPECT_EQ(families(Format::kText),
            "# HELP a_total Things.\n"
            "# TYPE a_total counter\n"
            "a_total{x=\"1\"} 3.0\n"
            "# HELP old_count Old things.\n"
            "# TYPE old_count counter\n"
            "old_count 4.0\n"
            "# HELP b_seconds Times.\n"
            "# TYPE b_seconds histogram\n"
            "b_seconds_bucket{a=\"2\",le=\"0.5\",z=\"1\"} 2.0\n"
            "b_seconds_bucket{a=\"2\",le=\"+Inf\",z=\"1\"} 3.0\n"
            "b_seconds_count{a=\"2\",z=\"1\"} 3.0\n"
            "b_seconds_sum{a=\"2\",z=\"1\"} 1.75\n"
            "# HELP c_bytes A level.\n"
            "# TYPE c_bytes gauge\n"
            "c_bytes 0.25\n"
            "# HELP d_info What.\n"
            "# TYPE d_info gauge\n"
            "d_info 1.0\n");
}

TEST(TextWriter, WritesOpenMetrics) {
  EXPECT_EQ(families(Format::kOpenMetrics),
            "# TYPE a counter\n"
            "# HELP a Things.\n"
            "a_total{x=\"1\"} 3.0\n"
            "# TYPE old_count counter\n"
            "# HELP old_count Old things.\n"
            "old_count_total 4.0\n"
            "# TYPE b_seconds histogram\n"
            "# UNIT b_seconds seconds\n"
            "# HELP b_seconds Times.\n"
            "b_seconds_bucket{a=\"2\",le=\"0.5\",z=\"1\"} 2.0 # {span_id=\"b7ad6b7169203331\","
            "trace_id=\"0af7651916cd43dd8448eb211c80319c\"} 0.25 1520879607.789\n"
            "b_seconds_bucket{a=\"2\",le=\"+Inf\",z=\"1\"} 3.0\n"
            "b_seconds_count{a=\"2\",z=\"1\"} 3.0\n"
            "b_seconds_sum{a=\"2\",z=\"1\"} 1.75\n"
            "# TYPE c_bytes gauge\n"
            "# UNIT c_bytes bytes\n"
            "# HELP c_bytes A level.\n"
            "c_bytes 0.25\n"
            "# TYPE d info\n"
            "# HELP d What.\n"
            "d_info 1.0\n"
            "# EOF\n");
}

TEST(TextWriter, WritesOnlyWhatIsWanted) {
  const std::string counter = "# HELP a_total Things.\n# TYPE a_total counter\na_total{x=\"1\"} 3.0\n";
  EXPECT_EQ(families(Format::kText, {"a_total"}), counter);
  EXPECT_EQ(families(Format::kText, {"a"}), counter) << "as OpenMetrics calls it";
  EXPECT_EQ(families(Format::kText, {"b_seconds_sum"}), families(Format::kText, {"b_seconds"}))
      << "a family is whole";
  EXPECT_EQ(families(Format::kText, {"a_tot", "b", "c_bytes_x", ""}), "");
  EXPECT_EQ(families(Format::kOpenMetrics, {"nothing"}), "# EOF\n");
}

TEST(TextWriter, PutsTheBoundAmongTheLabelsInOrder) {
  EXPECT_EQ(LabelSet().around_bound().before_bound, "{le=\"");
  EXPECT_EQ(LabelSet().around_bound().after_bound, "\"} ");
  EXPECT_EQ(LabelSet().add("a", "\"").around_bound().before_bound, "{a=\"\\\"\",le=\"");
  EXPECT_EQ(LabelSet().add("z", "1").around_bound().after_bound, "\",z=\"1\"} ");
  EXPECT_EQ(LabelSet().text(), " ");
}

}  // namespace
}  // namespace wayside::metrics
