#include "metrics/text_writer.hpp"

#include <gtest/gtest.h>

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

TEST(TextWriter, WritesAFamilyAndItsSamples) {
  std::string out = "before\n";
  TextWriter writer(out);
  writer.family("a_total", FamilyType::kCounter, "Things.");
  writer.sample({"a_total{x=\"", "1", "\"}"}, std::uint64_t{3});
  writer.family("b_seconds", FamilyType::kHistogram, "Times.");
  writer.family("c", FamilyType::kGauge, "A level.");
  writer.sample({"c"}, 0.25);
  EXPECT_EQ(out,
            "before\n"
            "# HELP a_total Things.\n"
            "# TYPE a_total counter\n"
            "a_total{x=\"1\"} 3.0\n"
            "# HELP b_seconds Times.\n"
            "# TYPE b_seconds histogram\n"
            "# HELP c A level.\n"
            "# TYPE c gauge\n"
            "c 0.25\n");
}

}  // namespace
}  // namespace wayside::metrics
