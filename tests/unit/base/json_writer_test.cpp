#include "wayside/base/json_writer.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <vector>

namespace wayside {
namespace {

TEST(JsonWriter, SeparatesMembersAndElements) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("a", 1U).key("b").begin_array().value(true).value(false).begin_object();
  json.end_object().end_array().key("c").begin_object().member("d", "e").end_object().end_object();
  EXPECT_EQ(out, R"({"a":1,"b":[true,false,{}],"c":{"d":"e"}})");
}

TEST(JsonWriter, BeginsLinesWhereItIsTold) {
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const unsigned number : {1U, 2U})
    json.new_line().value(number);
  json.end_array();
  EXPECT_EQ(out, "[\n1,\n2]");
}

TEST(JsonWriter, EscapesKeysAndTexts) {
  std::string out;
  JsonWriter(out).begin_object().member("\"", "\n\xff\\").end_object();
  EXPECT_EQ(out, R"({"\"":"\u000a\u00ff\\"})");
}

TEST(JsonWriter, WritesNumbersThatReadBackAsTheSame) {
  const struct {
    double number;
    std::string text;
  } rows[] = {{0, "0"},
              {4, "4"},
              {0.1, "0.1"},
              {0.00001, "1e-05"},
              {-2.5, "-2.5"},
              {1e300, "1e+300"},
              {std::numeric_limits<double>::infinity(), "null"},
              {std::numeric_limits<double>::quiet_NaN(), "null"}};
  for (const auto& row : rows) {
    std::string out;
    JsonWriter(out).value(row.number);
    EXPECT_EQ(out, row.text);
  }
  std::string out;
  JsonWriter(out).value(std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(out, "18446744073709551615");
}

TEST(JsonWriter, RoundsWhatWasMeasured) {
  const struct {
    double number;
    std::string text;
  } rows[] = {{0, "0"},
              {-0.0, "0"},
              {4, "4"},
              {1.0 / 3, "0.333333"},
              {1e-5 / 3, "3.33333e-06"},
              {1234567.8, "1.23457e+06"},
              {std::numeric_limits<double>::quiet_NaN(), "null"}};
  for (const auto& row : rows) {
    std::string out;
    JsonWriter(out).value(Rounded{row.number});
    EXPECT_EQ(out, row.text);
  }
}

TEST(JsonWriter, WritesNullForNothing) {
  std::string out;
  const std::vector<std::optional<double>> values{1.5, std::nullopt};
  JsonWriter(out).begin_object().array("values", values).key("none").null().end_object();
  EXPECT_EQ(out, R"({"values":[1.5,null],"none":null})");
}

}  // namespace
}  // namespace wayside
